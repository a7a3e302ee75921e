"""POST /emails of api.resend.com: one mail at a time, under an idempotency key, with a limit of calls per second.

Sources: Resend API reference, Send Email, Errors, Usage Limits and Idempotency Keys. What the documentation leaves open
is refused here, so that nobody relies on it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from sandbox.calls import Call, RefusedError
from sandbox.endpoints import Endpoint, Host, mount
from sandbox.mailroom import Mail
from sandbox.state import Sandbox

KNOWN_KEYS = frozenset({"from", "to", "subject", "text", "html", "reply_to", "tags"})
EVENTS = ("sent", "delivered", "bounced", "complained", "failed", "suppressed", "delivery_delayed", "opened")
_ADDRESS = re.compile(r"[^@\s<>]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SENDER = re.compile(r"(?:[^<>]+ <(?P<named>[^<>]+)>|(?P<bare>[^<>]+))")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LONGEST_KEY = 256
# Of an address that begins with one of these, as Resend's own test addresses do.
_FATES = ("bounced", "complained", "suppressed", "failed")


def routes(sandbox: Sandbox) -> list[Mount]:
    host = Host("api.resend.com", "/resend", lambda sandbox, call: None, _fault)
    emails = Endpoint(("POST",), "/emails", "resend.emails", send_email)
    unknown = Endpoint(("GET", "POST", "PATCH", "DELETE"), "/{path:path}", "resend.unknown", _unknown)
    return [mount(sandbox, host, [emails, unknown])]


async def send_email(sandbox: Sandbox, call: Call) -> Response:
    headers = _rate(sandbox)
    try:
        answer = _taken(sandbox, call)
    except RefusedError as refused:
        answer = refused.response
    answer.headers.update(headers)
    return answer


def _taken(sandbox: Sandbox, call: Call) -> Response:
    _check_caller(sandbox, call)
    key, body = _key(call), _checked(sandbox, call)
    digest, now = hashlib.sha256(call.body).hexdigest(), sandbox.clock.now()
    if known := sandbox.mailroom.remembered(key, now):
        if known.digest != digest:
            raise _refused(409, "invalid_idempotent_request", "Same idempotency key used with a different payload.")
        return JSONResponse({"id": known.mail_id})
    mail = _mail(sandbox, body, key, now)
    sandbox.mailroom.take(mail, digest)
    if sandbox.settings.resend.webhooks == "on":
        sandbox.in_background(_tell_its_fate(sandbox, mail))
    return JSONResponse({"id": mail.id})


def _rate(sandbox: Sandbox) -> dict[str, str]:
    limit = sandbox.settings.resend.requests_per_second
    left = sandbox.mailroom.calls_left(sandbox.clock.now(), limit)
    headers = {"ratelimit-limit": str(limit), "ratelimit-remaining": str(max(left, 0)), "ratelimit-reset": "1"}
    if left < 0:
        refusal = error(
            429, "rate_limit_exceeded", "Too many requests. Please limit the number of requests per second."
        )
        refusal.headers.update({**headers, "retry-after": "1"})
        raise RefusedError(refusal)
    return headers


def _check_caller(sandbox: Sandbox, call: Call) -> None:
    if not call.headers.get("user-agent"):
        raise _refused(403, "validation_error", "A User-Agent header is required.")
    if call.bearer is None:
        raise _refused(401, "missing_api_key", "Missing API Key")
    if not hmac.compare_digest(call.bearer.encode(), sandbox.config.resend.api_key.encode()):
        raise _refused(401, "validation_error", "API key is invalid")


def _key(call: Call) -> str | None:
    key = call.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise _refused(400, "invalid_idempotency_key", "Idempotency keys must have between 1 and 256 characters.")
    return key


def _checked(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    _demand(call.content_type == "application/json", "content-type must be application/json")
    try:
        body = call.json_object()
    except ValueError as broken:
        raise _refused(400, "validation_error", "The request body is not valid JSON.") from broken
    if missing := sorted({"from", "to", "subject"} - body.keys()):
        raise _refused(422, "missing_required_field", f"Missing `{missing[0]}` field.")
    if not {"text", "html"} & body.keys():
        raise _refused(422, "missing_required_field", "Missing `html` or `text` field.")
    _demand(not body.keys() - KNOWN_KEYS, "Unknown field.")
    texts = (body["subject"], body.get("text", ""), body.get("html", ""), body.get("reply_to", "a@b.c"))
    _demand(all(isinstance(text, str) for text in texts), "A text is expected.")
    _demand("\n" not in body["subject"] and body["subject"] != "", "Invalid `subject` field.")
    _check_addresses(sandbox, body)
    _check_tags(body.get("tags", []))
    return body


def _check_addresses(sandbox: Sandbox, body: Mapping[str, Any]) -> None:
    found = _SENDER.fullmatch(body["from"]) if isinstance(body["from"], str) else None
    sender = (found["named"] or found["bare"]) if found else ""
    if not _ADDRESS.fullmatch(sender):
        raise _refused(422, "invalid_from_address", "Invalid `from` field.")
    if sender.rpartition("@")[2] not in sandbox.config.resend.domains:
        raise _refused(403, "validation_error", "The domain is not verified.")
    to = body["to"]
    _demand(isinstance(to, list) and len(to) == 1, "This sandbox takes exactly one recipient.")
    _demand(isinstance(to[0], str) and _ADDRESS.fullmatch(to[0]) is not None, "Invalid `to` field.")
    _demand(_ADDRESS.fullmatch(body.get("reply_to", "a@b.c")) is not None, "Invalid `reply_to` field.")


def _check_tags(tags: object) -> None:
    fits = isinstance(tags, list) and all(isinstance(tag, dict) and tag.keys() == {"name", "value"} for tag in tags)
    _demand(fits, "Invalid `tags` field.")
    for tag in tags if isinstance(tags, list) else ():
        for part in tag.values():
            _demand(isinstance(part, str) and _TAG.fullmatch(part) is not None, "Tags have letters, numbers, _ and -.")


def _mail(sandbox: Sandbox, body: Mapping[str, Any], key: str | None, now: float) -> Mail:
    once = sandbox.mailroom.once
    return Mail(
        id=str(uuid.uuid4()),
        sender=once(body["from"]),
        to=body["to"][0],
        subject=once(body["subject"]),
        text=once(body.get("text", "")),
        html=once(body.get("html", "")),
        reply_to=once(body.get("reply_to", "")),
        tags={tag["name"]: tag["value"] for tag in body.get("tags", [])},
        idempotency_key=key,
        at=now,
    )


async def _tell_its_fate(sandbox: Sandbox, mail: Mail) -> None:
    """Sent, and then what came of it. Nobody who does not answer is asked a second time by itself."""
    fate = next((fate for fate in _FATES if mail.to.startswith(fate)), "delivered")
    for name in ("sent", *(("delivered",) if fate == "complained" else ()), fate):
        await sandbox.mailroom.send(sandbox.mailroom.event(mail, name, sandbox.clock.now()))


# The test-only side


def mails(sandbox: Sandbox, data: dict[str, Any]) -> object:
    to = data.get("to")
    return {"mails": [mail.as_json() for mail in sandbox.mailroom.mails.values() if to in (None, mail.to)]}


def counts(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """For more mails than anybody wants to read."""
    by_person = Counter(mail.to for mail in sandbox.mailroom.mails.values())
    return {
        "mails": by_person.total(),
        "people": len(by_person),
        "most_to_one": max(by_person.values(), default=0),
    }


def webhooks(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return {"deliveries": [delivery.as_json() for delivery in sandbox.mailroom.deliveries]}


async def tell(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """An event, or one delivered before once more: `{mail, event}` or `{again: svix-id}`; `send: false` only signs."""
    now = sandbox.clock.now()
    timestamp = int(data.get("timestamp", now))
    if "again" in data:
        [delivery] = [one for one in sandbox.mailroom.deliveries if one.id == data["again"]]
        sandbox.mailroom.sign(delivery, timestamp)
    else:
        if data["event"] not in EVENTS:
            raise ValueError(f"event must be one of {', '.join(EVENTS)}")
        mail = sandbox.mailroom.mails[data["mail"]]
        delivery = sandbox.mailroom.event(mail, data["event"], now, timestamp=timestamp)
    if data.get("send", True):
        await sandbox.mailroom.send(delivery)
    return delivery.as_json()


def error(status: int, name: str, message: str) -> JSONResponse:
    return JSONResponse({"statusCode": status, "message": message, "name": name}, status)


def _fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    status = int(options.get("status", 500))
    name = str(options.get("name", "internal_server_error" if status >= 500 else "validation_error"))
    answer = error(status, name, str(options.get("message", "Simulated failure")))
    if status == 429:
        answer.headers["retry-after"] = "1"
    return answer


async def _unknown(sandbox: Sandbox, call: Call) -> Response:
    return error(404, "not_found", "The requested endpoint does not exist")


def _refused(status: int, name: str, message: str) -> RefusedError:
    return RefusedError(error(status, name, message))


def _demand(condition: bool, message: str) -> None:
    if not condition:
        raise _refused(422, "validation_error", message)
