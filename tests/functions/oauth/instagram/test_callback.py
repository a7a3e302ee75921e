from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from tests.functions.oauth.callback_promises import CallbackPromises
from tests.functions.oauth.flow import Flow, outcome


class TestCallback(CallbackPromises):
    platform = "instagram"
    later_calls: ClassVar[Sequence[str]] = ("instagram.exchange", "instagram.me")
    renamed: ClassVar[dict[str, str]] = {"username": "Renamed"}

    def identity(self, flow: Flow) -> dict[str, Any]:
        return {
            "display_name": flow.account["username"],
            "account_type": "BUSINESS",
            "callback_ids": [flow.account["user_id"], flow.account["scoped_id"]],
        }

    @pytest.mark.parametrize("shape", ["flat", "data", "bare"])
    def test_the_right_to_publish_is_proved_whatever_shape_the_answer_has(self, flow: Flow, shape: str) -> None:
        """The bare shape names no permissions at all."""
        before = flow.sandbox.settings()["instagram"]["token_shape"]
        flow.sandbox.settings(instagram={"token_shape": shape})
        try:
            assert outcome(flow.connect(leave_out="instagram_business_content_publish")) == "permission_missing"
            assert flow.connection() is None
            assert outcome(flow.connect()) == "connected"
        finally:
            flow.sandbox.settings(instagram={"token_shape": before})

    @pytest.mark.parametrize("written_as", ["PERSONAL", "Personal", "personal"])
    def test_a_personal_account_leaves_no_row(self, flow: Flow, written_as: str) -> None:
        flow.sandbox.change_account(flow.account_id, account_type=written_as)

        assert outcome(flow.connect()) == "account_not_professional"
        assert flow.connection() is None

    @pytest.mark.parametrize("written_as", ["BUSINESS", "Business", "MEDIA_CREATOR", "CREATOR"])
    def test_a_professional_account_connects_however_it_is_spelled(self, flow: Flow, written_as: str) -> None:
        flow.sandbox.change_account(flow.account_id, account_type=written_as)

        assert outcome(flow.connect()) == "connected"
        row = flow.connection()
        assert row is not None
        assert row["account_type"] == written_as.upper()

    def test_somebody_who_is_no_tester_of_an_unreviewed_app_is_told_so(self, flow: Flow) -> None:
        started = flow.start()

        answer = flow.come_back({"state": started.state, "error_type": "non_sandbox_target"}, started.cookie)

        assert outcome(answer) == "not_a_test_user"
        assert flow.connection() is None
        assert flow.token_calls() == []
