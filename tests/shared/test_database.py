"""What a refusal of Postgres becomes, whatever stands in it."""

from __future__ import annotations

import pytest
from postgrest import APIError

from shared.database import _refusal
from shared.errors import Refused


def refused(**error: object) -> Refused:
    refusal = _refusal(APIError({"code": "PT429", "message": "too_many_connects", **error}), as_user=True)
    assert isinstance(refusal, Refused)
    return refusal


@pytest.mark.parametrize(
    ("detail", "seconds"), [("1", 1), ("180", 180), ("0", 1), ("86400", 86_400), ("86401", 86_400), ("007", 7)]
)
def test_the_detail_of_a_refusal_is_the_time_to_wait(detail: str, seconds: int) -> None:
    refusal = refused(details=detail)

    assert (refusal.code, refusal.retry_after) == ("too_many_connects", seconds)


@pytest.mark.parametrize(
    "detail",
    [None, "", " ", "soon", "-5", "+5", "1.5", "1e3", "5\r\nx: y", "5\n", "\u0665", "9" * 5000, 5, 1.5, True, ["5"]],
    ids=repr,
)
def test_a_detail_that_is_no_time_says_nothing(detail: object) -> None:
    refusal = refused(details=detail)

    assert (refusal.code, refusal.retry_after) == ("too_many_connects", None)
