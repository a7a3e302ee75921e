import type { Answer, Body } from "../../api/call";
import { asProblem, type Problem } from "../../api/problem";

type Asked = Body<"/api/preflight">;
export type Preflight = Answer<"/api/preflight">;

/**
 * What the check says of one account's post. `isCurrent`: of the post as it is now. `problem` stands where there is no
 * answer: a refusal, or a check that did not happen.
 */
export type Check = Readonly<{
  isCurrent: boolean;
  answer: Preflight | null;
  problem: Problem | null;
  /** What TikTok last said of the account while this form was open. */
  creator: Preflight["creator"];
}>;

/** `pausedUntil` in milliseconds: too many checks were asked for, and the next one is taken then. */
export type Checks = Readonly<{ of: ReadonlyMap<string, Check>; pausedUntil: number | null }>;
export const NO_CHECKS: Checks = { of: new Map(), pausedUntil: null };

type Entry = Readonly<{
  body: Asked;
  text: string;
  checked: string | null;
  answer: Preflight | null;
  problem: Problem | null;
  creator: Preflight["creator"];
}>;
const UNKNOWN = { checked: null, answer: null, problem: null, creator: null };
type Question = Readonly<{ account: string; text: string; abort: AbortController }>;

export const CALM_MS = 800;
/** When the server named no time. */
const PAUSE_SECONDS = 30;

/**
 * Asks for checks once a post has not changed for a moment: one at a time, each post once, and a question that is out of
 * date is broken off. When too many were asked, it waits as long as it was told to.
 */
export class Checker {
  readonly #ask: (body: Asked, signal: AbortSignal) => Promise<Preflight>;
  readonly #tell: (checks: Checks) => void;
  readonly #entries = new Map<string, Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #question: Question | null = null;
  #calmAt = 0;
  #pausedUntil: number | null = null;

  constructor(ask: (body: Asked, signal: AbortSignal) => Promise<Preflight>, tell: (checks: Checks) => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** The posts as they are now, by account. */
  want(bodies: ReadonlyMap<string, Asked>): void {
    const gone = [...this.#entries.keys()].filter((account) => !bodies.has(account));
    for (const account of gone) this.#entries.delete(account);
    const changed = [...bodies].filter(([account, body]) => this.#isNew(account, body));
    if (gone.length + changed.length === 0) return;
    const { account, text, abort } = this.#question ?? {};
    if (account !== undefined && this.#entries.get(account)?.text !== text) abort?.abort();
    if (changed.length > 0) this.#calmAt = Date.now() + CALM_MS;
    this.#goOn();
  }

  /** All of them once more, at once. */
  again(): void {
    for (const [account, entry] of this.#entries) this.#entries.set(account, { ...entry, checked: null });
    this.#calmAt = 0;
    this.#goOn();
  }

  stop(): void {
    this.#entries.clear();
    this.#question?.abort.abort();
    clearTimeout(this.#timer);
  }

  #isNew(account: string, body: Asked): boolean {
    const known = this.#entries.get(account);
    const text = JSON.stringify(body);
    if (known?.text === text) return false;
    this.#entries.set(account, { ...UNKNOWN, ...known, body, text });
    return true;
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    this.#tell(this.#checks());
    if (this.#question || !this.#due()) return;
    const at = Math.max(this.#calmAt, this.#pausedUntil ?? 0);
    this.#timer = setTimeout(() => void this.#askOne(), Math.max(0, at - Date.now()));
  }

  #due(): [string, Entry] | undefined {
    return [...this.#entries].find(([, { text, checked }]) => text !== checked);
  }

  async #askOne(): Promise<void> {
    const [account, entry] = this.#due() ?? [];
    if (account === undefined || !entry) return;
    const question = { account, text: entry.text, abort: new AbortController() };
    this.#question = question;
    this.#pausedUntil = null;
    try {
      this.#note(question, await this.#ask(entry.body, question.abort.signal), null);
    } catch (error) {
      this.#note(question, null, asProblem(error));
    }
    this.#question = null;
    this.#goOn();
  }

  /** An answer to a question that was broken off is about a post that is not there any more. */
  #note({ account, text, abort }: Question, answer: Preflight | null, problem: Problem | null): void {
    const entry = this.#entries.get(account);
    if (abort.signal.aborted || !entry) return;
    if (problem?.status === 429) {
      this.#pausedUntil = Date.now() + (problem.retryAfter ?? PAUSE_SECONDS) * 1000;
      return;
    }
    const creator = answer?.creator ?? entry.creator;
    this.#entries.set(account, { ...entry, checked: text, answer, problem, creator });
  }

  #checks(): Checks {
    const of = [...this.#entries].map(
      ([account, { text, checked, answer, problem, creator }]): [string, Check] => [
        account,
        { isCurrent: text === checked, answer, problem, creator },
      ],
    );
    return { of: new Map(of), pausedUntil: this.#pausedUntil };
  }
}
