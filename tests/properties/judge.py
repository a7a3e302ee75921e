"""What must hold at any moment, whatever happened before it. The platforms' ledger decides, not our database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from urllib.parse import parse_qsl

from shared.publishing.reasons import REASONS, Who
from tests.properties.world import Row, World

_FINAL = ("published", "failed")


class Judge:
    """Remembers what was seen, because some promises are about what may not change any more."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ended: dict[str, Row] = {}
        self._events: dict[str, list[int]] = {}
        # Workers that died may have taken the answer to a refresh with them.
        self.deaths = 0

    def check(self) -> None:
        posts = self._world.posts()
        for publication_id, row in self._world.rows().items():
            self._check_outcome(row, posts[publication_id])
            self._check_memory(row)
        self._check_tokens()

    def _check_outcome(self, row: Row, posts: list[Row]) -> None:
        assert len(posts) <= 1, ("posted twice", row, posts)
        match row["state"]:
            case "published":
                assert len(posts) == 1, ("published without a post", row)
                assert row["post_id"] in (None, posts[0]["post_id"]), ("another post", row, posts)
            case "failed":
                assert not posts, ("failed, and yet posted", row, posts)
                assert row["reason"] in REASONS, row
            case "unknown":
                reason = REASONS[row["reason"]]
                assert (reason.who, reason.action) == (Who.USER, "check_platform"), ("nothing to do about it", row)
            case _:
                assert row["next_step_at"] is not None, ("stuck", row)

    def _check_memory(self, row: Row) -> None:
        """A final row stays as it is, but for an id or a link that is learned later, or goes with its account; a
        timeline only grows.
        """
        seen = self._events.get(row["id"], [])
        assert row["events"][: len(seen)] == seen, ("the timeline changed", row, seen)
        self._events[row["id"]] = row["events"]
        if before := self._ended.get(row["id"]):
            for name in ("state", "reason", "finished_at", "post_id", "permalink"):
                is_learned = name in ("post_id", "permalink") and before[name] is None
                is_forgotten = name in ("post_id", "permalink") and row["platform_ids_cleared_at"] and row[name] is None
                assert is_learned or is_forgotten or row[name] == before[name], (
                    "final, and yet changed",
                    name,
                    before,
                    row,
                )
        if row["state"] in _FINAL:
            assert row["next_step_at"] is None, ("final, and yet due", row)
            self._ended[row["id"]] = row

    def _check_tokens(self) -> None:
        kept = self._world.tokens()
        for account in self._world.accounts:
            assert not set(account.past_connections) & kept.keys(), ("a token after the disconnect", account)
        self._check_refreshes(kept)

    def _check_refreshes(self, kept: Mapping[str, str | None]) -> None:
        """One refresh of each version, but where an answer was lost; and what TikTok gave last is what we keep."""
        calls = self._world.stage.sandbox.journal("tiktok.token")
        sent: Counter[str] = Counter()
        lost: set[str] = set()
        for call in calls:
            token = dict(parse_qsl(call["body"])).get("refresh_token", "")
            sent[token] += 1
            lost |= {token} if call["fault"] or call["status"] is None else set()
        for account in self._world.accounts:
            token = kept.get(account.connection_id or "")
            if account.platform != "tiktok" or token is None:
                continue
            again = sent[token] > 0 and token not in lost and not self.deaths
            assert not again, ("refreshed, and the new token was lost", account)
        # A disconnect renews what it revokes, and does not wait for whoever renews it too.
        if not self.deaths and not any(account.past_connections for account in self._world.accounts):
            repeated = {token for token, count in sent.items() if token and count > 1 and token not in lost}
            assert not repeated, ("one version refreshed twice", json.dumps(sorted(sent.values())))
