"""POST /api/analytics/view: a page view is counted without anything that tells one visitor apart, or not at all."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from sandbox.stack.routes import Project as VercelProject
from shared.analytics import ADDRESS_HEADER, PAGES

ROOT = Path(__file__).parents[3]
EVENT = "plausible.event"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
Visit = Callable[..., httpx.Response]


@pytest.fixture(autouse=True)
def calm(sandbox: SandboxControl) -> Iterator[None]:
    sandbox.clear_journal()
    yield
    sandbox.clear_faults()


@pytest.fixture
def visit(api: httpx.Client) -> Visit:
    """As Vercel hands a visit on: with the address it has seen. `header=None` leaves one out."""

    def send(path: object = "/", **changes: str | None) -> httpx.Response:
        headers = {"user-agent": BROWSER, ADDRESS_HEADER: "203.0.113.77"}
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}  # type: ignore[misc]
        known = {name: value for name, value in headers.items() if value is not None}
        request = api.build_request("POST", "/api/analytics/view", json={"path": path}, headers=known)
        for name in headers.keys() - known.keys():
            request.headers.pop(name, None)
        return api.send(request)

    return send


def sent(sandbox: SandboxControl) -> list[dict[str, Any]]:
    return sandbox.journal(EVENT)


# What leaves


def test_a_view_is_the_page_the_browser_and_a_network_and_nothing_else(visit: Visit, sandbox: SandboxControl) -> None:
    before = len(sandbox.views())
    answer = visit(
        "/privacy/data",
        cookie="session=abc",
        referer="https://elsewhere.test/?q=ada",
        accept_language="de",
        x_forwarded_for="198.51.100.9",
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert "set-cookie" not in answer.headers
    (view,) = sandbox.views()[before:]
    assert view["url"].endswith("/privacy/data")
    assert (view["name"], view["domain"], view["browser"]) == ("pageview", "app.itoms.test", BROWSER)
    assert view["address"] == "203.0.113.0"
    (request,) = sent(sandbox)
    assert set(json.loads(request["body"])) == {"domain", "name", "url"}
    assert request["query"] == {}
    for trace in ("203.0.113.77", "198.51.100", "elsewhere", "session=abc"):
        assert trace not in json.dumps(request), trace


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.255", "203.0.113.0"),
        ("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", "2001:db8:aaaa::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_an_address_leaves_without_its_last_part(
    visit: Visit, sandbox: SandboxControl, address: str, network: str
) -> None:
    visit(**{ADDRESS_HEADER: address})

    assert [entry["headers"]["x-forwarded-for"] for entry in sent(sandbox)] == [network]


@pytest.mark.parametrize(
    "address", [None, "", "203.0.113.77, 198.51.100.9", "localhost", "203.0.113.77:443", "203.0.113.077"]
)
def test_without_an_address_that_vercel_has_seen_nothing_is_sent(
    visit: Visit, sandbox: SandboxControl, address: str | None
) -> None:
    """A visitor's own X-Forwarded-For is worth nothing, and without any Plausible would count our server."""
    assert visit(**{ADDRESS_HEADER: address, "x_forwarded_for": "203.0.113.77"}).status_code == 204
    assert sent(sandbox) == []


@pytest.mark.parametrize("browser", [None, "", "x" * 501, "Fire\x01fox"])
def test_a_browser_that_has_no_name_or_a_strange_one_is_not_counted(
    visit: Visit, sandbox: SandboxControl, browser: str | None
) -> None:
    assert visit(user_agent=browser).status_code in (204, 400)
    assert sent(sandbox) == []


@pytest.mark.parametrize(
    "path",
    [
        "/privacy/data?project=11111111-2222-4333-8444-555555555555",
        "/projects/11111111-2222-4333-8444-555555555555",
        "//evil.test/",
        "/#ada@example.com",
        "/api/health",
        "",
        None,
        7,
    ],
)
def test_what_is_none_of_our_pages_is_refused_and_not_repeated(
    visit: Visit, sandbox: SandboxControl, path: object
) -> None:
    answer = visit(path)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert not path or str(path) not in answer.text or path == 7
    assert sent(sandbox) == []


# Who does not want it


@pytest.mark.parametrize("header", ["sec_gpc", "dnt"])
def test_a_browser_that_asks_not_to_be_counted_is_not(visit: Visit, sandbox: SandboxControl, header: str) -> None:
    assert visit(**{header: "1"}).status_code == 204
    assert sent(sandbox) == []
    visit(**{header: "0"})
    assert len(sent(sandbox)) == 1


@pytest.mark.parametrize(
    ("table", "row", "where"),
    [
        ("objections", {"purpose": "analytics"}, {"purpose": "eq.analytics"}),
        ("restrictions", None, {"user_id": "not.is.null"}),
    ],
)
def test_a_person_who_objects_is_not_counted_from_that_moment_on(
    *,
    visit: Visit,
    sandbox: SandboxControl,
    make_creator: Callable[[], Creator],
    table: str,
    row: dict[str, str] | None,
    where: dict[str, str],
) -> None:
    ada = make_creator()
    token = ada.user.headers["authorization"]
    with ada.supabase.as_user(ada.user) as rest:
        rest.post(f"/{table}", json=row or {"user_id": ada.user.id}).raise_for_status()
        assert visit(authorization=token).status_code == 204
        assert sent(sandbox) == []
        rest.delete(f"/{table}", params=where).raise_for_status()
    visit(authorization=token)

    (request,) = sent(sandbox)
    assert ada.user.token not in json.dumps(request)
    assert ada.user.id not in json.dumps(request)


def test_another_purpose_is_another_purpose(
    visit: Visit, sandbox: SandboxControl, make_creator: Callable[[], Creator]
) -> None:
    ada = make_creator()
    with ada.supabase.as_user(ada.user) as rest:
        rest.post("/objections", json={"purpose": "publishing"}).raise_for_status()

    assert visit(authorization=ada.user.headers["authorization"]).status_code == 204
    assert len(sent(sandbox)) == 1


def test_who_says_to_be_somebody_and_is_not_known_is_not_counted(
    visit: Visit, sandbox: SandboxControl, make_creator: Callable[[], Creator], make_token: Callable[..., str]
) -> None:
    user = make_creator().user
    for given in (f"Bearer {make_token(user.id, user.email, lifetime=-120)}", "Bearer x", "Basic abc"):
        answer = visit(authorization=given)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert sent(sandbox) == []


# When it cannot be counted


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        ({"kind": "drop_before"}, "analytics_failed"),
        ({"kind": "slow", "seconds": 4}, "analytics_failed"),
        ({"kind": "status", "status": 500, "body": "marker"}, "analytics_refused"),
        ({"kind": "redirect"}, "analytics_refused"),
        ({"kind": "huge_body"}, "analytics_failed"),
        ({"kind": "dropped"}, "analytics_dropped"),
    ],
)
def test_a_plausible_in_trouble_changes_nothing_for_the_visitor_and_is_an_alarm(
    visit: Visit, sandbox: SandboxControl, caplog: pytest.LogCaptureFixture, fault: dict[str, Any], event: str
) -> None:
    sandbox.fault(EVENT, fault)
    caplog.set_level(logging.INFO, "itoms")
    started = time.monotonic()
    answer = visit()

    assert (answer.status_code, answer.content) == (204, b"")
    assert time.monotonic() - started < 2.5
    events = [json.loads(record.getMessage())["event"] for record in caplog.records if record.name == "itoms"]
    assert event in events
    assert "203.0.113" not in caplog.text + answer.text
    assert len(sent(sandbox)) == 1, "a view is not worth a second try"


def test_a_person_whose_objection_cannot_be_looked_up_is_not_counted(
    visit: Visit, sandbox: SandboxControl, make_creator: Callable[[], Creator], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")

    assert visit(authorization=make_creator().user.headers["authorization"]).status_code == 204
    assert sent(sandbox) == []


def test_without_a_site_at_plausible_nothing_is_sent(
    visit: Visit, sandbox: SandboxControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAUSIBLE_DOMAIN", "")

    assert visit().status_code == 204
    assert sent(sandbox) == []


# Our pages


def test_every_page_reports_its_view_and_no_other_path_can_be_reported() -> None:
    vercel = VercelProject.read(ROOT)
    pages = {file.name: file for file in (ROOT / "public/privacy").glob("*.html")}

    assert {vercel.match(page).dest for page in PAGES} == {"web/index.html", *(f"web/privacy/{name}" for name in pages)}
    for page in pages.values():
        assert '<script type="module" src="/view.js"></script>' in page.read_text(encoding="utf-8"), page


@pytest.mark.parametrize("file", ["public/view.js", "web/src/api/view.ts"])
def test_the_script_asks_the_browser_first_and_tells_only_the_path_and_who_is_signed_in(file: str) -> None:
    """One for the pages, one for the front page of the web client; web/src/api/view.test.ts runs both."""
    script = (ROOT / file).read_text(encoding="utf-8")
    asked, _, sent = script.partition("fetch(")

    assert all(word in asked for word in ("navigator.doNotTrack", "globalPrivacyControl"))
    assert re.findall(r"fetch\(\s*(\S+),", script) == ['"/api/analytics/view"']
    assert re.findall(r"location\.(\w+)", script) == ["pathname"]
    assert re.findall(r"session\.(\w+)", sent) == ["access_token"]
    assert 'credentials: "omit"' in sent
    assert 'referrerPolicy: "no-referrer"' in sent
    assert not re.search(r"\.cookie|sessionStorage|document\.referrer", script)
