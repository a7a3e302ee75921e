from __future__ import annotations

from typing import ClassVar

from tests.functions.oauth.start_promises import StartPromises


class TestStart(StartPromises):
    platform = "instagram"
    authorization: ClassVar[dict[str, str]] = {
        "scope": "instagram_business_basic,instagram_business_content_publish",
        "force_reauth": "true",
        "enable_fb_login": "0",
    }
