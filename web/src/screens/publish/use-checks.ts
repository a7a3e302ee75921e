import { useEffect, useState } from "preact/hooks";
import { type Body, call } from "../../api/call";
import { Checker, type Checks, NO_CHECKS } from "./checker";

/** What the server says of the posts as they are, by account. Asking changes nothing. */
export function useChecks() {
  const [checks, setChecks] = useState<Checks>(NO_CHECKS);
  const [checker] = useState(
    () => new Checker((body, signal) => call("/api/preflight", body, { signal }), setChecks),
  );
  useEffect(() => () => checker.stop(), [checker]);
  return { checks, checker };
}

export type CheckBodies = ReadonlyMap<string, Body<"/api/preflight">>;
