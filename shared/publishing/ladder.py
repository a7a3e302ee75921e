"""When to look again. Seconds."""

from __future__ import annotations

# Seconds after the container was created. Twelve calls in all for whatever is ready within 20 s, less create, publish
# and permalink, leave nine looks.
_INSTAGRAM_LOOKS = (1.0, 2.0, 3.0, 5.0, 8.0, 11.0, 14.0, 17.0, 20.0)
_INSTAGRAM_TO_A_MINUTE = 2.0
_INSTAGRAM_LONGEST = 60.0
_TIKTOK = ((3, 2.0), (9, 5.0), (17, 15.0))
_TIKTOK_LONGEST = 60.0


def after_instagram_look(waited: float) -> float:
    """How long until the next look at a container, `waited` seconds after it was created. The first look is not at 0.

    Chosen by measuring, see docs/waiting.md. Waits that grow about as the square root of the time waited lose least on
    average with nine looks. So few can keep only the average loss under 30 % of the readiness time, and every loss from
    11 s on. After 20 s calls are no longer limited, and shorter waits keep the average low. After a minute the waits
    are 30 %, up to Meta's advice to look once a minute.
    """
    for look in _INSTAGRAM_LOOKS:
        if look > waited:
            return look - waited
    if waited < 60.0:
        return _INSTAGRAM_TO_A_MINUTE
    return min(0.3 * waited, _INSTAGRAM_LONGEST)


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
