"""A post whose token has to be renewed comes later, and no living access is called ended."""

from __future__ import annotations

from typing import Any

import pytest

from shared.publishing import access
from shared.publishing.access import end_access
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]


def let_expire(made: Click) -> None:
    made.db.execute(
        "update private.connection_tokens set access_expires_at = now() where connection_id = %s", (made.connected.id,)
    )


def let_renew_again(made: Click, lease: str) -> None:
    made.db.execute(
        "update private.connection_tokens set refresh_lease_until = now() + %s::interval where connection_id = %s",
        (lease, made.connected.id),
    )


def test_an_expired_token_that_somebody_else_is_renewing_only_delays_the_post(click: MakeClick) -> None:
    made = click("tiktok")
    let_expire(made)
    let_renew_again(made, "20 seconds")
    for _ in range(6):
        made.step()
        assert made.outcome() == ("preparing", None)
    assert (made.token_rows(), made.connection_status()) == (1, ("active", None))
    assert made.calls("tiktok.creator_info") == []
    let_renew_again(made, "-1 second")
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("token", ["expired", "dead"])
def test_a_token_that_cannot_be_renewed_for_now_costs_a_post_none_of_its_tries(click: MakeClick, token: str) -> None:
    """Otherwise the first trouble of the platform after it would be the last."""
    made = click("tiktok")
    if token == "expired":
        let_expire(made)
    else:
        made.fault("creator_info", "error", code="access_token_invalid", status=401, times=6)
    made.fault("token", "html_502", times=6)
    for _ in range(6):
        made.step()
        assert made.outcome() == ("preparing", None)
        let_renew_again(made, "-1 second")
    assert made.connection_status() == ("active", None)
    made.fault("creator_info", "html_502")
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize(
    ("platform", "endpoint", "code", "times"),
    [("instagram", "media", 190, 1), ("tiktok", "creator_info", "access_token_invalid", 2)],
)
def test_a_dead_token_that_was_replaced_meanwhile_ends_nothing(
    *, click: MakeClick, monkeypatch: pytest.MonkeyPatch, platform: str, endpoint: str, code: object, times: int
) -> None:
    made = click(platform)
    made.fault(endpoint, "error", code=code, times=times)

    async def replaced_first(*arguments: Any) -> bool:
        made.db.execute(
            "update private.connection_tokens set version = version + 1 where connection_id = %s", (made.connected.id,)
        )
        return await end_access(*arguments)

    monkeypatch.setattr(access, "end_access", replaced_first)
    assert made.settle() == ("published", None)
    assert (made.token_rows(), made.connection_status()) == (1, ("active", None))
