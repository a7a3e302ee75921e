import { t } from "../../i18n";
import { paths } from "../../paths";
import { useSignedIn } from "../../shell/session";
import { Banner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { openClicks } from "./stored";

/** Clicks on other contents that have no answer yet: whoever comes back another way still finds them. */
export function OpenClicks({ project, except }: { project: string; except: string }) {
  const { userId } = useSignedIn();
  const others = openClicks(userId, project).filter((content) => content !== except);
  const { title, detail, action } = t.publish.openClicks;
  return (
    <>
      {others.map((content) => (
        <Banner key={content} tone="warn" title={title}>
          <p>{detail}</p>
          <div>
            <LinkButton small href={paths.publish(project, content)}>
              {action}
            </LinkButton>
          </div>
        </Banner>
      ))}
    </>
  );
}
