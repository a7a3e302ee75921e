"""What the pages say. Whatever could drift is taken from the code that does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sandbox.privacy_pages.html import element, facts, folded, items, page, table
from sandbox.stack.paths import ROOT
from shared.privacy.permissions import ASKED, Asked
from shared.privacy.register import AREAS
from shared.privacy.register.model import Area, Entry, Table
from shared.subprocessors import CLOUDFLARE, RECIPIENTS, SUBPROCESSORS, SUPABASE, Recipient

FOLDER = ROOT / "public" / "privacy"
_WELCOME = (
    "itoms connects your Instagram and TikTok accounts and publishes to them when you click Publish. These pages say"
    " what it holds for that. They are made from the code that does it, and our tests fail when one of them says"
    " something else than the other."
)
_RIGHTS = (
    "See your data, and take a complete copy of it with you.",
    "Correct what is about you.",
    "Disconnect an account: its tokens are deleted at that moment.",
    "Object to AI captions, to analytics or to publishing: it stops on our servers at once.",
    "Delete your account and everything that belongs to it.",
    "Complain to a data protection authority.",
)
_TAKE_BACK = (
    "Disconnect the account in itoms, and its tokens are deleted at that moment. You can also take the permission away"
    " on the platform's side:"
)
_THEN = (
    "itoms notices, deletes the tokens and tells you; an account that is not connected again within 30 days is removed."
)
_ARCHIVE = (
    f"{CLOUDFLARE.name} is named for all that is in your export: it stores the archive that you ask for, for a day."
)
_NAMES = {"Oauth": "OAuth", "Tiktok": "TikTok"}


def pages() -> Mapping[Path, str]:
    made = {"index": _index(), "data": _data(), "permissions": _permissions(), "subprocessors": _subprocessors()}
    return {FOLDER / f"{name}.html": text for name, text in made.items()}


def _index() -> str:
    count = sum(len(area.tables) for area in AREAS)
    holdings = (
        f"{count} kinds of records, each with its purpose, its legal basis, how long it is kept and what becomes of it"
        " when you delete your account."
    )
    recipients = f"{len(SUBPROCESSORS)} providers who work for us, and the platforms that you publish to."
    return page(
        "/privacy",
        "Privacy at itoms",
        "What itoms holds about you, why, for how long, who receives it, and how to have it deleted.",
        [
            element("p", _WELCOME),
            facts(
                [
                    ("What we hold", holdings),
                    ("Permissions", f"{_scopes()} permissions of Instagram and TikTok, and nothing beyond them."),
                    ("Who receives what", recipients),
                ]
            ),
            element("h2", "What you can do"),
            items(_RIGHTS),
            element("p", "You can ask for any of this by e-mail too. We answer within 30 days, and it costs nothing."),
        ],
    )


def _scopes() -> int:
    return sum(len(asked.permissions) for asked in ASKED)


def _data() -> str:
    intro = (
        "Everything that itoms holds, kind by kind: why, on which legal basis, for how long, who receives it, and what"
        " becomes of it when you delete your account. What is not on this page is not held."
    )
    return page(
        "/privacy/data",
        "What we hold, why and how long",
        intro,
        [element("p", intro), element("p", _ARCHIVE), *(part for area in AREAS for part in _area(area))],
    )


def _area(area: Area) -> Iterator[str]:
    yield element("h2", area.title)
    yield element("p", area.intro)
    for held in area.tables:
        yield "\n".join(["<section>", *_table(held), "</section>"])


def _table(held: Table) -> Iterator[str]:
    first = held.usual()
    yield element("h3", title(held))
    yield element("p", held.holds)
    yield facts(
        [
            ("Why", first.purpose),
            ("Legal basis", str(first.basis)),
            ("How long", _sentence("; ".join(map(str, (first.retention, *held.also))))),
            ("Who receives it", _names(first.recipients)),
            ("In your export", "Yes." if first.exported is True else f"No. {first.exported}"),
            ("When you delete your account", first.erasure.words),
        ]
    )
    yield folded("Every field", items(_field(first, entry) for entry in held.entries()))


def _field(usual: Entry, entry: Entry) -> str:
    said = []
    if entry.purpose != usual.purpose:
        said.append(entry.purpose)
    if entry.retention != usual.retention:
        said.append(f"Kept {entry.retention}.")
    if entry.recipients != usual.recipients:
        said.append(f"Goes to: {_names(entry.recipients)}" if entry.recipients else "Sent to nobody.")
    if entry.erasure != usual.erasure:
        said.append(entry.erasure.words)
    if entry.exported != usual.exported:
        said.append("In your export." if entry.exported is True else f"Not in your export: {entry.exported}")
    name = entry.column.replace("_", " ")
    return f"{name}: {' '.join(said)}" if said else name


def title(held: Table) -> str:
    schema, _, name = held.name.partition(".")
    if schema not in ("public", "private", "auth"):
        return held.name
    words = name.replace("_", " ").capitalize()
    return _NAMES.get(words.split()[0], words.split()[0]) + words[len(words.split()[0]) :]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _names(recipients: Iterable[Recipient]) -> str:
    return ", ".join(recipient.name for recipient in recipients) + "." if recipients else "Nobody."


def _permissions() -> str:
    intro = (
        f"itoms asks Instagram and TikTok for {_scopes()} permissions. All of them or none: an account that grants less"
        " is not connected, and more is never asked for."
    )
    return page(
        "/privacy/permissions",
        "Permissions we ask for",
        intro,
        [element("p", intro), *(part for asked in ASKED for part in _asked(asked))],
    )


def _asked(asked: Asked) -> Iterator[str]:
    rows = [(each.scope, each.used_for, each.reads) for each in asked.permissions]
    yield element("h2", asked.platform)
    yield table(f"Permissions of {asked.platform}", ("Permission", "What it is used for", "What is read with it"), rows)
    yield element("p", f"Never read: {', '.join(asked.never_read)}, or anything else that is not in this table.")
    yield element("p", f"{_TAKE_BACK} {asked.revoke}. {_THEN}")


def _subprocessors() -> str:
    intro = (
        "Nothing leaves itoms but to the recipients on this page: every call to the outside passes a check against this"
        " very list, and one to anybody else is refused."
    )
    others = [recipient for recipient in RECIPIENTS if recipient not in SUBPROCESSORS]
    return page(
        "/privacy/subprocessors",
        "Who receives what",
        intro,
        [
            element("p", intro),
            element("h2", "Providers who work for us"),
            _recipients("Sub-processors", SUBPROCESSORS),
            element("h2", "Platforms that you publish to"),
            element("p", "They receive what you ask us to send them, under their own terms."),
            _recipients("Platforms", others),
        ],
    )


def _recipients(caption: str, recipients: Iterable[Recipient]) -> str:
    heads = ("Provider", "For what", "What it receives", "Fields of our records")
    return table(caption, heads, [(each.name, each.purpose, each.receives, _fields(each)) for each in recipients])


def _fields(recipient: Recipient) -> str:
    """From the register: what of our own records goes there."""
    if recipient is SUPABASE:
        return "All: it runs our database."
    found = []
    for held in (held for area in AREAS for held in area.tables):
        columns = [entry.column.replace("_", " ") for entry in held.entries() if recipient in entry.recipients]
        if columns:
            found.append(f"{title(held)}: {', '.join(columns)}")
    return ". ".join(found) + "." if found else "None."
