"""POST /api/webhooks/resend: Resend is believed by its signature alone, once, and soon."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from sandbox.mailroom import signature
from sandbox.stack.clients import SandboxControl, User
from sandbox.stack.stack import Stack
from tests.shared.mail.mailing import Db, change, deliver_now, enqueue, mail, one, settle_the_rest

WINDOW = 300
type Tell = Callable[..., dict[str, Any]]
type Signed = Callable[..., tuple[bytes, dict[str, str]]]


@pytest.fixture(autouse=True)
def quiet(db: Db) -> Iterator[None]:
    settle_the_rest(db)
    yield
    settle_the_rest(db)


@pytest.fixture
def sent(make_user: Callable[[], User], sandbox: SandboxControl, db: Db) -> tuple[str, str]:
    """A mail that Resend has: our id of it, and Resend's."""
    ada = make_user()
    mail_id = enqueue(db, ada.id)
    deliver_now()
    [found] = sandbox.mails(ada.email)
    return mail_id, found["id"]


@pytest.fixture
def signed(stack: Stack) -> Signed:
    def sign(
        body: bytes, *, age: float = 0, secret: str | None = None, message_id: str | None = None
    ) -> tuple[bytes, dict[str, str]]:
        message_id, timestamp = message_id or f"msg_{uuid.uuid4().hex}", int(time.time() - age)
        proof = signature(secret or stack.keys["RESEND_WEBHOOK_SECRET"], message_id, timestamp, body)
        return body, {"svix-id": message_id, "svix-timestamp": str(timestamp), "svix-signature": proof}

    return sign


def event(kind: str, mail_id: str | None, provider_id: str = "p-1", **data: Any) -> bytes:
    tags = {"mail": mail_id} if mail_id else {}
    return json.dumps({"type": f"email.{kind}", "data": {"email_id": provider_id, "tags": tags, **data}}).encode()


def post(api: httpx.Client, body: bytes, headers: dict[str, str]) -> httpx.Response:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return api.post("/api/webhooks/resend", content=body, headers=raw)


@pytest.fixture
def tell(sandbox: SandboxControl) -> Tell:
    """Resend delivers, at our time: other tests move the sandbox's."""

    def made(provider_id: str, kind: str, **options: Any) -> dict[str, Any]:
        delivery = sandbox.tell_of_mail(provider_id, kind, timestamp=int(time.time()), **options)
        assert delivery["status"] == 200, delivery
        return delivery

    return made


def test_what_was_tampered_with_changes_nothing(
    *, api: httpx.Client, signed: Signed, sent: tuple[str, str], db: Db
) -> None:
    mail_id, provider_id = sent
    body, headers = signed(event("bounced", mail_id, provider_id))
    other = signed(event("bounced", mail_id, provider_id), secret="whsec_" + "QUFB" * 8)[1]
    proof = headers["svix-signature"]
    attacks: list[tuple[bytes, dict[str, str]]] = [
        (body.replace(b"bounced", b"failed."), headers),
        (body + b" ", headers),
        (body, headers | {"svix-id": f"{headers['svix-id']}0"}),
        (body, headers | {"svix-timestamp": str(int(headers["svix-timestamp"]) + 1)}),
        (body, headers | {"svix-signature": ""}),
        (body, headers | {"svix-signature": proof.replace("v1,", "v1a,")}),
        (body, headers | {"svix-signature": proof.replace("v1,", "")}),
        (body, headers | {"svix-signature": f"v1,{proof[3:].swapcase()}"}),
        (body, headers | {"svix-signature": "v1," + "é".encode().decode("latin-1")}),
        (body, headers | {"svix-signature": " ".join(["v1,AAAA"] * 10 + [proof])}),
        (body, headers | {"svix-timestamp": "1e9"}),
        (body, headers | {"svix-id": "with space"}),
        (body, other),
        *((body, {name: value for name, value in headers.items() if name != missing}) for missing in headers),
        signed(body, age=WINDOW + 2),
        signed(body, age=-WINDOW - 2),
    ]
    for number, attack in enumerate(attacks):
        answer = post(api, *attack)
        assert (number, answer.status_code, answer.json()["code"]) == (number, 401, "signature_invalid")
    assert mail(db, mail_id)["state"] == "sent"

    assert post(api, body, headers | {"svix-signature": f"v1,AAAA {proof}"}).status_code == 200
    assert mail(db, mail_id)["state"] == "bounced"


def test_what_resend_tells_of_a_mail_is_written_down_in_any_order(
    *, api: httpx.Client, signed: Signed, tell: Tell, sent: tuple[str, str], db: Db
) -> None:
    mail_id, provider_id = sent

    def told(kind: str) -> tuple[str, bool, bool]:
        tell(provider_id, kind)
        found = mail(db, mail_id)
        return found["state"], found["delivered_at"] is not None, found["complained_at"] is not None

    assert told("delivery_delayed") == ("sent", False, False)
    assert told("delivered") == ("delivered", True, False)
    assert told("sent") == ("delivered", True, False), "an old word comes late"
    assert told("complained") == ("delivered", True, True)
    assert told("bounced") == ("bounced", True, True)
    assert told("delivered") == ("bounced", True, True)
    assert mail(db, mail_id)["reason"] == "bounced"


@pytest.mark.parametrize(("kind", "state"), [("failed", "failed"), ("suppressed", "bounced")])
def test_a_mail_that_resend_gave_up_did_not_arrive(
    *, tell: Tell, sent: tuple[str, str], db: Db, kind: str, state: str
) -> None:
    tell(sent[1], kind)
    found = mail(db, sent[0])
    assert (found["state"], found["reason"], found["delivered_at"]) == (state, kind, None)


def test_a_replay_is_taken_and_changes_nothing(*, tell: Tell, sent: tuple[str, str], db: Db) -> None:
    """Resend delivers one event several times: under the same id, each time signed anew."""
    delivery = tell(sent[1], "bounced")
    change(db, sent[0], "state = 'sent', reason = null")
    again = tell("", "", again=delivery["id"])

    assert (again["id"], again["status"], again["attempts"]) == (delivery["id"], 200, 2)
    assert mail(db, sent[0])["state"] == "sent"


def test_a_word_that_overtakes_the_answer_settles_what_is_in_doubt(
    *, api: httpx.Client, signed: Signed, make_user: Callable[[], User], sandbox: SandboxControl, tell: Tell, db: Db
) -> None:
    """The answer to the call was lost; the id that we gave the mail along says which one it is."""
    ada = make_user()
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", "drop_after")
    deliver_now()
    assert mail(db, mail_id)["state"] == "queued"
    [taken] = sandbox.mails(ada.email)
    tell(taken["id"], "delivered")

    found = mail(db, mail_id)
    assert (found["state"], found["provider_id"], found["reason"]) == ("delivered", taken["id"], None)
    change(db, mail_id, "next_attempt_at = now()")
    assert deliver_now()["sent"] == 0


def test_without_our_id_resends_own_will_do(api: httpx.Client, signed: Signed, sent: tuple[str, str], db: Db) -> None:
    every: list[Any] = [{}, [], None, {"mail": "no id"}, {"mail": str(uuid.uuid4())}]
    for tags in every:
        change(db, sent[0], "state = 'sent'")
        body = json.dumps({"type": "email.delivered", "data": {"email_id": sent[1], "tags": tags}}).encode()
        assert post(api, *signed(body)).status_code == 200
        assert mail(db, sent[0])["state"] == "delivered", tags


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 50_000,
        json.dumps({"type": "email.bounced"}).encode(),
        json.dumps({"type": "bounced", "data": {"email_id": "x"}}).encode(),
        json.dumps({"type": "email.bounced", "data": {"email_id": "with space"}}).encode(),
        json.dumps({"type": "email.opened", "data": {"email_id": "x"}}).encode(),
        json.dumps({"type": "contact.created", "data": {"email_id": "x"}}).encode(),
    ],
)  # fmt: skip
def test_what_we_do_not_understand_is_taken_and_changes_nothing(
    *, api: httpx.Client, signed: Signed, db: Db, body: bytes
) -> None:
    before = one(db, "select count(*) from private.mail_events")
    assert post(api, *signed(body)).status_code == 200
    assert one(db, "select count(*) from private.mail_events") == before


def test_a_mail_of_somebody_who_is_gone_is_no_mistake(*, tell: Tell, sent: tuple[str, str], db: Db) -> None:
    db.execute("delete from private.mail_outbox where id = %s", (sent[0],))
    tell(sent[1], "delivered")
