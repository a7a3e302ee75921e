"""The kill switch of a platform, for the calls that no claim and no lease in the database already holds back."""

from __future__ import annotations

from shared.database import Platform
from shared.runtime import Runtime


async def is_switched_off(runtime: Runtime, platform: Platform) -> bool:
    return bool(await runtime.database.as_system("is_switched_off", platform=platform))
