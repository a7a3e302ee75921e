"""What a person is told before and after: in one place, so that both say the same."""

from __future__ import annotations

from collections.abc import Mapping

STAYS = (
    "Posts on Instagram and TikTok stay there until you delete them there: itoms cannot delete them.",
    "In projects that have another owner, the contents and files you made stay with the others, without your name.",
    "Of what you published there, or others through an account of yours, only this stays: that it was, when, on which "
    "platform, which files, and how it ended. Captions, choices and the links of posts on your accounts go.",
    "Receipts without a name say that accounts were disconnected and how much was erased.",
    "What you asked of us about your data, and when it was answered, is kept for three years, without your name.",
    "Those who deliver our mail and run our database keep their own logs, in which your address may stand, for days.",
    "The audit log says what was done and when, under a pseudonym that means nobody once your account is gone.",
    "Hashes of ids make sure that nothing comes back with a backup. They cannot be turned back into you.",
    "Backups of the database, which nobody reads, end within days; until then what was erased is beyond use.",
)
BLOCKS = (
    "You are the only owner of this project and others are in it. Make one of them an owner, or name the project in "
    "delete_projects: then it is deleted with everything in it, also what the others made."
)
FATES: Mapping[str, str] = {
    "deleted": "Nobody else is in it: it is deleted with everything in it.",
    "left": "Another owner is there: you leave it, and it stays with the others.",
    "blocks": BLOCKS,
}
STORES: Mapping[str, str] = {
    "publications": "Publications under way",
    "connections": "Connected accounts and their tokens",
    "projects": "Projects, contents and publications",
    "mail": "Mail that was waiting to be sent",
    "database": "Everything else in the database",
    "objects": "Media files",
    "auth": "Your sign-in",
    "search": "A search of every table for what might be left",
}
COUNTS: Mapping[str, str] = {
    "cancelled": "cancelled before they were sent",
    "outcome_unknown": "whose outcome was still open",
    "removed": "accounts removed",
    "tokens_deleted": "tokens deleted",
    "revocation_revoked": "revoked at the platform as well",
    "revocation_unsupported": "where the platform offers no revocation: remove itoms there",
    "revocation_failed": "where the platform did not answer: remove itoms there",
    "revocation_skipped": "where the platform could not be told: remove itoms there",
    "projects": "projects",
    "contents": "contents",
    "publications": "publications",
    "files": "files",
    "mails": "mails",
    "rows_deleted": "rows deleted",
    "names_removed": "places where your name was removed",
    "accounts": "accounts",
    "tables": "tables searched",
    "tables_closed": "tables of others that we may not read",
    "auth_log_lines": "lines of the sign-in log deleted",
}
PROBLEMS: Mapping[str, str] = {
    "storage_unavailable": "The media storage does not answer at the moment. It is tried again.",
    "auth_unavailable": "The sign-in service does not answer at the moment. It is tried again.",
    "database_unavailable": "The database did not answer a moment ago. It is tried again.",
    "rows_left": "The search found something that should have been gone. Somebody at itoms is told.",
}
