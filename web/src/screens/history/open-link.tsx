import { t } from "../../i18n";
import { Icon } from "../../ui/icon";

const HOMES = { instagram: "https://www.instagram.com/", tiktok: "https://www.tiktok.com/" } as const;

/** To the platform itself, in a tab of its own that learns nothing of us. */
export function OpenLink({
  href,
  label,
  short,
  primary = false,
}: {
  href: string;
  label: string;
  /** What is shown of the label where there is little room: how it begins. */
  short?: string;
  primary?: boolean;
}) {
  return (
    <a
      class={`button ${primary ? "primary" : ""} ${short ? "plain small" : ""}`}
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      aria-label={`${label} (${t.common.opensElsewhere})`}
    >
      {short ?? label}
      <Icon name="external" size={short ? 16 : 18} />
    </a>
  );
}

/** To one post, where many stand below one another. */
export function OpenPost({ href, platform }: { href: string; platform: keyof typeof HOMES }) {
  const label = t.history.openPost(t.common.platforms[platform]);
  return <OpenLink href={href} label={label} short={t.history.openIt} />;
}

export function OpenPlatform({
  platform,
  primary = false,
}: {
  platform: keyof typeof HOMES;
  primary?: boolean;
}) {
  const label = t.history.openPlatform(t.common.platforms[platform]);
  return <OpenLink href={HOMES[platform]} label={label} primary={primary} />;
}
