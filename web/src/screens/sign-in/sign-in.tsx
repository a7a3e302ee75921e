import { useMutation } from "@tanstack/preact-query";
import { signIn } from "../../data/auth";
import { t } from "../../i18n";
import { invitationCode, withInvitation } from "../../invitation";
import { paths } from "../../paths";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Arrived } from "./arrived";
import { Door } from "./door";

export function SignIn() {
  const { mutate, isPending, error } = useMutation({
    mutationFn: (form: FormData) => signIn(String(form.get("email")), String(form.get("password"))),
  });
  return (
    <Door title={t.signIn.signInTitle} {...(invitationCode() && { lead: t.signIn.joinSignIn })}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(new FormData(event.currentTarget));
        }}
      >
        {error ? <ProblemBanner error={error} /> : <Arrived />}
        <TextField label={t.signIn.email} name="email" type="email" autocomplete="username" required />
        <TextField
          label={t.signIn.password}
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
        <Button look="primary" type="submit" busy={isPending} wide>
          {t.signIn.signIn}
        </Button>
        <div class="row apart">
          <a href={withInvitation(paths.forgotPassword)}>{t.signIn.forgot}</a>
          <span>
            {t.signIn.newHere} <a href={withInvitation(paths.signUp)}>{t.signIn.getStarted}</a>
          </span>
        </div>
      </form>
    </Door>
  );
}
