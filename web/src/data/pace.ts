import type { State } from "./publications";

/** What tells when it moves next. `next_step_at` is null when nothing more will happen by itself. */
export type Moving = { state: State; next_step_at: string | null };
export type Asked = Moving & { switched_off: boolean; needs_confirmation: boolean };

/** Seconds. What waits for a person, or for its platform, is asked about once a minute. */
const HELD = 60;
const LONGEST = 60;
/** Somebody else is at it, the queue or another tab: the later it is, the more rarely one asks. */
const LONGEST_OVERDUE = 15;
const UNPLANNED = 15;
const AFTER_ERROR = 5;
const HIDDEN_TAB = 15;
/** Neither the queue nor the cron took it up by then, so something holds it. */
const OVERDUE = 30;

export const isOver = ({ state }: Pick<Moving, "state">): boolean =>
  state === "published" || state === "failed";

/** Whether something more will happen by itself. */
export const isMoving = (one: Moving): boolean =>
  !isOver(one) && (one.state !== "unknown" || one.next_step_at !== null);

/** Until the next question about it is worth asking; null when it never is. */
export function secondsToNext(view: Asked, now: number): number | null {
  if (!isMoving(view)) return null;
  if (view.switched_off || view.needs_confirmation) return HELD;
  if (view.next_step_at === null) return UNPLANNED;
  const wait = secondsUntil(view.next_step_at, now);
  return wait > 0 ? between(1, Math.ceil(wait), LONGEST) : between(1, -wait, LONGEST_OVERDUE);
}

export function askEvery(
  view: Asked | undefined,
  failed: boolean,
  tab: { hidden: boolean },
  now = Date.now(),
): number | false {
  const seconds = failed || !view ? AFTER_ERROR : secondsToNext(view, now);
  return seconds !== null && milliseconds(seconds, tab);
}

/** How often the row itself is read again, which moves nothing. */
export function watchEvery(
  row: (Moving & { permalink: string | null; finished_at: string | null }) | undefined,
  tab: { hidden: boolean },
  now = Date.now(),
): number | false {
  if (!row) return false;
  if (isOver(row)) return mayGetLink(row, now) && milliseconds(2, tab);
  if (!isMoving(row)) return milliseconds(30, tab);
  return milliseconds(isHeld(row, now) ? 15 : 2, tab);
}

/** So much after its time that it waits for something: its platform is switched off, or a person has to say a word. */
export const isHeld = (row: Moving, now: number): boolean =>
  isMoving(row) && row.next_step_at !== null && secondsUntil(row.next_step_at, now) < -OVERDUE;

/** The link is asked for after the post was made: whoever looks in between sees the one without the other. */
function mayGetLink(row: { permalink: string | null; finished_at: string | null }, now: number): boolean {
  return !row.permalink && row.finished_at !== null && secondsUntil(row.finished_at, now) > -10;
}

const secondsUntil = (iso: string, now: number): number => (Date.parse(iso) - now) / 1000;
const between = (least: number, value: number, most: number): number =>
  Math.min(Math.max(value, least), most);
const milliseconds = (seconds: number, { hidden }: { hidden: boolean }): number =>
  1000 * (hidden ? Math.max(seconds, HIDDEN_TAB) : seconds);
