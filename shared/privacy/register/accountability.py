"""What lets us answer for what we did, and stop what must not go on. Knows people by pseudonyms, or not at all."""

from __future__ import annotations

from shared.privacy.register.model import (
    MACHINERY,
    NAMES_NOBODY,
    PSEUDONYM,
    Area,
    Basis,
    Column,
    Endless,
    For,
    Table,
    kept,
)

_CHAIN = Endless(
    "each line is chained to the one before it, so a line that went would make all others unverifiable; its"
    " pseudonyms mean nobody once their accounts are gone"
)
_OWN_LOG = "A log of what itoms did, not of you; what you did and what became of it is exported from its own tables."

AREA = Area(
    "Answering for what we do",
    "itoms writes down every connect, disconnect, post and operation, and who joins or leaves a project, in a log that"
    " nobody can change unseen. It holds no caption, no token and no name of a user.",
    (
        Table(
            name="private.audit_log",
            holds="Who did what, when: a pseudonym, the kind of action, and random ids of what it was about.",
            columns="id at action actor_kind actor operator platform project_id subject_id detail",
            purpose="To find out after an incident what happened, and to prove what did not.",
            basis=Basis.INTEREST,
            retention=_CHAIN,
            erasure=kept("a line without a name; the ids in it lead nowhere once what they were about is deleted."),
            exported=_OWN_LOG,
            differs=(Column(name="actor", erasure=PSEUDONYM),),
        ),
        Table(
            name="private.audit_chain",
            holds="A checksum over each line of the log and all lines before it.",
            columns="position entry_id hash",
            purpose="To show whether the log was changed.",
            basis=Basis.INTEREST,
            retention=_CHAIN,
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
        ),
        Table(
            name="private.purge_runs",
            holds="How many rows of each kind every clean-up removed.",
            columns="id ran_at removed alarms",
            purpose="To prove that what must go went, and to notice when something came back.",
            basis=Basis.INTEREST,
            retention=For("400 days", since="ran_at", rule="purge"),
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
        ),
        Table(
            name="private.platform_switches",
            holds="Whether itoms may call a platform at the moment: one line for each platform.",
            columns="platform switched_off_at confirm_before switched_on_at",
            purpose="To stop all calls to a platform at once.",
            basis=Basis.INTEREST,
            retention=Endless("two lines about platforms, none about people"),
            erasure=NAMES_NOBODY,
            exported=MACHINERY,
        ),
    ),
)
