import { useMutation } from "@tanstack/preact-query";
import { askForNewPassword } from "../../data/auth";
import { t } from "../../i18n";
import { withInvitation } from "../../invitation";
import { paths } from "../../paths";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Door } from "./door";

export function ForgotPassword() {
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (form: FormData) => askForNewPassword(String(form.get("email"))),
  });
  return (
    <Door title={t.signIn.forgotTitle} lead={t.signIn.forgotText}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(new FormData(event.currentTarget));
        }}
      >
        {error && <ProblemBanner error={error} />}
        {isSuccess && <Banner tone="good" title={t.signIn.linkSent} />}
        <TextField label={t.signIn.email} name="email" type="email" autocomplete="username" required />
        <Button look="primary" type="submit" busy={isPending} wide>
          {t.signIn.sendLink}
        </Button>
        <a href={withInvitation(paths.signIn)}>{t.signIn.haveAccount}</a>
      </form>
    </Door>
  );
}
