import { useMutation } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";
import { changePassword } from "../../data/auth";
import { t } from "../../i18n";
import { useFreshSignIn } from "../../shell/fresh-sign-in";
import { useSignedIn } from "../../shell/session";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { SHORTEST_PASSWORD } from "../sign-in/password";

export function PasswordCard() {
  const { email } = useSignedIn();
  const form = useRef<HTMLFormElement>(null);
  const { through, dialog } = useFreshSignIn();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (password: string) => through(() => changePassword(password)),
    onSuccess: () => form.current?.reset(),
  });
  return (
    <section class="card stack">
      <h2>{t.account.password}</h2>
      <form
        ref={form}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(String(new FormData(event.currentTarget).get("password")));
        }}
      >
        {error && <ProblemBanner error={error} />}
        {isSuccess && <Banner tone="good" title={t.account.passwordChanged} />}
        <p class="quiet">{t.account.passwordText}</p>
        <input type="email" value={email} autocomplete="username" readOnly hidden />
        <TextField
          label={t.account.newPassword}
          hint={t.account.passwordHint}
          name="password"
          type="password"
          autocomplete="new-password"
          minLength={SHORTEST_PASSWORD}
          required
        />
        <div>
          <Button type="submit" busy={isPending}>
            {t.account.changePassword}
          </Button>
        </div>
      </form>
      {dialog}
    </section>
  );
}
