import { useMutation } from "@tanstack/preact-query";
import { type Arrival, arrival } from "../../arrival";
import { changePassword } from "../../data/auth";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { type Session, useSession } from "../../session";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button, LinkButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Door } from "./door";
import { SHORTEST_PASSWORD } from "./password";

/** Where the link of the mail leads. Its one-time code has signed the person in before this is shown, or has not. */
export default function NewPassword() {
  const session = useSession();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (form: FormData) => changePassword(String(form.get("password"))),
  });
  return (
    <Door title={t.signIn.newPasswordTitle}>
      {isSuccess ? (
        <>
          <Banner tone="good" title={t.signIn.passwordChanged}>
            {t.signIn.otherDevices}
          </Banner>
          <LinkButton look="primary" href={paths.home}>
            {t.shell.home}
          </LinkButton>
        </>
      ) : session && !LOST.includes(arrival()) ? (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            mutate(new FormData(event.currentTarget));
          }}
        >
          {error && <ProblemBanner error={error} />}
          <Fields session={session} />
          <Button look="primary" type="submit" busy={isPending} wide>
            {t.signIn.changePassword}
          </Button>
        </form>
      ) : (
        <NoLink />
      )}
    </Door>
  );
}

/** A link that did not work, and may have been for somebody else than who is signed in here. */
const LOST: readonly Arrival[] = ["expired", "failed", "other_browser"];

function Fields({ session }: { session: Session }) {
  return (
    <>
      <input type="email" value={session.email} autocomplete="username" readOnly hidden />
      <TextField
        label={t.signIn.newPassword}
        hint={t.signIn.passwordHint}
        name="password"
        type="password"
        autocomplete="new-password"
        minLength={SHORTEST_PASSWORD}
        required
      />
    </>
  );
}

function NoLink() {
  const elsewhere = arrival() === "other_browser";
  return (
    <Banner tone="warn" title={elsewhere ? t.signIn.linkOtherBrowser : t.signIn.linkExpired}>
      {elsewhere && <p>{t.signIn.linkOtherBrowserPassword}</p>}
      <a href={paths.forgotPassword}>{t.signIn.askAgain}</a>
    </Banner>
  );
}
