from __future__ import annotations

import httpx
import pytest

from shared.settings import VARIABLES, Variable


def test_it_says_that_all_is_well_and_nothing_else(api: httpx.Client) -> None:
    answer = api.get("/api/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "set-cookie" not in answer.headers


def test_a_database_that_does_not_answer_is_said(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")

    answer = api.get("/api/health")

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_any_variable_that_is_missing_is_said(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch, variable: Variable
) -> None:
    monkeypatch.setenv(variable.name, "not right at all ")

    answer = api.get("/api/health")

    assert (answer.status_code, answer.json()["code"]) == (500, "misconfigured")
    assert variable.name not in answer.text


@pytest.mark.parametrize("value", [None, "eyJhbGciOiJIUzI1NiJ9.marker.c2ln", "sb_secret_not-the-key"])
def test_a_key_that_cannot_work_is_said_without_naming_it(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("SUPABASE_SECRET_KEY")
    else:
        monkeypatch.setenv("SUPABASE_SECRET_KEY", value)

    answer = api.get("/api/health")

    assert answer.status_code >= 500
    assert "SUPABASE" not in answer.text
    assert "marker" not in answer.text
    assert "not-the-key" not in answer.text
