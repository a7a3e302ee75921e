export type Day<One> = { day: string; of: One[] };

/** What belongs to one day of whoever looks stands together; `dayOf` says which day a moment is of. */
export function byDay<One extends { at: string }>(
  all: readonly One[],
  dayOf: (at: string) => string,
): Day<One>[] {
  const days: Day<One>[] = [];
  for (const one of all) {
    const day = dayOf(one.at);
    const last = days.at(-1);
    if (last?.day === day) last.of.push(one);
    else days.push({ day, of: [one] });
  }
  return days;
}
