import { type UseMutationOptions, type UseMutationResult, useMutation } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";

type Once<Data, Variables> = Pick<
  UseMutationResult<Data, Error, Variables>,
  "isPending" | "error" | "data"
> & {
  run: (variables: Variables) => void;
};

/** Something that must not happen twice: a second click may come before the busy button is drawn. */
export function useOnce<Data, Variables = void>(
  options: UseMutationOptions<Data, Error, Variables>,
): Once<Data, Variables> {
  const underWay = useRef(false);
  const { mutateAsync, isPending, error, data } = useMutation(options);
  const run = (variables: Variables) => {
    if (underWay.current) return;
    underWay.current = true;
    mutateAsync(variables)
      .catch(() => undefined)
      .finally(() => {
        underWay.current = false;
      });
  };
  return { run, isPending, error, data };
}
