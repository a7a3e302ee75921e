import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { signUp } from "../../data/auth";
import { LONGEST_NAME } from "../../data/profile";
import { t } from "../../i18n";
import { invitationCode, withInvitation } from "../../invitation";
import { paths } from "../../paths";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Door } from "./door";
import { SHORTEST_PASSWORD } from "./password";

export function SignUp() {
  const [sentTo, setSentTo] = useState("");
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (form: FormData) => {
      const email = String(form.get("email"));
      const name = String(form.get("name"));
      const { mustConfirm } = await signUp(email, String(form.get("password")), name);
      if (mustConfirm) setSentTo(email);
    },
  });
  if (sentTo) {
    return (
      <Door title={t.signIn.confirmTitle}>
        <Banner tone="good" title={t.signIn.confirmText(sentTo)}>
          {invitationCode() && <p>{t.signIn.joinConfirmed}</p>}
        </Banner>
      </Door>
    );
  }
  return (
    <Door title={t.signIn.signUpTitle} {...(invitationCode() && { lead: t.signIn.joinSignUp })}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          mutate(new FormData(event.currentTarget));
        }}
      >
        {error && <ProblemBanner error={error} />}
        <TextField
          label={
            <>
              {t.signIn.name} <span class="quiet">({t.common.optional})</span>
            </>
          }
          hint={t.signIn.nameHint}
          name="name"
          autocomplete="name"
          maxLength={LONGEST_NAME}
        />
        <TextField label={t.signIn.email} name="email" type="email" autocomplete="username" required />
        <TextField
          label={t.signIn.password}
          hint={t.signIn.passwordHint}
          name="password"
          type="password"
          autocomplete="new-password"
          minLength={SHORTEST_PASSWORD}
          required
        />
        <p class="small quiet">
          {t.signIn.agree} <a href={paths.dataPolicy}>{t.signIn.dataPolicy}</a>.
        </p>
        <Button look="primary" type="submit" busy={isPending} wide>
          {t.signIn.signUp}
        </Button>
        <a href={withInvitation(paths.signIn)}>{t.signIn.haveAccount}</a>
      </form>
    </Door>
  );
}
