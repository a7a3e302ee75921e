"""What the check before the click learns of an access: an end is kept to, and no living access is called ended."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.publishing import question
from shared.publishing.access import end_access
from tests.functions.drafts import Draft, MakeDraft
from tests.shared.connecting.endings import Judge, is_live

pytest_plugins = ["tests.shared.publishing.desk", "tests.functions.drafts"]

Json = dict[str, Any]
PLATFORMS = ["instagram", "tiktok"]
TOKENS = {"instagram": 1, "tiktok": 2}
READING = {"instagram": "instagram.limit", "tiktok": "tiktok.creator_info"}
DEAD = {
    "instagram": {"kind": "error", "code": 190, "subcode": 463},
    "tiktok": {"kind": "error", "code": "access_token_invalid", "status": 401},
}


@pytest.fixture(autouse=True)
def no_fault_is_left(draft: MakeDraft) -> Iterator[None]:
    yield
    draft("instagram").sandbox.clear_faults()


def judge(made: Draft) -> Judge:
    return Judge(made.db, made.sandbox, made.connected)


def fault(made: Draft, endpoint: str, spec: Json, times: int = 1) -> None:
    made.sandbox.fault(endpoint, spec, times=times, account=made.connected.account)


def change_tokens(made: Draft, assignments: str) -> None:
    made.db.execute(
        f"update private.connection_tokens set {assignments} where connection_id = %s", (made.connected.id,)
    )


def let_expire(made: Draft) -> None:
    change_tokens(made, "access_expires_at = now()")


def refreshes(made: Draft) -> int:
    return sum(
        call["account"] == made.connected.account and "refresh_token" in str(call["body"])
        for call in made.sandbox.journal("tiktok.token")
    )


def has_ended_once(made: Draft) -> None:
    """The tokens are gone, there is one receipt, and the owner was told once."""
    found = judge(made)
    assert found.rows("private.connection_tokens") == []
    assert found.status() == ("needs_reconnect", "access_ended")
    assert found.receipts() == [("access_ended", TOKENS[made.connected.platform])]
    assert found.told() == [(made.owner.user.id, "access_ended", "access_ended")]


def was_not_checked(shown: Json) -> None:
    assert (shown["problems"], shown["ready"], shown["not_checked"]) == ([], True, ["creator"])


# What the platform ended


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_access_that_the_platform_ended_ends_here(draft: MakeDraft, platform: str) -> None:
    made = draft(platform)
    made.sandbox.disconnect(made.connected.account)
    assert made.codes() == ["access_ended"]
    has_ended_once(made)
    sent = made.sent()
    assert made.codes() == ["access_ended"]
    has_ended_once(made)
    assert made.sent() == sent


@pytest.mark.parametrize("platform", PLATFORMS)
def test_ten_who_find_out_at_once_end_it_once(draft: MakeDraft, platform: str) -> None:
    made = draft(platform)
    made.sandbox.disconnect(made.connected.account)
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: made.codes(), range(10)))
    assert ["access_ended"] in answers
    has_ended_once(made)


def test_a_token_that_stays_dead_is_renewed_once_and_then_ended(draft: MakeDraft) -> None:
    made = draft("tiktok")
    fault(made, READING["tiktok"], DEAD["tiktok"], times=9)
    assert made.codes() == ["access_ended"]
    assert (refreshes(made), made.sent().count(READING["tiktok"])) == (1, 2)
    has_ended_once(made)


def test_an_expired_token_whose_grant_has_ended_is_deleted(draft: MakeDraft) -> None:
    made = draft("tiktok")
    let_expire(made)
    made.sandbox.disconnect(made.connected.account)
    assert made.codes() == ["access_ended"]
    assert READING["tiktok"] not in made.sent()
    has_ended_once(made)


# What only waits for a new token


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_dead_token_that_was_replaced_meanwhile_ends_nothing(
    draft: MakeDraft, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    made = draft(platform)
    fault(made, READING[platform], DEAD[platform], times=9)

    async def replaced_first(*arguments: Any) -> bool:
        change_tokens(made, "version = version + 1")
        return await end_access(*arguments)

    monkeypatch.setattr(question, "end_access", replaced_first)
    assert made.check()["problems"] == []
    assert is_live(judge(made))


def test_a_token_that_died_early_is_renewed(draft: MakeDraft) -> None:
    made = draft("tiktok")
    fault(made, READING["tiktok"], DEAD["tiktok"])
    shown = made.check()
    assert (shown["problems"], shown["not_checked"]) == ([], [])
    assert shown["creator"] is not None
    assert refreshes(made) == 1
    assert is_live(judge(made))


@pytest.mark.parametrize("answer", ["html_502", "drop_before", "malformed_json", "invalid_client"])
@pytest.mark.parametrize("token", ["expired", "dead"])
def test_a_token_that_could_not_be_renewed_for_now_was_not_checked(draft: MakeDraft, token: str, answer: str) -> None:
    made = draft("tiktok")
    if token == "expired":
        let_expire(made)
    else:
        fault(made, READING["tiktok"], DEAD["tiktok"])
    fault(made, "tiktok.token", {"kind": "error", "code": answer} if answer == "invalid_client" else {"kind": answer})
    was_not_checked(made.check())
    assert refreshes(made) == 1
    assert is_live(judge(made))


@pytest.mark.parametrize("token", ["expired", "dead"])
def test_a_token_that_somebody_else_is_renewing_was_not_checked(draft: MakeDraft, token: str) -> None:
    made = draft("tiktok")
    change_tokens(made, "refresh_lease_until = now() + interval '20 seconds'")
    if token == "expired":
        let_expire(made)
    else:
        fault(made, READING["tiktok"], DEAD["tiktok"], times=9)
    was_not_checked(made.check())
    assert refreshes(made) == 0
    assert is_live(judge(made))


def test_a_stored_token_that_does_not_open_is_not_called_ended(draft: MakeDraft) -> None:
    made = draft("tiktok")
    let_expire(made)
    change_tokens(made, "refresh_token = access_token")
    assert made.codes() == ["token_unreadable"]
    assert is_live(judge(made))


def test_fifty_at_once_renew_an_expired_token_once_and_none_is_told_that_it_ended(draft: MakeDraft) -> None:
    """Half of them check, half of them click."""
    made = draft("tiktok")
    let_expire(made)
    fault(made, "tiktok.token", {"kind": "slow", "seconds": 0.8})

    def use(number: int) -> Json:
        answer = made.ask() if number % 2 else made.owner.publish(made.body)
        return dict(answer.raise_for_status().json())

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(use, range(50)))
    checked, clicked = answers[1::2], answers[::2]
    assert refreshes(made) == 1
    assert is_live(judge(made))
    assert [shown["problems"] for shown in checked] == [[]] * 25
    assert {(view["state"] == "failed", view["reason"] is None) for view in clicked} == {(False, True)}
    made.db.execute("update public.publications set next_step_at = null where connection_id = %s", (made.connected.id,))
