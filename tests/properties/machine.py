"""A person who connects and clicks, and all that can happen to it, in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.properties.judge import Judge
from tests.properties.mishaps import MOMENTS, TROUBLES, Moment, Troubles, work
from tests.properties.world import KINDS, Account, Row, Stage, World
from tests.shared.publishing.clicks import Click

_PLATFORMS = st.sampled_from(sorted(KINDS))
_NUMBER = st.integers(0, 3)
_BESIDE = ("told", "removed", "cron", "reconnected", "renewed", "disconnected", "disconnected")
_FINAL = ("published", "failed")
_MOST_ACCOUNTS, _MOST_CLICKS = 2, 6
# Seconds until everything that can still happen by itself has happened: leases and doubts, then deadlines.
_SETTLING = (100.0, 200.0, 200.0, 200.0, 700.0, *(5 * 3600.0,) * 8)

_any_account = precondition(lambda self: bool(self.world.accounts))
_connected = precondition(lambda self: any(account.connection_id for account in self.world.accounts))
_clicked = precondition(lambda self: bool(self.world.clicks))
_may_click = precondition(
    lambda self: len(self.world.clicks) < _MOST_CLICKS and any(one.connection_id for one in self.world.accounts)
)


def _pick[Thing](things: Sequence[Thing], number: int) -> Thing:
    return things[number % len(things)]


class PublishingMachine(RuleBasedStateMachine):
    """Subclassed with the stage it plays on, and the platform and kind of the first click."""

    stage: Stage
    first: tuple[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.stage)
        self.judge = Judge(self.world)
        # Nothing has gone wrong so far, so every click must succeed.
        self.calm = True

    def _account(self, number: int) -> Account:
        return _pick([account for account in self.world.accounts if account.connection_id], number)

    def _click(self, number: int) -> Click:
        return _pick(self.world.clicks, number)

    def _unfinished(self, number: int) -> Click | None:
        rows = self.world.rows()
        left = [click for click in self.world.clicks if rows[click.id]["state"] not in _FINAL]
        return _pick(left, number) if left else None

    def _under_way(self, number: int) -> tuple[Click | None, Account | None]:
        click = self._unfinished(number)
        return click, next((one for one in self.world.accounts if click and one.id == click.connected.account), None)

    @initialize(troubles=TROUBLES, troubled=st.booleans(), steps=st.integers(0, 3))
    def begin(self, troubles: Troubles, troubled: bool, steps: int) -> None:
        platform, kind = self.first
        if (click := self.world.click(self.world.add_account(platform), kind, queued=True)) and troubled:
            self._trouble(troubles, click, steps)

    @precondition(lambda self: len(self.world.accounts) < _MOST_ACCOUNTS)
    @rule(platform=_PLATFORMS)
    def connect_another(self, platform: str) -> None:
        self.world.add_account(platform)

    @_any_account
    @rule(number=_NUMBER)
    def reconnect(self, number: int) -> None:
        self.world.connect(_pick(self.world.accounts, number))

    @_may_click
    @rule(number=_NUMBER, kind=_NUMBER)
    def click(self, number: int, kind: int) -> None:
        account = self._account(number)
        self.world.click(account, _pick(KINDS[account.platform], kind), queued=False)

    @_may_click
    @rule(troubles=TROUBLES, number=_NUMBER, kind=_NUMBER, steps=st.integers(0, 4))
    def click_into_trouble(self, troubles: Troubles, number: int, kind: int, steps: int) -> None:
        account = self._account(number)
        if click := self.world.click(account, _pick(KINDS[account.platform], kind), queued=True):
            self._trouble(troubles, click, steps)

    @_clicked
    @rule(number=_NUMBER)
    def click_with_the_same_key(self, number: int) -> None:
        click = self._click(number)
        answer = click.owner.publish(click.body, key=click.key)
        assert answer.status_code in (200, 202, 404, 409), answer.text

    @_clicked
    @rule(number=_NUMBER, steps=st.integers(1, 3))
    def poll(self, number: int, steps: int) -> None:
        for _ in range(steps):
            answer = self._click(number).step()
            assert answer.status_code in (200, 202), answer.text

    @_clicked
    @rule()
    def cron(self) -> None:
        for click in self.world.clicks:
            click.make_due()
        self.world.cron("advance")

    @_clicked
    @rule(troubles=TROUBLES, number=_NUMBER, steps=st.integers(0, 3))
    def trouble_at_the_platform(self, troubles: Troubles, number: int, steps: int) -> None:
        if click := self._unfinished(number):
            self._trouble(troubles, click, steps)

    def _trouble(self, troubles: Troubles, click: Click, steps: int) -> None:
        endpoint, fault = troubles[click.platform, click.row()["kind"]]
        self.calm = False
        spec = {"endpoint": f"{click.platform}.{endpoint}", "fault": fault, "account": click.connected.account}
        self.stage.control.post("/faults", json=spec).raise_for_status()
        for _ in range(steps):
            click.step()

    def _clicked_anew(self, number: int) -> Click | None:
        connected = [account for account in self.world.accounts if account.connection_id]
        if not connected or len(self.world.clicks) >= _MOST_CLICKS:
            return None
        account = _pick(connected, number)
        return self.world.click(account, _pick(KINDS[account.platform], number), queued=True)

    @_clicked
    @rule(number=_NUMBER, moment=MOMENTS, taken_over=st.booleans())
    def worker_dies(self, number: int, moment: Moment, taken_over: bool) -> None:
        """With `taken_over`, its lease is over, and others may find what it left."""
        if click := self._unfinished(number) or self._clicked_anew(number):
            self.calm = False
            self.judge.deaths += 1
            self._work(click, moment)
            if taken_over:
                self.world.pass_time(91.0)
                click.step()

    def _work(self, click: Click, moment: Moment, event: Callable[[], None] | None = None) -> None:
        click.make_due()
        work(self.stage.stack.env, click.id, moment, event)

    @_clicked
    @rule(number=_NUMBER, moment=MOMENTS, event=st.sampled_from(_BESIDE))
    def something_happens_beside_a_worker(self, number: int, moment: Moment, event: str) -> None:
        click, account = self._under_way(number)
        if click is None or account is None:
            return
        self.calm = False
        events: dict[str, Callable[[], None]] = {
            "told": lambda: self.world.deliver(self.world.webhooks()),
            "removed": lambda: self.stage.sandbox.disconnect(account.id),
            "cron": self.cron,
            "reconnected": lambda: self.world.connect(account),
            "renewed": lambda: self._renew(account),
            "disconnected": lambda: self.world.disconnect(account) if account.connection_id else None,
        }
        self._work(click, moment, events[event])

    @rule(order=st.sampled_from(["first", "last", "reversed", "twice"]))
    def tiktok_tells(self, order: str) -> None:
        events = self.world.webhooks()
        chosen: dict[str, list[Row]] = {
            "first": events[:1],
            "last": events[-1:],
            "reversed": events[::-1],
            "twice": [event for event in events for _ in range(2)],
        }
        self.world.deliver(chosen[order])

    @_any_account
    @rule(number=_NUMBER)
    def user_removes_us_at_the_platform(self, number: int) -> None:
        self.calm = False
        self.stage.sandbox.disconnect(_pick(self.world.accounts, number).id)

    @_connected
    @rule(number=_NUMBER)
    def disconnect(self, number: int) -> None:
        self.calm = False
        self.world.disconnect(self._account(number))

    @_connected
    @rule(number=_NUMBER, left=st.sampled_from([-1.0, 20.0, 300.0]))
    def access_runs_out(self, number: int, left: float) -> None:
        account = self._account(number)
        self.calm = self.calm and account.platform == "tiktok"
        self.world.expire_access(account, left)

    @_connected
    @rule(number=_NUMBER)
    def renew(self, number: int) -> None:
        self._renew(self._account(number))

    def _renew(self, account: Account) -> None:
        self.world.make_refresh_due(account)
        self.world.cron("refresh")

    @rule(seconds=st.sampled_from([25.0, 61.0, 200.0, 4000.0, 90000.0]))
    def time_passes(self, seconds: float) -> None:
        self.calm = self.calm and seconds < 1000
        self.world.pass_time(seconds)

    @_clicked
    @rule(number=_NUMBER)
    def user_looks(self, number: int) -> None:
        """And tells the truth, once nothing can follow any more."""
        click, account = self._under_way(number)
        if click is None or account is None or (account.platform == "tiktok" and self.world.jobs_run(account)):
            return
        said: dict[str, Any] = {"publication_id": click.id, "posted": bool(self.world.posts()[click.id])}
        answer = self.stage.owner.post("publications/resolve", said)
        assert answer.status_code in (200, 409), answer.text

    @invariant()
    def promises_hold(self) -> None:
        self.judge.check()

    def teardown(self) -> None:
        try:
            self._settle()
        finally:
            self.world.end()

    def _settle(self) -> None:
        """Everything works again: whatever is left goes on by itself to an end, or to a doubt for the user."""
        self.stage.sandbox.clear_faults()
        for seconds in _SETTLING:
            self.world.pass_time(seconds)
            self.cron()
            self.judge.check()
            if all(row["next_step_at"] is None for row in self.world.rows().values()):
                break
        events = self.world.webhooks()
        self.world.deliver([*events, *events])
        self.judge.check()
        for row in self.world.rows().values():
            assert row["next_step_at"] is None, ("never comes to an end", row)
            assert not self.calm or row["state"] == "published", ("nothing was in its way", row)
