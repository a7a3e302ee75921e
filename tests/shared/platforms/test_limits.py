"""What a platform says about slowing down: read from headers that anybody may have written, and kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.platforms.limits import Usage, meta_usage, retry_after

DAY = 86_400.0


def app(**usage: object) -> dict[str, str]:
    return {"x-app-usage": json.dumps(usage)}


def account(**usage: object) -> dict[str, str]:
    return {"x-business-use-case-usage": json.dumps({"17841400000000001": [{"type": "instagram", **usage}]})}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("7", 7.0), (" 30 ", 30.0), ("86400", DAY), ("86401", DAY), ("999999999", DAY)],
)
def test_seconds_to_wait_are_read_up_to_a_day(text: str, seconds: float) -> None:
    assert retry_after({"retry-after": text}) == seconds


@pytest.mark.parametrize(
    "text",
    ["", " ", "-1", "1.5", "1e9", "inf", "nan", "٣", "²", "0x10", "1,5", "9" * 10, "9" * 5000, "1 2",
     "Tue, 24 Nov 2026 00:00:00 GMT", "\x00"],
)  # fmt: skip
def test_what_is_no_number_of_seconds_is_not_there(text: str) -> None:
    assert retry_after({"retry-after": text}) is None


def test_without_headers_there_is_nothing_to_heed() -> None:
    assert retry_after({}) is None
    assert meta_usage({}) == Usage(0.0, 0.0)


def test_two_headers_that_say_nothing_are_nothing_to_heed() -> None:
    assert meta_usage({"x-app-usage": "{", "x-business-use-case-usage": "{"}) == Usage(0.0, 0.0)
    assert Usage() == Usage(0.0, 0.0)


def test_less_than_a_percent_is_a_usage() -> None:
    assert meta_usage(app(call_count=0.5)).percent == 0.5


@pytest.mark.parametrize("name", ["call_count", "total_time", "total_cputime"])
@pytest.mark.parametrize("where", [app, account])
def test_the_highest_percentage_counts(where: Any, name: str) -> None:
    usage = {"call_count": 1, "total_time": 2, "total_cputime": 3} | {name: 85}
    assert meta_usage(where(**usage)).percent == 85


def test_the_worse_of_both_headers_counts() -> None:
    assert meta_usage(app(call_count=10) | account(call_count=90)).percent == 90
    assert meta_usage(app(call_count=95) | account(call_count=90)).percent == 95


def test_minutes_until_access_are_seconds() -> None:
    assert meta_usage(account(call_count=100, estimated_time_to_regain_access=5)).regain_seconds == 300


def test_nobody_waits_longer_than_a_day_for_a_header() -> None:
    assert meta_usage(account(estimated_time_to_regain_access=10**8)).regain_seconds == DAY


@pytest.mark.parametrize(
    "value", ["85", None, True, [], {}, -1, -0.5, 1e9, float("inf"), float("-inf"), float("nan"), 10**400], ids=repr
)
def test_a_number_that_is_none_is_not_there(value: object) -> None:
    usage = {"call_count": value, "estimated_time_to_regain_access": value}
    assert meta_usage(account(**usage)) == meta_usage(app(**usage)) == Usage(0.0, 0.0)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "5", "null", '"text"', "[" * 100_000, '{"a":' * 100_000, "\x00",
     '{"a": [1, null, "x", []]}',
     '{"a": {"call_count": 99}}', '{"a": [[{"call_count": 99}]]}', "9" * 10_000,
     '{"call_count": ' + "9" * 10_000 + "}"],
    ids=lambda text: text[:20],
)  # fmt: skip
@pytest.mark.parametrize("header", ["x-app-usage", "x-business-use-case-usage"])
def test_a_header_that_is_something_else_is_not_there(header: str, text: str) -> None:
    assert meta_usage({header: text}) == Usage(0.0, 0.0)
