from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from tests.functions.oauth.callback_promises import CallbackPromises
from tests.functions.oauth.flow import Flow, outcome


class TestCallback(CallbackPromises):
    platform = "tiktok"
    later_calls: ClassVar[Sequence[str]] = ("tiktok.user_info",)
    renamed: ClassVar[dict[str, str]] = {"nickname": "Renamed"}

    def identity(self, flow: Flow) -> dict[str, Any]:
        return {
            "display_name": flow.account["nickname"],
            "account_type": None,
            "callback_ids": [flow.account["open_id"]],
        }

    def test_a_profile_of_somebody_else_leaves_no_row(self, flow: Flow) -> None:
        other = {"data": {"user": {"open_id": "-000Other", "display_name": "Other"}}, "error": {"code": "ok"}}
        flow.sandbox.fault("tiktok.user_info", {"kind": "wrong_shape", "body": other}, account=flow.account_id)

        assert outcome(flow.connect()) == "platform_unavailable"
        assert flow.connection() is None

    def test_a_missing_permission_leaves_the_grant_of_an_earlier_connection_alone(self, flow: Flow) -> None:
        """TikTok ends the whole grant on a revoke, and with it the connection that works."""
        flow.connect()

        assert outcome(flow.connect(leave_out="video.publish")) == "permission_missing"

        live = [entry for entry in flow.sandbox.tokens(flow.account_id) if entry["live"]]
        assert [entry for entry in live if "video.publish" in entry["scopes"]]
        assert flow.tokens() is not None
        assert flow.sandbox.journal("tiktok.revoke") == [] or flow.account_id not in {
            entry["account"] for entry in flow.sandbox.journal("tiktok.revoke")
        }

    @pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client"])
    def test_a_refusal_that_only_the_operator_can_mend_says_so(self, flow: Flow, code: str) -> None:
        flow.sandbox.fault("tiktok.token", {"kind": "error", "code": code}, account=flow.account_id)

        assert outcome(flow.connect()) == "app_misconfigured"
        assert flow.connection() is None
