"""When to look again. Seconds."""

from __future__ import annotations

_INSTAGRAM_LONGEST = 60.0
_TIKTOK = ((3, 2.0), (9, 5.0), (17, 15.0))
_TIKTOK_LONGEST = 60.0


def after_instagram_look(waited: float) -> float:
    """Waits in proportion to what was already waited, so that at most 30 % of it is lost once the container is ready.

    Never under half a second; Meta advises once a minute for long ones.
    """
    return min(max(0.5, 0.3 * waited), _INSTAGRAM_LONGEST)


def instagram_waited(looks: int) -> float:
    """How long the ladder has waited when it has looked so many times."""
    waited = 0.0
    for _ in range(looks):
        waited += after_instagram_look(waited)
    return waited


def after_tiktok_look(looks: int) -> float:
    """TikTok allows 30 looks a minute for all jobs of an account together; a video takes from seconds to minutes."""
    return next((seconds for until, seconds in _TIKTOK if looks < until), _TIKTOK_LONGEST)


def after_attempt(attempts: int, reason: str = "") -> float:
    """Between tries of a call that certainly had no effect. Both platforms count their limits by the minute."""
    return 60.0 * min(attempts + 1, 10) if reason == "rate_limited" else min(2.0 * 3.0 ** min(attempts, 5), 120.0)
