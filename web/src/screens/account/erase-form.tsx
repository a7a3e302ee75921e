import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { startErasure, WORDS } from "../../data/erasure";
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
  onRefused,
  onKeep,
}: {
  deleted: readonly string[];
  undecided: boolean;
  onRefused: () => void;
  onKeep: () => void;
}) {
  const { route } = useLocation();
  const { through, dialog } = useFreshSignIn();
  const [wrong, setWrong] = useState<string>();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => through(() => startErasure(deleted)),
    onSuccess: ({ receipt_id, status_code }) => {
      route(paths.erasedAs(receipt_id, status_code), true);
      forgetSession();
    },
    onError: onRefused,
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
        if (found === undefined) mutate();
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
