"""When other products look at an Instagram container, as their code has it. Seconds.

Each rule was read in the file and revision that it names; nothing of theirs was run or copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, count, repeat

from shared.publishing.ladder import after_instagram_look, instagram_waited


@dataclass(frozen=True, slots=True)
class Rule:
    """`waits` are those before each look, the first one included; where they end, the product gives up.

    `other_calls` are those that are no looks: create, publish and, where it is asked for, permalink.
    """

    name: str
    waits: Callable[[], Iterator[float]]
    other_calls: int
    source: str


def _ours() -> Iterator[float]:
    return (after_instagram_look(instagram_waited(looks)) for looks in count())


def at_once_then_every(seconds: float, *, looks: int) -> Callable[[], Iterator[float]]:
    return lambda: chain([0.0], repeat(seconds, looks - 1))


def _post_for_me() -> Iterator[float]:
    return chain([0.0], (min(5.0 * 1.5**look, 60.0) for look in range(29)))


OURS = Rule("itoms", _ours, 3, "`shared/publishing/ladder.py`")

# Fetches the permalink later, in another job.
_OPENPOST_CALLS = 2
# Makes the permalink up from the media id.
_BRIGHTBEAN_CALLS = 2
# Returns the media id alone.
_ACTIVEPIECES_CALLS = 2

PEERS = (
    Rule(
        "Postiz v1.0.9",
        at_once_then_every(20.0, looks=90),
        3,
        "gitroomhq/postiz-app 74b01ada1, `post.workflow.v1.0.9.ts` lines 104, 302, 373",
    ),
    Rule(
        "TryPost",
        at_once_then_every(10.0, looks=90),
        3,
        "trypostit/trypost 0cd5508, `InstagramPublisher.php`: `STATUS_RETRY_DELAY_SECONDS`, `STATUS_MAX_RETRIES`",
    ),
    Rule(
        "OpenPost",
        at_once_then_every(10.0, looks=6),
        _OPENPOST_CALLS,
        "getopenpost/openpost af018826, `instagram.go` lines 566 to 600",
    ),
    Rule(
        "Post for Me",
        _post_for_me,
        3,
        "DayMoonDevelopment/post-for-me d72ab66, `instagram-post-client.ts` lines 23 to 26, 680, 758",
    ),
    Rule(
        "BrightBean",
        at_once_then_every(2.0, looks=60),
        _BRIGHTBEAN_CALLS,
        "brightbeanxyz/brightbean-studio d85fce1, `instagram_login.py` lines 83, 84, 376, 395",
    ),
    Rule(
        "activepieces, photos, before",
        lambda: iter(()),
        _ACTIVEPIECES_CALLS,
        "activepieces/activepieces#10389: no look, and an error unless the container is ready",
    ),
    Rule(
        "activepieces, now",
        at_once_then_every(5.0, looks=60),
        _ACTIVEPIECES_CALLS,
        "activepieces/activepieces 01b11ff, `instagram-business/src/lib/common/index.ts`: `waitForContainer`",
    ),
)
