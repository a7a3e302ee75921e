import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { signIn } from "../data/auth";
import { t } from "../i18n";
import { ProblemBanner } from "../ui/banner";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { useSignedIn } from "./session";

type Asked = { refusal: Problem; goOn: () => void; giveUp: (refusal: Problem) => void };

/**
 * For what the server does only for somebody who has just signed in. `through(work)` does it; when the server wants a
 * fresh sign-in, `dialog` asks for the password and then the same work is done by itself. Whoever cancels gets the refusal.
 */
export function useFreshSignIn() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const signedInAnew = (refusal: Problem): Promise<void> =>
    new Promise<void>((goOn, giveUp) => setAsked({ refusal, goOn, giveUp })).then(
      () => setAsked(null),
      (given) => {
        setAsked(null);
        throw given;
      },
    );
  const through = async <Done,>(work: () => Promise<Done>): Promise<Done> => {
    try {
      return await work();
    } catch (error) {
      const refusal = asProblem(error);
      if (refusal.code !== "sign_in_again") throw error;
      await signedInAnew(refusal);
      return work();
    }
  };
  return { through, dialog: asked && <PasswordDialog {...asked} /> };
}

function PasswordDialog({ refusal, goOn, giveUp }: Asked) {
  const { email } = useSignedIn();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (password: string) => signIn(email, password),
    onSuccess: goOn,
  });
  return (
    <Dialog title={t.account.freshTitle} onClose={() => giveUp(refusal)}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(String(new FormData(event.currentTarget).get("password")));
        }}
      >
        <p>{t.account.freshText}</p>
        {error && <ProblemBanner error={error} />}
        {/* A password manager finds the password by the address. */}
        <input type="email" value={email} autocomplete="username" readOnly hidden />
        <TextField
          label={t.account.freshPassword}
          hint={t.account.freshForgot}
          name="password"
          type="password"
          autocomplete="current-password"
          autoFocus
          required
        />
        <div class="row">
          <Button look="primary" type="submit" busy={isPending}>
            {t.account.freshGo}
          </Button>
          <Button onClick={() => giveUp(refusal)}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
