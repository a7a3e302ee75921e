/** The parts of the form that something can be said about, by the ids of their elements. */
export const places = {
  accounts: "publish-accounts",
  caption: "publish-caption",
  captionOf: (account: string) => `publish-caption-${account}`,
  media: "publish-media",
  mediaOf: (account: string) => `publish-media-${account}`,
  medium: (media: string) => `publish-medium-${media}`,
  account: (account: string) => `publish-account-${account}`,
} as const;

/** Shows the part and gives its first control the focus. */
export function goTo(place: string): void {
  const element = document.getElementById(place);
  const control = element?.querySelector<HTMLElement>("textarea, input, select, button, a[href]") ?? element;
  element?.scrollIntoView({ block: "center" });
  control?.focus({ preventScroll: true });
}
