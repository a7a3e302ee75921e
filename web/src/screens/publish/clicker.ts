import {
  answered,
  asked,
  type Click,
  isOpen,
  mayAskByItself,
  newClick,
  type Outcome,
  restored,
  type Send,
  verdict,
  type Wish,
} from "./click";

/** What a click needs of the browser and of the server; of one draft, shared by every tab. */
export type Desk = Readonly<{
  noted: () => Click | null;
  /** Says whether it really lies in storage now. */
  note: (click: Click) => boolean;
  /** The id of the draft as it lies in storage: another tab may have published it. */
  draft: () => string | null;
  /** Whether anything can be noted at all. */
  works: () => boolean;
  /** The click has its answers: it is forgotten, and its draft becomes what is left to do. */
  settle: (click: Click) => void;
  forget: () => void;
  /** Does the work unless another tab is at it; says whether it did. */
  alone: (work: () => Promise<void>) => Promise<boolean>;
  /** Until no other tab is at it. */
  turn: () => Promise<void>;
  send: (send: Send) => Promise<Outcome>;
  now: () => number;
  newKey: () => string;
}>;

/**
 * `click` has open questions, `done` has its answers. `trouble`: nothing was sent, because the click could not be noted
 * (then a reload could post twice) or because the draft is another one by now; or it was settled in another tab.
 */
export type Shown = Readonly<{
  click: Click | null;
  done: Click | null;
  isElsewhere: boolean;
  trouble: "not_noted" | "changed" | "settled_elsewhere" | null;
}>;
export const IDLE: Shown = { click: null, done: null, isElsewhere: false, trouble: null };

/** Leads clicks on Publish to their answers, whatever happens between. */
export class Clicker {
  readonly #desk: Desk;
  #tell: (shown: Shown) => void;
  #shown: Shown = IDLE;
  #isBusy = false;

  constructor(desk: Desk, tell: (shown: Shown) => void) {
    this.#desk = desk;
    this.#tell = tell;
  }

  /** What an earlier visit, or another tab, has left without an answer. */
  async open(): Promise<void> {
    const noted = this.#desk.noted();
    if (!noted || this.#isBusy) return;
    this.#show({ click: restored(noted) });
    if (mayAskByItself(noted, this.#desk.now())) await this.askAgain();
    else await this.noticed();
  }

  async press(draft: string, wishes: readonly Wish[]): Promise<void> {
    await this.#alone(async () => {
      const noted = this.#desk.noted();
      if (noted) return this.#ask(restored(noted));
      if (!this.#desk.works()) return this.#show({ trouble: "not_noted" });
      if (this.#desk.draft() !== draft) return this.#show({ trouble: "changed" });
      const click = newClick(draft, wishes, this.#desk.now(), this.#desk.newKey);
      if (!this.#desk.note(click)) return this.#show({ trouble: "not_noted" });
      return this.#ask(click);
    });
  }

  /** With the same keys, so it cannot post twice. */
  async askAgain(): Promise<void> {
    await this.#alone(async () => {
      const noted = this.#desk.noted();
      if (noted) await this.#ask(restored(noted));
      else this.#show({ trouble: "settled_elsewhere" });
    });
  }

  /** The creator has looked and does not want it any more. Whether it had arrived stays unknown. */
  async letGo(): Promise<void> {
    await this.#alone(async () => {
      this.#desk.forget();
      this.#show({});
    });
  }

  /** Another tab has noted something. It is only shown: tabs that answered each other would never stop. */
  async noticed(): Promise<void> {
    const noted = this.#desk.noted();
    if (noted) await this.#alone(async () => this.#show({ click: restored(noted) }));
    else if (this.#shown.click && !this.#isBusy) this.#show({ trouble: "settled_elsewhere" });
  }

  /** The browser is online again, after a while without. */
  async online(): Promise<void> {
    const { click } = this.#shown;
    if (click && mayAskByItself(click, this.#desk.now())) await this.askAgain();
  }

  dismiss(): void {
    if (!this.#shown.click) this.#show({});
  }

  /** The screen was left. What is on its way gets its answer noted all the same. */
  stop(): void {
    this.#tell = () => undefined;
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      if (!(await this.#desk.alone(work))) await this.#watch();
    } finally {
      this.#isBusy = false;
    }
  }

  async #watch(): Promise<void> {
    this.#show({ click: this.#desk.noted(), isElsewhere: true });
    await this.#desk.turn();
    const left = this.#desk.noted();
    this.#show(left ? { click: restored(left) } : { trouble: "settled_elsewhere" });
  }

  async #ask(click: Click): Promise<void> {
    let now = this.#noted(asked(click));
    await Promise.all(
      now.sends.filter(isOpen).map(async (send) => {
        const outcome = await this.#desk.send(send);
        now = this.#noted(answered(now, send.connection, outcome));
      }),
    );
    if (verdict(now) !== "answered") return;
    this.#desk.settle(now);
    this.#show({ done: now });
  }

  #noted(click: Click): Click {
    this.#desk.note(click);
    this.#show({ click });
    return click;
  }

  #show(shown: Partial<Shown>): void {
    this.#shown = { ...IDLE, ...shown };
    this.#tell(this.#shown);
  }
}
