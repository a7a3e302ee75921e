"""What stands beside the data for the person who asked: how to read it, and what GDPR Art. 15 wants them to be told.

No date and no address of an installation, so that the same data gives the same text.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from shared.privacy.export.schema import DATASETS, VERSION, Dataset
from shared.subprocessors import META, SUBPROCESSORS, TIKTOK, Recipient

_WIDTH = 100
_HOW = f"""This archive holds your data as itoms had it when you asked (version {VERSION} of its format).

manifest.json       what is in here: how many rows of each table, and size and SHA-256 of each file
data/<table>.ndjson one row a line, each line one JSON object; a long table goes on in <table>.2.ndjson and so on
media/<id>.<type>   your files as you uploaded them, if you asked for them; <id> is the row in data/media_assets.ndjson

All text is UTF-8, all times are UTC (ISO 8601), all ids are the same in every export. The manifest names the
address of a JSON Schema of every table. Of projects that you own you find everything, of others what you made there
yourself, also of those that you have left. Not in here: access tokens, which we hold encrypted and show nobody; ids
of other people; what only drives our machines, such as locks and counters; files that were deleted while this was
made."""
_RIGHTS = """You can correct your data in Account settings, delete your account there, disconnect an account in project
Settings, and object to captions by AI, to analytics and to publishing. For anything else, or if something here
is wrong, write to privacy@ito.ms: we answer within 30 days. You can also complain to the data protection authority
where you live."""
_SOURCE = """From you: everything, but for name, id and type of a connected account and the outcome of a post, which
come from Instagram or TikTok. Nothing here is used to decide about you automatically, or to make a profile of you.
In which countries our recipients process it, and under which safeguards, we tell you at privacy@ito.ms."""


def readme() -> str:
    sections = {
        "Your data": _HOW,
        "What it is for, and how long we keep it": "\n".join(_table(dataset) for dataset in DATASETS),
        "Who receives it": "\n".join(_recipients()),
        "Where it comes from": _SOURCE,
        "Your rights": _RIGHTS,
    }
    return "\n\n".join(f"{title}\n{'=' * len(title)}\n\n{text}" for title, text in sections.items()) + "\n"


def _table(dataset: Dataset) -> str:
    columns = ", ".join(dataset.columns)
    return _paragraph(f"{dataset.name}: {dataset.purpose}. Kept: {dataset.kept}. Holds: {columns}.")


def _recipients() -> Iterator[str]:
    yield from (_recipient(recipient) for recipient in (*SUBPROCESSORS, META, TIKTOK))


def _recipient(recipient: Recipient) -> str:
    return _paragraph(f"{recipient.name}: {recipient.purpose}. Receives: {recipient.receives}")


def _paragraph(text: str) -> str:
    return fill(text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
