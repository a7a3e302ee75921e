import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/call";
import { asProblem } from "../../api/problem";
import { type Outcome, outcomeOf, type Send } from "./click";
import { Clicker, type Desk, IDLE, type Shown } from "./clicker";
import {
  clickKey,
  forgetClick,
  type Place,
  settleClick,
  storageWorks,
  storeClick,
  storedClick,
  storedDraft,
} from "./stored";

/** The one way from this browser to a post. */
async function send({ key, body }: Send): Promise<Outcome> {
  try {
    const { id, state } = await call("/api/publish", body, { headers: { "idempotency-key": key } });
    if (typeof id !== "string") return { is: "lost" };
    return { is: "taken", publication: id, failed: state === "failed" };
  } catch (error) {
    return outcomeOf(asProblem(error));
  }
}

function deskOf(place: Place): Desk {
  const lock = clickKey(place);
  return {
    noted: () => storedClick(place),
    note: (click) => storeClick(place, click),
    draft: () => storedDraft(place)?.id ?? null,
    works: storageWorks,
    settle: (click) => settleClick(place, click),
    forget: () => forgetClick(place),
    alone: async (work) =>
      await navigator.locks.request(lock, { ifAvailable: true }, async (free) => {
        if (free) await work();
        return free !== null;
      }),
    turn: async () => await navigator.locks.request(lock, async () => undefined),
    send,
    now: Date.now,
    newKey: () => crypto.randomUUID(),
  };
}

/** The click on this post, in whatever tab it was made, from its note to its answers. */
export function useClick(place: Place): { shown: Shown; clicker: Clicker } {
  const [shown, setShown] = useState(IDLE);
  const [clicker] = useState(() => new Clicker(deskOf(place), setShown));
  useEffect(() => {
    const hear = ({ key }: StorageEvent) => void (key === clickKey(place) && clicker.noticed());
    const online = () => void clicker.online();
    window.addEventListener("storage", hear);
    window.addEventListener("online", online);
    void clicker.open();
    return () => {
      window.removeEventListener("storage", hear);
      window.removeEventListener("online", online);
    };
  }, [clicker, place]);
  useEffect(() => () => clicker.stop(), [clicker]);
  return { shown, clicker };
}
