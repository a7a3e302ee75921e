import { language } from "./index";

const tag = (): string => (language === "en-XA" ? "en" : language);

/**
 * Makes the browser read what it knows of languages, which takes some 25 ms with whatever comes first: better while
 * the network is waited for than in the middle of showing something.
 */
export function warmUp(): void {
  relative(new Date().toISOString());
}

/** In the zone of whoever looks. */
export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(tag(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

export function date(iso: string): string {
  return new Intl.DateTimeFormat(tag(), { dateStyle: "medium" }).format(new Date(iso));
}

export function clockTime(iso: string): string {
  return new Intl.DateTimeFormat(tag(), { timeStyle: "medium" }).format(new Date(iso));
}

/** "in 3 days", "2 minutes ago". */
export function relative(iso: string, now: number = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(tag(), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** A small whole number looks the same in every language with these digits, and asks the browser for nothing. */
export function number(value: number): string {
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  return new Intl.NumberFormat(tag()).format(value);
}

/** Decimal, as every seller of disks counts. */
export function bytes(count: number): string {
  const [unit, size] = BYTES.find(([, least]) => count >= least) ?? ["byte", 1];
  const digits = { maximumFractionDigits: count / size < 10 && size > 1 ? 1 : 0 };
  return new Intl.NumberFormat(tag(), { style: "unit", unit, unitDisplay: "short", ...digits }).format(
    count / size,
  );
}

const BYTES: readonly [string, number][] = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
];

/** 75 seconds are 1:15. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function list(words: readonly string[]): string {
  return new Intl.ListFormat(tag(), { type: "conjunction" }).format(words);
}

/** The form of a counted word: `counted(n, "account", "accounts")`. For English; other languages have their own. */
export function counted(count: number, one: string, other: string): string {
  return `${number(count)} ${count === 1 ? one : other}`;
}
