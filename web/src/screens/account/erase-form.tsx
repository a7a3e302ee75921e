import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { asProblem } from "../../api/problem";
import { startErasure, WORDS } from "../../data/erasure";
import { useOnce } from "../../data/once";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { forgetSession } from "../../session";
import { useFreshSignIn } from "../../shell/fresh-sign-in";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";

export function EraseForm({
  deleted,
  undecided,
  onBlocked,
  onKeep,
}: {
  deleted: readonly string[];
  undecided: boolean;
  onBlocked: () => void;
  onKeep: () => void;
}) {
  const { route } = useLocation();
  const { through, dialog } = useFreshSignIn();
  const [wrong, setWrong] = useState<string>();
  const leave = (to: string): void => {
    route(to, true);
    forgetSession();
  };
  const { run, isPending, error } = useOnce({
    mutationFn: () => through(() => startErasure(deleted)),
    onSuccess: ({ receipt_id, status_code }) => leave(paths.erasedAs(receipt_id, status_code)),
    onError: (refusal) => {
      const { code } = asProblem(refusal);
      /* The answer to the first attempt may have been lost: all was done by the time of the second. */
      if (code === "account_erased") leave(paths.erased);
      if (code === "erasure_blocked") onBlocked();
    },
  });
  const whatIsWrong = (typed: string): string | undefined => {
    if (undecided) return t.rights.undecided;
    return typed.trim() === WORDS ? undefined : t.rights.wordsWrong(WORDS);
  };
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = whatIsWrong(String(new FormData(event.currentTarget).get("words")));
        setWrong(found);
        if (found === undefined) run();
      }}
    >
      <p class="quiet">{t.rights.before}</p>
      {error && <ProblemBanner error={error} />}
      <TextField
        label={t.rights.wordsLabel(WORDS)}
        error={wrong}
        name="words"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={() => setWrong(undefined)}
      />
      <div class="row">
        <Button onClick={onKeep}>{t.rights.keep}</Button>
        <Button look="danger" type="submit" busy={isPending}>
          {t.rights.start}
        </Button>
      </div>
      {dialog}
    </form>
  );
}
