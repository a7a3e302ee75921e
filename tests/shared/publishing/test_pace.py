"""When Instagram asks to slow down, we do: looks stretch, and an account or the whole platform is left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.stack.clients import SandboxControl
from tests.shared.publishing.clicks import Click, Database, MakeClick, run_cron

pytest_plugins = ["tests.shared.publishing.desk"]


@pytest.fixture(autouse=True)
def no_pause_is_left(db: Database) -> Iterator[None]:
    yield
    db.execute("delete from private.pauses")


def seconds_until_next(made: Click) -> float:
    due: datetime = made.row()["next_step_at"]
    return (due - datetime.now(UTC)).total_seconds()


def pauses(made: Click) -> list[tuple[str, str | None, float]]:
    query = "select platform::text, connection_id::text, extract(epoch from ends_at - now())::float from private.pauses"
    return made.db.execute(query).fetchall()


def poke(made: Click) -> None:
    """Somebody asks for the next step too early: nothing but the pause holds it back."""
    made.db.execute("update public.publications set next_step_at = now() where id = %s", (made.id,))
    made.owner.advance(made.id).raise_for_status()
    made.db.execute("update public.publications set next_step_at = now() where id = %s", (made.id,))
    run_cron(made.stack).raise_for_status()


def heard(made: Click) -> int:
    return len([call for call in made.sandbox.journal() if call["account"] == made.connected.account])


@pytest.fixture
def usage_of(sandbox: SandboxControl, prompt: None) -> Iterator[Any]:
    before = sandbox.settings()

    def be(percent: int, minutes: int = 0) -> None:
        sandbox.settings(instagram={"usage_percent": percent, "regain_minutes": minutes})

    yield be
    sandbox.settings(instagram=before["instagram"])


def waits(made: Click) -> float:
    """Until the third look at a container that is never ready."""
    made.fault("media", "stuck")
    made.step()
    made.step()
    return seconds_until_next(made)


def test_close_to_the_limit_looks_are_stretched(click: MakeClick, usage_of: Any) -> None:
    usage_of(79)
    normal = waits(click("instagram"))
    usage_of(80)
    stretched = waits(click("instagram"))
    assert stretched == pytest.approx(4 * normal, rel=0.2)


def test_at_the_limit_the_account_is_left_in_peace(click: MakeClick, usage_of: Any) -> None:
    made = click("instagram")
    made.fault("media", "stuck")
    usage_of(100, minutes=7)
    made.step()
    assert [(pause[0], pause[1]) for pause in pauses(made)] == [("instagram", made.connected.id)]
    assert 400 < seconds_until_next(made) <= 420
    before = heard(made)
    poke(made)
    assert heard(made) == before


@pytest.mark.parametrize("endpoint", ["media", "container"])
def test_a_limit_of_the_account_pauses_it_for_as_long_as_meta_says(
    click: MakeClick, usage_of: Any, endpoint: str
) -> None:
    made, other = click("instagram"), click("instagram")
    usage_of(0, minutes=9)
    made.fault(endpoint, "error", code=80002)
    made.step()
    ((platform, connection_id, seconds),) = pauses(made)
    assert (platform, connection_id) == ("instagram", made.connected.id)
    assert 500 < seconds <= 540
    before = heard(made)
    poke(made)
    assert heard(made) == before
    assert seconds_until_next(made) > 500
    usage_of(0)
    assert other.settle() == ("published", None)


def test_a_click_during_a_pause_waits_and_says_how_long(click: MakeClick, usage_of: Any) -> None:
    made = click("instagram")
    usage_of(0, minutes=9)
    made.fault("media", "error", code=80002)
    made.step()
    before = heard(made)
    answer = made.owner.publish(made.body)
    assert answer.status_code == 202
    assert 500 < int(answer.headers["retry-after"]) <= 541
    assert answer.json()["state"] == "queued"
    assert heard(made) == before


def test_after_the_pause_the_post_goes_out_once(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "error", code=80002)
    made.step()
    assert made.row()["state"] == "preparing"
    made.db.execute("update private.pauses set ends_at = now()")
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_a_limit_of_the_app_pauses_everybody_on_the_platform_and_nobody_else(click: MakeClick) -> None:
    made, neighbour, elsewhere = click("instagram"), click("instagram"), click("tiktok")
    made.fault("media", "error", code=4)
    made.step()
    assert [(pause[0], pause[1]) for pause in pauses(made)] == [("instagram", None)]
    before = heard(neighbour)
    poke(neighbour)
    assert (heard(neighbour), neighbour.row()["state"]) == (before, "queued")
    assert elsewhere.settle() == ("published", None)


def test_a_later_end_of_a_pause_wins(click: MakeClick) -> None:
    made = click("instagram")
    for seconds in (600, 60):
        made.db.execute("select public.pause_platform('instagram', %s, %s)", (made.connected.id, seconds))
    ((_, _, left),) = pauses(made)
    assert left > 500
