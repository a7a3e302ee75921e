import type { Role } from "../../data/projects";
import { t } from "../../i18n";
import { Choice } from "../../ui/field";

const ROLES: readonly Role[] = ["viewer", "editor", "owner"];

/** A role, with what each of them means. Its value is in the form as `role`. */
export function Roles({
  legend,
  chosen,
  onChoose,
}: {
  legend: string;
  chosen: Role;
  onChoose?: (role: Role) => void;
}) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      {ROLES.map((role) => (
        <Choice
          key={role}
          type="radio"
          name="role"
          value={role}
          label={t.common.roles[role]}
          hint={t.members.can[role]}
          defaultChecked={role === chosen}
          onChange={() => onChoose?.(role)}
        />
      ))}
    </fieldset>
  );
}
