"""What one entry of the data register says: of a table as a whole, and of the columns that differ from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from shared.subprocessors import CLOUDFLARE, SUPABASE, Recipient


class Basis(StrEnum):
    """The legal bases of GDPR, Art. 6(1), in the words of our public page."""

    CONTRACT = "Contract: it is needed to do what you ask itoms to do."
    CONSENT = "Consent: you agreed to it, and may take that back."
    INTEREST = "Legitimate interest: it keeps itoms safe and able to answer for what it did."
    DUTY = "Legal duty: the law wants it done, or wants a proof of it."


@dataclass(frozen=True, slots=True)
class For:
    """Kept for a time: `rule` is the function of the purge that removes what is older.

    `period` is an interval as Postgres spells it, counted from the column `since`. `shown` is for people where that is
    not what they would say.
    """

    period: str
    since: str
    rule: str
    shown: str = ""

    def __str__(self) -> str:
        return self.shown or self.period


@dataclass(frozen=True, slots=True)
class Until:
    """Kept until something happens. `rule` makes it true: CASCADE, a function of the schema private, or who does."""

    event: str
    rule: str

    def __str__(self) -> str:
        return f"until {self.event}"


@dataclass(frozen=True, slots=True)
class Endless:
    """Kept without end, which needs a reason that a stranger can accept."""

    why: str

    def __str__(self) -> str:
        return f"without end: {self.why}"


type Retention = For | Until | Endless

CASCADE = "cascade"
WITH_LAST_OWNER = Until("its project goes, at the latest with the account of the project's last owner", CASCADE)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What becomes of it when its person's account is erased. A foreign key that does something else fails a test."""

    how: Literal["account", "project", "unlinked", "pseudonym", "kept", "nobody"]
    words: str

    def __str__(self) -> str:
        return self.words


WITH_ACCOUNT = Erasure("account", "Deleted with your account.")
WITH_PROJECT = Erasure("project", "Deleted with its project; a project that is yours alone goes with your account.")
WITH_CLICK = Erasure(
    "project",
    "Emptied with your account if you clicked Publish or it went through an account that you connected; the row goes"
    " with its project.",
)
WITH_POSTING_ACCOUNT = Erasure(
    "project",
    "Emptied with your account if the post went through an account that you connected; the row goes with its project.",
)
UNLINKED = Erasure("unlinked", "The link to you is removed.")
PSEUDONYM = Erasure("pseudonym", "A random pseudonym stays; what it meant is deleted, so it means nobody.")
NAMES_NOBODY = Erasure("nobody", "Names nobody: nothing to erase.")


def kept(why: str) -> Erasure:
    return Erasure("kept", f"Kept: {why}")


# True, or why it is not in the export.
type Exported = Literal[True] | str

NO_SECRETS = "A secret between itoms and the platform, of use to a thief only."
MACHINERY = "Machinery: says nothing about you that is not exported elsewhere."


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of which something else is true than of its table. None: as the table says."""

    name: str
    purpose: str | None = None
    basis: Basis | None = None
    retention: Retention | None = None
    erasure: Erasure | None = None
    exported: Exported | None = None
    recipients: tuple[Recipient, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that is true of one column."""

    table: str
    column: str
    purpose: str
    basis: Basis
    retention: Retention
    erasure: Erasure
    exported: Exported
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`holds` is read by the people whose data it is; `columns` are all of its columns, parted by spaces.

    `also` are shorter times for some of its rows.
    """

    name: str
    holds: str
    columns: str
    purpose: str
    basis: Basis
    retention: Retention
    erasure: Erasure
    exported: Exported = True
    recipients: tuple[Recipient, ...] = (SUPABASE,)
    also: tuple[For, ...] = ()
    differs: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        names, different = self.columns.split(), [column.name for column in self.differs]
        if len(set(names)) < len(names) or len(set(different)) < len(different) or set(different) - set(names):
            raise ValueError(f"{self.name}: a column is listed twice, or differs without being listed")

    def entries(self) -> Iterator[Entry]:
        return map(self.entry, self.columns.split())

    def usual(self) -> Entry:
        """What is true where a column does not say otherwise."""
        return _with_archive(self._entry(""))

    def entry(self, column: str) -> Entry:
        entry = self._entry(column)
        for different in self.differs:
            if different.name == column:
                entry = _changed(entry, different)
        return _with_archive(entry)

    def _entry(self, column: str) -> Entry:
        return Entry(
            table=self.name,
            column=column,
            purpose=self.purpose,
            basis=self.basis,
            retention=self.retention,
            erasure=self.erasure,
            exported=self.exported,
            recipients=self.recipients,
        )

    def times(self) -> Sequence[For]:
        """Every time after which something of it must be gone."""
        own = [entry.retention for entry in self.entries()]
        return [*dict.fromkeys(each for each in [self.retention, *own] if isinstance(each, For)), *self.also]


def _changed(entry: Entry, different: Column) -> Entry:
    fields = ("purpose", "basis", "retention", "erasure", "exported", "recipients")
    said = {name: value for name in fields if (value := getattr(different, name)) is not None}
    return replace(entry, **said)


def _with_archive(entry: Entry) -> Entry:
    """Whoever stores the archive receives what is in it."""
    if entry.exported is not True or CLOUDFLARE in entry.recipients:
        return entry
    return replace(entry, recipients=(*entry.recipients, CLOUDFLARE))


@dataclass(frozen=True, slots=True)
class Area:
    """What belongs together on the public page."""

    title: str
    intro: str
    tables: tuple[Table, ...]
