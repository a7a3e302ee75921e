import { CLICKS, DRAFTS, keysOf, remember, remembered } from "../../storage";
import { type Click, leftOver, publications } from "./click";
import { type Draft, nextDraft } from "./draft";
import { draftFrom, draftText, isRecord, parsed } from "./draft-text";

/** Whose post it is, in which project, and of which content. Other people at this browser have their own. */
export type Place = Readonly<{ user: string; project: string; content: string }>;

const name = ({ user, project, content }: Place): string => `${user}.${project}.${content}`;
export const draftKey = (place: Place): string => DRAFTS + name(place);
export const clickKey = (place: Place): string => CLICKS + name(place);

export const storedDraft = (place: Place): Draft | null => draftFrom(remembered(draftKey(place)));

export function storeDraft(place: Place, draft: Draft): void {
  remember(draftKey(place), draftText(draft));
}

export function storedClick(place: Place): Click | null {
  const given = parsed(remembered(clickKey(place)));
  return isClick(given) ? given : null;
}

export function storeClick(place: Place, click: Click): boolean {
  const text = JSON.stringify(click);
  remember(clickKey(place), text);
  return remembered(clickKey(place)) === text;
}

export function forgetClick(place: Place): void {
  remember(clickKey(place), null);
}

/** The draft first: whoever finds no click any more must not find the draft that was published. */
export function settleClick(place: Place, click: Click): void {
  const draft = storedDraft(place);
  if (draft && publications(click).length > 0) {
    const left = leftOver(click);
    if (left.length > 0) storeDraft(place, nextDraft(draft, left));
    else remember(draftKey(place), null);
  }
  forgetClick(place);
}

export function storageWorks(): boolean {
  const probe = `${CLICKS}probe`;
  remember(probe, "1");
  const works = remembered(probe) === "1";
  remember(probe, null);
  return works;
}

/** The contents of a project with a click that has no answer yet. */
export function openClicks(user: string, project: string): string[] {
  const beginning = clickKey({ user, project, content: "" });
  return keysOf(beginning).map((key) => key.slice(beginning.length));
}

/** Only this program writes it, but an older version of it may have. */
function isClick(given: unknown): given is Click {
  return (
    isRecord(given) &&
    typeof given.draft === "string" &&
    typeof given.at === "number" &&
    Array.isArray(given.sends) &&
    given.sends.every((send) => isRecord(send) && typeof send.key === "string" && isRecord(send.body))
  );
}
