import { useEffect, useState } from "preact/hooks";

/** The longest that a timer of a browser can wait is some weeks; nothing here is so far away. */
export function useIsPast(moment: number): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const wait = moment - Date.now();
    if (wait <= 0) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), wait + 100);
    return () => clearTimeout(timer);
  }, [moment]);
  return now >= moment;
}
