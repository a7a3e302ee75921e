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
      /* A click without a network fails at once: it must not happen later by itself, when nobody expects it. */
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
