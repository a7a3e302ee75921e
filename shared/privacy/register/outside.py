"""What is held outside of our own tables: by Supabase's Auth, in storage, in logs, in a queue and in the browser.

Here `rule` is the recipient who ends it, or the file of ours that does.
"""

from __future__ import annotations

from shared.privacy.register.model import (
    MACHINERY,
    NAMES_NOBODY,
    NO_SECRETS,
    WITH_ACCOUNT,
    WITH_PROJECT,
    Area,
    Basis,
    Column,
    Endless,
    Erasure,
    Table,
    Until,
)
from shared.subprocessors import CLOUDFLARE, META, PLAUSIBLE, RESEND, SUPABASE, TIKTOK, VERCEL

_SIGN_IN = "To let you, and nobody else, into your account."
_RUNS_OUT = Erasure("kept", "Nothing can be picked out of it; it runs out by itself within days.")

AREA = Area(
    "Outside of our database",
    "What those who run the service for us hold, and what is left in your own browser.",
    (
        Table(
            name="auth.users",
            holds="Your e-mail address, a hash of your password, and when you registered and signed in.",
            columns="id email encrypted_password email_confirmed_at last_sign_in_at raw_app_meta_data"
            " raw_user_meta_data created_at updated_at",
            purpose=_SIGN_IN,
            basis=Basis.CONTRACT,
            retention=Until("your account is deleted", "Supabase"),
            erasure=WITH_ACCOUNT,
            differs=(
                Column(name="email", recipients=(SUPABASE, RESEND)),
                Column(name="encrypted_password", exported="A secret, as a hash: of use to a thief only."),
                Column(name="raw_app_meta_data", exported=MACHINERY),
            ),
        ),
        Table(
            name="auth.sessions",
            holds="Each session you are signed in with: its beginning and last use, which browser, which address.",
            columns="id user_id created_at updated_at user_agent ip",
            purpose=_SIGN_IN,
            basis=Basis.CONTRACT,
            retention=Until("you sign out, or your account is deleted", "Supabase"),
            erasure=WITH_ACCOUNT,
            differs=(
                Column(name="id", exported=NO_SECRETS),
                Column(name="user_id", exported=MACHINERY),
                Column(name="updated_at", exported="Changes with every use: “Your data” shows it as it is."),
            ),
        ),
        Table(
            name="auth: what a sign-in leaves",
            holds="Which way you sign in, codes and tokens of sign-ins that are under way or can be renewed, and a log"
            " of sign-ins with address and time.",
            columns="identities refresh_tokens one_time_tokens flow_state audit_log_entries",
            purpose=_SIGN_IN,
            basis=Basis.CONTRACT,
            retention=Until("your account is deleted", "Supabase"),
            erasure=WITH_ACCOUNT,
            exported="Secrets, and what your account and your sessions say already.",
        ),
        Table(
            name="Backups of the database",
            holds="Copies of all of the above, as it was on each of the last days. Tokens are encrypted in them too.",
            columns="everything",
            purpose="To bring the service back after a disaster, and for nothing else.",
            basis=Basis.INTEREST,
            retention=Until("a backup is a week old", "Supabase"),
            erasure=Erasure("kept", "A copy runs out within a week; what was erased is erased again after a restore."),
            exported="The same data once more.",
        ),
        Table(
            name="Cloudflare R2",
            holds="The files you upload, at addresses that nobody can guess and that say nothing about you.",
            columns="file content_type sha256",
            purpose="The platforms fetch a file there when you publish it.",
            basis=Basis.CONTRACT,
            retention=Until(
                "its content or project is deleted, or it was refused or never completed; it goes within hours",
                "functions/cron/media.py",
            ),
            erasure=WITH_PROJECT,
            recipients=(CLOUDFLARE, META, TIKTOK),
        ),
        Table(
            name="Vercel: log lines",
            holds="One line for each request: which function, how long it took, its outcome as a code, and random ids"
            " of what it was about. No address, no name, no text of yours.",
            columns="event function method status code ms request_id publication_id connection_id media_asset_id"
            " erasure_id platform state reason platform_code platform_subcode trace_id error_type error_at removed"
            " alarms count variable host",
            purpose="To see whether the service is well, and to find what went wrong.",
            basis=Basis.INTEREST,
            retention=Until("it runs out: after a day, and never later than a month", "Vercel"),
            erasure=_RUNS_OUT,
            exported=MACHINERY,
            recipients=(VERCEL,),
        ),
        Table(
            name="Vercel: request log",
            holds="Each request as any web server sees it: IP address, browser, address asked for, time.",
            columns="ip user_agent url at",
            purpose="To deliver the answer, and to defend the service.",
            basis=Basis.INTEREST,
            retention=Until("it runs out: after a day, and never later than a month", "Vercel"),
            erasure=_RUNS_OUT,
            exported="It knows addresses, not accounts, so we cannot find yours in it.",
            recipients=(VERCEL,),
        ),
        Table(
            name="Vercel: queue",
            holds="The random id of a post whose next step is due, and a proof that we sent it.",
            columns="publication_id proof",
            purpose="To go on with a post in time.",
            basis=Basis.CONTRACT,
            retention=Until("the step is done, at most a day", "Vercel"),
            erasure=_RUNS_OUT,
            exported=MACHINERY,
            recipients=(VERCEL,),
        ),
        Table(
            name="Cloudflare R2: archives",
            holds="An archive of your data that you asked for, in a bucket without a public address.",
            columns="file",
            purpose="You fetch it there, with an address that is good for minutes.",
            basis=Basis.DUTY,
            retention=Until("a day has passed since it was ready", "functions/cron/exports.py"),
            erasure=WITH_ACCOUNT,
            exported="It is your export.",
            recipients=(CLOUDFLARE,),
        ),
        Table(
            name="Resend: sent mails",
            holds="The mails that we sent you: your address and the text.",
            columns="to subject text state",
            purpose="To deliver them, and to tell us whether they arrived.",
            basis=Basis.CONTRACT,
            retention=Until("the log of our plan at Resend ends, which is days", "Resend"),
            erasure=_RUNS_OUT,
            exported="You have them in your mailbox.",
            recipients=(RESEND,),
        ),
        Table(
            name="Plausible: page views",
            holds="Which of our few public pages was opened, in which kind of browser, from which network. No cookie,"
            " no id, no whole address.",
            columns="page user_agent network",
            purpose="To see whether anybody finds us.",
            basis=Basis.INTEREST,
            retention=Endless("counts of views; Plausible's daily salt is thrown away, so nobody is in them"),
            erasure=NAMES_NOBODY,
            exported="Belongs to nobody that we know.",
            recipients=(PLAUSIBLE,),
        ),
        Table(
            name="Your browser: one cookie",
            holds="A random value while you connect an account, which no script can read. No other cookie is set.",
            columns="value",
            purpose="To know that the browser that comes back from the platform is the one that left.",
            basis=Basis.INTEREST,
            retention=Until("you come back from the platform, at most 10 minutes", "shared/web/connect.py"),
            erasure=NAMES_NOBODY,
            exported="It is in your own browser.",
            recipients=(),
        ),
    ),
)
