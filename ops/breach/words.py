"""What the command says: of people only how many, of data only its kinds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from shared.mail.letters import write
from shared.mail.rendering import render
from shared.settings import PRIVACY_EMAIL, Settings

# In the order in which the notice has them; each with the option that writes it.
PARTS = ("nature", "data", "consequences", "measures", "recommendations")
MISSING = "(not written yet)"
# The kinds of data in each table. Of a table that is not here its own name is shown.
_CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "auth.users": "e-mail addresses and sign-in times",
        "private.audit_people": "pseudonyms of the audit log",
        "private.caption_usage": "how many AI captions a person asked for",
        "private.connection_tokens": "access tokens of connected accounts, encrypted",
        "private.mail_outbox": "which mails a person got, without their text",
        "private.oauth_states": "connects under way",
        "private.rate_limits": "how often a person did something",
        "private.tiktok_uploads": "addresses of uploads to TikTok, encrypted",
        "public.connections": "names and ids of connected accounts",
        "public.consents": "consents",
        "public.contents": "titles, descriptions and tags of contents",
        "public.invitations": "invitations into projects",
        "public.media_assets": "facts about uploaded files",
        "public.notices": "notices about connected accounts",
        "public.objections": "objections",
        "public.privacy_requests": "requests about one's own data",
        "public.project_members": "memberships and roles",
        "public.projects": "names of projects",
        "public.publications": "captions, choices and links of posts",
    }
)
_STATES = ("queued", "sent", "delivered", "bounced", "failed", "unknown")


def affected(count: Mapping[str, Any]) -> str:
    lines = [f"{count['people']:,} people"]
    for table, people in sorted(count["found_in"].items()):
        lines.append(f"{people:>12,}  {_CATEGORIES.get(table, table)}")
    return "\n".join(lines)


def preview(breach: Mapping[str, Any], settings: Settings) -> str:
    parts = {name: breach[name] or MISSING for name in PARTS} | {"breach_id": breach["id"]}
    mail = render(write("breach_notice", parts), app_url=settings.app_url, contact=settings.text(PRIVACY_EMAIL))
    return f"Subject: {mail.subject}\n\n{mail.text}"


def status(breach: Mapping[str, Any]) -> str:
    notices = breach["notices"]
    counts = ", ".join(f"{_number(notices, name):,} {name}" for name in _STATES)
    return "\n".join(
        [
            f"Breach {breach['id']}: {_clock(breach)}",
            *(f"{name:>16}: {at}" for name, at in _times(breach, notices)),
            f"{'people':>16}: {_number(notices, 'people'):,}, {_number(notices, 'to_queue'):,} of them not yet queued",
            f"{'notices':>16}: {counts}",
            f"{'late':>16}: {_number(notices, 'late'):,}",
        ]
    )


def _clock(breach: Mapping[str, Any]) -> str:
    if breach["closed_at"]:
        return "closed"
    left = float(breach["hours_left"])
    return f"{left:g} of 72 hours left" if left >= 0 else f"the 72 hours ended {-left:g} hours ago"


def _times(breach: Mapping[str, Any], notices: Mapping[str, Any]) -> list[tuple[str, str]]:
    every = {
        "aware": breach["aware_at"],
        "opened": breach["created_at"],
        "sending since": breach["sending_since"],
        "first mail": notices.get("first_sent_at"),
        "last mail": notices.get("last_sent_at"),
        "last delivery": notices.get("last_delivered_at"),
        "due": breach["due_at"],
        "closed": breach["closed_at"],
    }
    return [(name, at) for name, at in every.items() if at]


def authority(breach: Mapping[str, Any], settings: Settings) -> str:
    """GDPR Art. 33(3), field by field, and what the platforms want to be told."""
    people = _number(breach["notices"], "people")
    told = people - _number(breach["notices"], "to_queue") - _number(breach["notices"], "queued")
    known = {name: breach[name] or MISSING for name in PARTS}
    late = float(breach["hours_left"]) < 0
    return f"""\
# Notification of a personal data breach to the supervisory authority (GDPR, Art. 33)

Case: {breach["id"]}
Aware since: {breach["aware_at"]}
72 hours end: {breach["due_at"]} ({_clock(breach)})
{"Reasons for the delay (Art. 33(1)), to be added by hand:" if late else "Within the 72 hours: no reasons for a delay."}

(a) Nature of the breach
{known["nature"]}
Categories of data subjects: people with an account at itoms (creators and members of their projects)
Approximate number of data subjects: {people:,}
Categories and approximate number of records: {known["data"]}

(b) Contact point
{settings.text(PRIVACY_EMAIL)}

(c) Likely consequences
{known["consequences"]}

(d) Measures taken or proposed
{known["measures"]}

Communication to the data subjects (Art. 34): {told:,} of {people:,} notices have left; they recommend:
{known["recommendations"]}

What is not known yet is handed in later, without undue further delay (Art. 33(4)). Everything above is kept for
the authority to verify (Art. 33(5)).

# The platforms, if what came from them may be concerned

TikTok: at once, by the form of its developer portal; and no more calls to it: python -m ops.platforms off tiktok
Meta: as soon as practicable, by its incident form, also for what is only likely; python -m ops.platforms off instagram
Tell both: what happened, when, which of their data, how many accounts, what was done, and the contact point above.
"""


def _number(notices: Mapping[str, Any], name: str) -> int:
    """A breach that is closed keeps its numbers as text."""
    return int(notices.get(name, 0))
