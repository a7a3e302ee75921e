import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/call";
import { Checker, type Checks, NO_CHECKS } from "./checker";

/** What the server says of the posts as they are, by account. Asking changes nothing. */
export function useChecks(): { checks: Checks; checker: Checker } {
  const [checks, setChecks] = useState<Checks>(NO_CHECKS);
  const [checker] = useState(
    () => new Checker((body, signal) => call("/api/preflight", body, { signal }), setChecks),
  );
  useEffect(() => {
    const online = () => checker.again();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      checker.stop();
    };
  }, [checker]);
  return { checks, checker };
}
