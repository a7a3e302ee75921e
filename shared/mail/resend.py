"""One call to Resend: one mail under one idempotency key, and how certain its outcome is.

One call for one mail, and not POST /emails/batch: there a key stands for the whole batch, so that a batch that is
repeated must hold the very same mails, though meanwhile one address may have changed and another be gone.
Source: Resend API reference, Send Email, Errors, Idempotency Keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from shared.egress import Answer, CallFailed
from shared.mail.letters import Letter
from shared.mail.rendering import render
from shared.runtime import Runtime
from shared.secret import Secret
from shared.settings import MAIL_FROM, PRIVACY_EMAIL, RESEND_API_KEY, RESEND_BASE_URL

SEND_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 3600
# Of a name or an id in an answer: anything else is not kept.
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
# Whatever is wrong with our key or our account is wrong with no mail: each may go when it is mended.
_OUR_ACCOUNT = (401, 403, 404, 405)


class Outcome(Enum):
    """`UNCLEAR`: it may have left, and the same key will tell. All but this, SENT and UNKNOWN: it certainly did not."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED_FOR_NOW = "refused_for_now"
    TOO_FAST = "too_fast"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """`pause_seconds` is how long Resend wants to be left in peace, `limit` how many calls in a second it takes."""

    outcome: Outcome
    reason: str | None = None
    provider_id: str | None = None
    pause_seconds: int = 0
    limit: int | None = None


async def post(runtime: Runtime, letter: Letter, *, to: Secret, key: str, mail_id: str | None = None) -> Result:
    """One attempt. The tag comes back in every webhook: it tells which mail Resend speaks of."""
    settings, client = runtime.settings, runtime.egress.client
    request = client.build_request(
        "POST",
        f"{settings.text(RESEND_BASE_URL)}/emails",
        headers={"authorization": f"Bearer {settings.secret(RESEND_API_KEY).reveal()}", "idempotency-key": key},
        json=_body(runtime, letter, to) | ({"tags": [{"name": "mail", "value": mail_id}]} if mail_id else {}),
    )
    try:
        return judge(await runtime.egress.send(request, seconds=SEND_SECONDS))
    except CallFailed as failure:
        return Result(Outcome.UNCLEAR if failure.sent else Outcome.REFUSED_FOR_NOW, "no_answer")


def privacy_mailbox(runtime: Runtime) -> Secret:
    return Secret(runtime.settings.text(PRIVACY_EMAIL))


def _body(runtime: Runtime, letter: Letter, to: Secret) -> dict[str, Any]:
    """The same letter to the same person is the same body: with another one the key would be refused."""
    contact = runtime.settings.text(PRIVACY_EMAIL)
    rendered = render(letter, app_url=runtime.settings.app_url, contact=contact)
    return {
        "from": runtime.settings.text(MAIL_FROM),
        "to": [to.reveal()],
        "reply_to": contact,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
    }


def judge(answer: Answer) -> Result:
    """What we may do next. An answer that nobody can read says nothing about the mail."""
    said = answer.json()
    body = said if isinstance(said, dict) else {}
    name = _matching(_CODE, body.get("name")) or f"status_{answer.status}"
    if answer.status == 200:
        provider_id = _matching(_ID, body.get("id"))
        outcome = Outcome.SENT if provider_id else Outcome.UNCLEAR
        return Result(outcome, None if provider_id else "malformed_answer", provider_id, limit=_limit(answer.headers))
    if answer.status == 429:
        quota = name != "rate_limit_exceeded"
        outcome = Outcome.REFUSED_FOR_NOW if quota else Outcome.TOO_FAST
        pause = _pause(answer.headers, 3600 if quota else 1)
        return Result(outcome, name, pause_seconds=pause, limit=_limit(answer.headers))
    return Result(_refused(answer.status, name), name, limit=_limit(answer.headers))


def _refused(status: int, name: str) -> Outcome:
    if status in _OUR_ACCOUNT:
        return Outcome.REFUSED_FOR_NOW
    if name == "invalid_idempotent_request":
        # The key was taken with another body: to an address that is another one by now.
        return Outcome.UNKNOWN
    if status in (400, 413, 415, 422):
        return Outcome.FAILED
    return Outcome.UNCLEAR


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _pause(headers: Mapping[str, str], otherwise: int) -> int:
    value = headers.get("retry-after", "")
    return min(int(value), _LONGEST_PAUSE_SECONDS) if value.isdecimal() and len(value) < 9 else otherwise


def _limit(headers: Mapping[str, str]) -> int | None:
    value = headers.get("ratelimit-limit", "")
    return int(value) if value.isdecimal() and 1 <= len(value) < 6 else None
