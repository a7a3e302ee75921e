from __future__ import annotations

from typing import ClassVar

from tests.functions.oauth.start_promises import StartPromises


class TestStart(StartPromises):
    platform = "tiktok"
    authorization: ClassVar[dict[str, str]] = {"scope": "user.info.basic,video.publish", "disable_auto_auth": "1"}
