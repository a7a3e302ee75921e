import { QueryClient } from "@tanstack/preact-query";
import { asProblem } from "../api/problem";

/** What was read, for as long as it counts as fresh. One for each person: what one has read is not for the next. */
export function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && asProblem(error).isPassing,
      },
      /* Without a network it fails at once: what is sent later, when nobody expects it any more, is no click. */
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
