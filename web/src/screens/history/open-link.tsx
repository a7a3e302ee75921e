import { t } from "../../i18n";
import { Icon } from "../../ui/icon";

const HOMES = { instagram: "https://www.instagram.com/", tiktok: "https://www.tiktok.com/" } as const;

/** To the platform itself, in a tab of its own that learns nothing of us. */
export function OpenLink({
  href,
  label,
  primary = false,
  small = false,
}: {
  href: string;
  label: string;
  primary?: boolean;
  small?: boolean;
}) {
  return (
    <a
      class={`button ${primary ? "primary" : ""} ${small ? "plain small" : ""}`}
      href={href}
      target="_blank"
      rel="noreferrer noopener"
    >
      {label}
      <Icon name="external" size={small ? 16 : 18} />
      <span class="only-spoken"> ({t.common.opensElsewhere})</span>
    </a>
  );
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
