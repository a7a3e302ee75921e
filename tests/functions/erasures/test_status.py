"""GET /api/erasures/status and /receipt: the truth about an erasure, for whoever has its code."""

from __future__ import annotations

import html
import json
import re
import secrets

import httpx
import pytest

from sandbox.stack.paths import ROOT
from sandbox.stack.routes import Project as VercelProject
from sandbox.stack.stack import Stack
from shared.privacy.erasure.receipts import Signer, is_genuine
from shared.settings import Settings
from tests.erasing import Db, begun, finish, let_waits_end
from tests.people import Project


def page(api: httpx.Client, code: str, status: int = 200) -> str:
    answer = api.get("/api/erasures/status", params={"code": code})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return html.unescape(answer.text)


@pytest.mark.parametrize(
    "query",
    ["", "?code=", "?code={unknown}", "?code={known}&code={known}", "?code={known}0", "?code={known}%00", "?code=%FF"],
)
def test_without_a_code_that_was_given_nothing_is_told(api: httpx.Client, project: Project, query: str) -> None:
    known = begun(project.stranger)["status_code"]
    for name in ("status", "receipt"):
        answer = api.get(f"/api/erasures/{name}" + query.format(known=known, unknown=secrets.token_hex(16)))
        assert answer.status_code == 404
        assert known not in answer.text


def test_it_says_how_far_each_store_is_and_never_more_than_is_true(
    api: httpx.Client, project: Project, photo: dict[str, str], stack: Stack, db: Db
) -> None:
    started = begun(project.owner, project.id)
    code = started["status_code"]
    assert started["status_url"] == f"{stack.addresses.app}/api/erasures/status?code={code}"
    early = page(api, code)
    too_early = api.get("/api/erasures/receipt", params={"code": code})
    finish(db, stack, started["receipt_id"])
    late = page(api, code)

    assert "storage is looked at once more" in early
    assert "Everything was erased on" not in early
    assert "Media files: 1 files; under way." in early
    assert (too_early.status_code, too_early.json()["code"]) == (409, "erasure_not_done")
    assert "Everything was erased on" in late
    assert "Projects, contents and publications: " in late
    assert "1 projects" in late
    assert "Media files: 1 files; done on" in late
    assert "stay there until you delete them there" in late
    assert project.owner.user.email not in early + late
    assert project.owner.user.id not in early + late


def test_looking_at_it_carries_it_on(api: httpx.Client, project: Project, photo: dict[str, str], db: Db) -> None:
    started = begun(project.owner, project.id)
    for _ in range(3):
        let_waits_end(db, started["receipt_id"])
        text = page(api, started["status_code"])

    assert "Everything was erased on" in text


def test_the_receipt_is_signed_and_a_change_is_seen(api: httpx.Client, project: Project, stack: Stack, db: Db) -> None:
    started = begun(project.stranger)
    answer = api.get("/api/erasures/receipt", params={"code": started["status_code"]})
    document = answer.raise_for_status().json()
    ours = Signer.from_settings(Settings(stack.env)).public_key

    assert document["public_key"] == ours
    assert document["receipt"]["receipt_id"] == started["receipt_id"]
    assert is_genuine(document, ours)
    assert is_genuine(json.loads(json.dumps(document, indent=4)), ours)
    changed = json.loads(answer.text)
    changed["receipt"]["stores"][0]["counts"]["tables"] = 0
    assert not is_genuine(changed, ours)
    assert not is_genuine(document | {"signature": document["signature"][::-1]}, ours)
    other = Signer.from_settings(Settings({"ERASURE_SIGNING_KEY": "A" * 43 + "="}))
    forged = json.loads(other.sign(document["receipt"]))
    assert not is_genuine(forged, ours), "a document that names its own key proves nothing"
    assert not is_genuine({}, ours)


@pytest.mark.parametrize("path", ["/api/erasures/status", "/api/deletions/status", "/api/oauth/tiktok/callback"])
def test_the_page_has_its_style_and_may_run_nothing(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    policy = answer.headers["content-security-policy"]

    assert policy == VercelProject.read(ROOT).match(path).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; frame-ancestors 'none'")
    assert "<script" not in answer.text
    (sheet,) = re.findall(r'rel="stylesheet" href="([^"]+)"', answer.text)
    assert api.get(sheet).headers["content-type"].startswith("text/css")


def test_a_database_that_is_down_is_a_page_too(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    assert "Storage is not answering" in page(api, secrets.token_hex(16), 503)
