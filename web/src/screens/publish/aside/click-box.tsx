import { useId } from "preact/hooks";
import { t } from "../../../i18n";
import { Banner } from "../../../ui/banner";
import { Button } from "../../../ui/button";
import type { Post } from "../bodies";
import type { Clicker, Shown } from "../clicker";
import type { Finding } from "../findings";
import { DISCLOSE } from "../tiktok/choices";
import { ConsentLine } from "../tiktok/consent-line";
import { Refused } from "./refused";
import { UnderWay } from "./under-way";

/** The button that publishes, and in its place what has become of its click. */
export function ClickBox({
  project,
  posts,
  findings,
  shown,
  clicker,
  onPress,
}: {
  project: string;
  posts: readonly Post[];
  findings: readonly Finding[];
  shown: Shown;
  clicker: Clicker;
  onPress: () => void;
}) {
  if (shown.isElsewhere) {
    return (
      <Banner title={t.publish.click.elsewhere}>
        <p>{t.publish.click.elsewhereDetail}</p>
      </Banner>
    );
  }
  if (shown.click) return <UnderWay click={shown.click} {...{ project, clicker }} />;
  return (
    <section class="stack" aria-label={t.publish.title}>
      {shown.trouble && <Trouble trouble={shown.trouble} />}
      {shown.done && <Refused click={shown.done} project={project} />}
      <PublishButton {...{ posts, findings, onPress }} />
    </section>
  );
}

function Trouble({ trouble }: { trouble: NonNullable<Shown["trouble"]> }) {
  const words = t.publish.click;
  const [tone, title, detail] = {
    not_noted: ["bad", words.notNoted, words.notNotedDetail] as const,
    changed: ["warn", words.changed, words.changedDetail] as const,
    settled_elsewhere: ["info", words.settledElsewhere, words.settledElsewhereDetail] as const,
  }[trouble];
  return (
    <Banner tone={tone} title={title}>
      <p>{detail}</p>
    </Banner>
  );
}

/** TikTok's sentence stands directly before the button: the click is the consent. */
function PublishButton({
  posts,
  findings,
  onPress,
}: {
  posts: readonly Post[];
  findings: readonly Finding[];
  onPress: () => void;
}) {
  const id = useId();
  const blocking = findings.find(({ blocks }) => blocks);
  const undisclosed = findings.find(({ code }) => code === DISCLOSE);
  const tiktok = posts.filter(({ account }) => account.platform === "tiktok");
  return (
    <div class="card stack tight">
      <p class="small quiet" id={id}>
        {blocking ? t.publish.click.first(blocking.what) : t.publish.click.takesTime}
      </p>
      {tiktok.length > 0 && <ConsentLine choices={tiktok.map(({ own }) => own.tiktok)} />}
      <Button
        look="primary"
        wide
        aria-describedby={id}
        aria-disabled={blocking !== undefined}
        title={(undisclosed ?? blocking)?.what}
        onClick={onPress}
      >
        {t.publish.click.button(posts.length)}
      </Button>
    </div>
  );
}
