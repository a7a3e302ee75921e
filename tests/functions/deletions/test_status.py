"""GET /api/deletions/status: the truth about a request, for whoever has its code, and about nobody in particular."""

from __future__ import annotations

import html
import secrets
from typing import Any

import httpx
import psycopg
import pytest

Db = psycopg.Connection[Any]
MADE_AT = "2026-11-25T23:30:00-03:00"


def request(db: Db, outcome: str, *, tokens: int = 0, posts: int = 0) -> str:
    code = secrets.token_hex(16)
    db.execute(
        "insert into private.platform_deletions (confirmation_code, digest, platform, received_at, outcome,"
        " tokens_deleted, publications_cleared) values (%s, %s, 'instagram', %s, %s, %s, %s)",
        (code, secrets.token_hex(32), MADE_AT, outcome, tokens, posts),
    )
    return code


def page(api: httpx.Client, code: str, status: int = 200) -> str:
    """Its words."""
    answer = api.get("/api/deletions/status", params={"code": code})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return html.unescape(answer.text)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=",
        "?code={unknown}",
        "?code={known}&code={known}",
        "?code={known}&code={unknown}",
        "?code={known}0",
        "?code=%20{known}",
        "?code={known}%00",
        "?code={known}%0A",
        "?code={upper}",
        "?Code={known}",
        "?code=%3Cscript%3Ealert(1)%3C/script%3E",
        "?code=' or 1=1 --",
        "?code=%FF",
        "?code=" + "a" * 5000,
    ],
)
def test_without_a_code_that_was_given_nothing_is_told(api: httpx.Client, db: Db, query: str) -> None:
    known = request(db, "deleted", tokens=1, posts=2)
    parts = {"known": known, "upper": known.upper(), "unknown": secrets.token_hex(16)}
    answer = api.get("/api/deletions/status" + query.format(**parts))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No request has this code" in answer.text
    assert known not in answer.text
    assert "alert" not in answer.text


def test_it_says_what_was_deleted_when_and_what_is_kept_and_why(api: httpx.Client, db: Db) -> None:
    code = request(db, "deleted", tokens=1, posts=12)
    text = page(api, code)
    for words in (
        "26 November 2026 at 02:30 UTC",
        "the account's name, its ids and its type",
        "the access tokens (1)",
        "the links and ids of the posts that were made with it (12)",
        "An archive of a user's own data that may hold any of it cannot be fetched any more",
        "Kept: what the user of itoms made",
        "because it belongs to them",
        f"Confirmation code: {code}",
    ):
        assert words in text


def test_it_claims_no_token_that_was_gone_before(api: httpx.Client, db: Db) -> None:
    assert "the access tokens were gone already" in page(api, request(db, "deleted", tokens=0, posts=1))


def test_it_says_that_nothing_was_held(api: httpx.Client, db: Db) -> None:
    text = page(api, request(db, "nothing_held"))
    assert "itoms held no account" in text
    assert "Deleted" not in text


def test_it_says_that_a_new_consent_came_in_between(api: httpx.Client, db: Db) -> None:
    text = page(api, request(db, "connected_again"))
    assert "Nothing was deleted" in text
    assert "disconnect the account in itoms" in text


def test_everything_on_it_is_escaped(api: httpx.Client, db: Db) -> None:
    answer = api.get("/api/deletions/status", params={"code": request(db, "deleted")})
    assert "account&#x27;s" in answer.text
    assert "account's" not in answer.text


def test_a_database_that_is_down_is_a_page_too(api: httpx.Client, db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    code = request(db, "deleted")
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    assert "Storage is not answering" in page(api, code, 503)
