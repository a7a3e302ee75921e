import { useLocation } from "preact-iso";
import { useConnections } from "../../data/connections";
import { useContents } from "../../data/contents";
import { addressOf, DISCONNECTED, type Filter, filterOf, GROUPS, idsOf } from "../../data/publication-filter";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { accountName } from "../../ui/connection-words";
import { SelectField } from "../../ui/field";

type Options = readonly (readonly [value: string, words: string])[];
const PLATFORMS = ["instagram", "tiktok"] as const;

/** Chosen ones stand in the address; the page above reads them from there. */
export function Filters({ filter }: { filter: Filter }) {
  const { project } = useHere();
  const { route, query } = useLocation();
  const { data: connections = [] } = useConnections(project.id);
  const { data: contents = [] } = useContents(project.id);
  const choose = (name: keyof Filter, value: string) =>
    route(addressOf(paths.history(project.id), filterOf({ ...filter, [name]: value }), idsOf(query)), true);
  const accounts: Options = [
    ...connections
      .filter(({ platform }) => !filter.platform || filter.platform === platform)
      .map((one) => [one.id, `${accountName(one)} · ${t.common.platforms[one.platform]}`] as const),
    [DISCONNECTED, t.history.disconnectedAll],
  ];
  const field = (name: keyof Filter, label: string, options: Options) => (
    <Chooser {...{ label, options }} value={filter[name]} onChoose={(value) => choose(name, value)} />
  );
  return (
    <fieldset class="filters">
      <legend class="only-spoken">{t.history.filters}</legend>
      {field(
        "state",
        t.history.filterState,
        GROUPS.map((group) => [group, t.history.groups[group]] as const),
      )}
      {field(
        "platform",
        t.history.filterPlatform,
        PLATFORMS.map((one) => [one, t.common.platforms[one]] as const),
      )}
      {field("account", t.history.filterAccount, accounts)}
      {field(
        "content",
        t.history.filterContent,
        contents.map(({ id, title }) => [id, title] as const),
      )}
    </fieldset>
  );
}

function Chooser({
  label,
  options,
  value = "",
  onChoose,
}: {
  label: string;
  options: Options;
  value: string | undefined;
  onChoose: (value: string) => void;
}) {
  return (
    <SelectField label={label} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
      <option value="">{t.history.all}</option>
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}
