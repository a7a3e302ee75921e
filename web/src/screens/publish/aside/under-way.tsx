import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../../i18n";
import { relative } from "../../../i18n/format";
import { paths } from "../../../paths";
import { Banner } from "../../../ui/banner";
import { Button, LinkButton } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { type Click, mayAskByItself, verdict } from "../click";
import type { Clicker } from "../clicker";
import { SendList } from "./send-list";

/** A click whose answers are not all there. The form stays locked, so that what was clicked is what is asked about. */
export function UnderWay({ click, project, clicker }: { click: Click; project: string; clicker: Clicker }) {
  const isAsking = verdict(click) === "asking";
  const words = t.publish.click;
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  return (
    <section class="card stack" tabIndex={-1} ref={box} aria-label={words.asking}>
      {isAsking ? (
        <Banner title={words.asking}>
          <p>{words.askingDetail}</p>
        </Banner>
      ) : (
        <Banner tone="warn" title={words.doubt}>
          <p>{words.doubtDetail}</p>
          {!mayAskByItself(click, Date.now()) && (
            <p>{words.old(relative(new Date(click.at).toISOString()))}</p>
          )}
        </Banner>
      )}
      <SendList {...{ click, project }} />
      <p class="small quiet">{words.takesTime}</p>
      <Button look="primary" wide busy={isAsking} onClick={() => void clicker.askAgain()}>
        {isAsking ? words.asking : words.askAgain}
      </Button>
      {!isAsking && <WaysOut {...{ project, clicker }} />}
    </section>
  );
}

function WaysOut({ project, clicker }: { project: string; clicker: Clicker }) {
  const [isAsked, setAsked] = useState(false);
  const words = t.publish.click;
  return (
    <div class="row apart">
      <LinkButton small href={paths.history(project)}>
        {words.history}
      </LinkButton>
      <Button look="plain" small onClick={() => setAsked(true)}>
        {words.letGo}
      </Button>
      {isAsked && (
        <Dialog title={words.letGoTitle} onClose={() => setAsked(false)}>
          <p>{words.letGoDetail}</p>
          <div class="row">
            <Button look="danger" onClick={() => void clicker.letGo()}>
              {words.letGoDo}
            </Button>
            <Button onClick={() => setAsked(false)}>{t.common.cancel}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
