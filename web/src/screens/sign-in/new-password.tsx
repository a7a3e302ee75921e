import { useMutation } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { changePassword } from "../../data/auth";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { supabase, useSession } from "../../session";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button, LinkButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Door } from "./door";

/** Where the link of the mail leads. Supabase reads its one-time code from the address and signs the person in. */
export default function NewPassword() {
  const session = useSession();
  useEffect(() => void supabase(), []);
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (form: FormData) => changePassword(String(form.get("password"))),
  });
  return (
    <Door title={t.signIn.newPasswordTitle}>
      {isSuccess ? (
        <>
          <Banner tone="good" title={t.signIn.passwordChanged} />
          <LinkButton href={paths.home}>{t.shell.home}</LinkButton>
        </>
      ) : session ? (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            mutate(new FormData(event.currentTarget));
          }}
        >
          {error && <ProblemBanner error={error} />}
          <TextField
            label={t.signIn.newPassword}
            hint={t.signIn.passwordHint}
            name="password"
            type="password"
            autocomplete="new-password"
            minLength={10}
            required
          />
          <Button look="primary" type="submit" busy={isPending} wide>
            {t.signIn.changePassword}
          </Button>
        </form>
      ) : (
        <Banner tone="warn" title={t.signIn.linkExpired}>
          <a href={paths.forgotPassword}>{t.signIn.forgotTitle}</a>
        </Banner>
      )}
    </Door>
  );
}
