"""More attacks on connect, on either platform: headers, addresses, sizes, cookies, and a token endpoint gone bad.

Each leaves no row and makes no token call, or exactly one where the code had to be redeemed first; that no secret was
written down is asked of every test at its end, by the fixture `flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.platforms import failures
from tests.functions.oauth.callback_promises import location_of, nothing_connected, refused
from tests.functions.oauth.corpus import (
    ADDRESSES,
    COOKIES,
    FOREIGN_ISSUERS,
    GRANTED,
    HEADERS,
    NAMES,
    NO_TOKENS,
    OTHERS,
    QUERIES,
    TOKENS,
    UNREADABLE,
)
from tests.functions.oauth.flow import Flow, Platform, Started, outcome
from tests.limits import leave


class AttackPromises:
    platform: ClassVar[Platform]

    # Nothing that a request says about our address is believed.

    def test_no_header_changes_the_redirect_uri_or_where_the_browser_goes(self, flow: Flow) -> None:
        for headers in HEADERS:
            leave(flow.db, flow.project.owner.user, "connect", 1)
            asked = flow.ask(flow.project.owner, **headers)
            assert parse_qs(urlsplit(asked.json()["authorization_url"]).query)["redirect_uri"] == [flow.redirect_uri]
            started = start_again(flow)
            answer = flow.come_back(flow.consent(started), started.cookie, **headers)

            assert outcome(answer) == "connected", headers
            assert_ours(flow, answer)
            assert "evil" not in asked.text + str(asked.headers)

        calls = flow.token_calls()
        assert len(calls) == len(HEADERS)
        assert {uri for call in calls for uri in parse_qs(call["body"])["redirect_uri"]} == {flow.redirect_uri}

    def test_no_address_in_any_parameter_moves_the_browser(self, flow: Flow) -> None:
        for address in ADDRESSES:
            started = start_again(flow)
            parameters = {**dict.fromkeys(NAMES, address), "state": started.state, "error": address}

            assert_ours(flow, flow.come_back(parameters, started.cookie))

        nothing_connected(flow)

    def test_no_address_as_the_state_is_ever_gone_to(self, flow: Flow) -> None:
        started = flow.start()
        genuine = flow.consent(started)["code"]
        for address in ADDRESSES:
            for state in (address, started.state + address):
                answer = flow.come_back({"code": genuine, "state": state, "return_to": address}, started.cookie)
                refused(answer)
                assert_ours(flow, answer)

        nothing_connected(flow)

    def test_a_start_takes_no_address(self, flow: Flow) -> None:
        path, headers = f"/api/oauth/{self.platform}/start", flow.project.owner.user.headers
        body = {"project_id": flow.project.id}
        for address in ADDRESSES:
            for spoilt in (
                {"project_id": address},
                {"project_id": flow.project.id + address},
                body | {"next": address},
            ):
                assert flow.client.post(path, json=spoilt, headers=headers).status_code == 422, address
            leave(flow.db, flow.project.owner.user, "connect", 1)
            answer = flow.client.post(path, json=body, headers=headers, params=dict.fromkeys(NAMES, address))

            assert "evil" not in answer.text + str(answer.headers)
            asked = urlsplit(answer.json()["authorization_url"])
            assert f"{asked.scheme}://{asked.netloc}" == flow.consent_origin
            assert parse_qs(asked.query)["redirect_uri"] == [flow.redirect_uri]

    def test_whatever_comes_back_the_browser_is_sent_nowhere_else(self, flow: Flow) -> None:
        texts = st.text(max_size=30) | st.sampled_from(ADDRESSES) | st.sampled_from(NAMES)
        pairs = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=12), texts), max_size=12)

        @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(pairs, texts, st.booleans())
        def try_it(parameters: list[tuple[str, str]], error: str, first: bool) -> None:
            started = start_again(flow)
            ours = [("state", started.state), ("error", error)]
            query = [*ours, *parameters] if first else [*parameters, *ours]
            assert_ours(flow, came_back(flow, urlencode(query, errors="replace"), started))

        try_it()
        nothing_connected(flow)

    # Too much of everything.

    @pytest.mark.parametrize("size", [10_000, 50_000])
    def test_a_giant_state_connects_nothing(self, flow: Flow, size: int) -> None:
        started = flow.start()
        code = flow.consent(started)["code"]
        for state in ("A" * size, started.state + "A" * size, started.state * (size // 43)):
            refused(flow.come_back({"code": code, "state": state}, started.cookie))

        nothing_connected(flow)

    @pytest.mark.parametrize("name", ["error_description", "return_to", "x" * 10_000])
    def test_a_giant_parameter_beside_a_refusal_is_not_repeated(self, flow: Flow, name: str) -> None:
        started = flow.start()
        parameters = {"state": started.state, "error": "access_denied", name: "evil" * 2_000}

        answer = flow.come_back(parameters, started.cookie)

        assert outcome(answer) == "cancelled"
        assert_ours(flow, answer)
        nothing_connected(flow)

    def test_a_thousand_parameters_change_nothing(self, flow: Flow) -> None:
        started = flow.start()
        many = [(f"x{number}", "evil") for number in range(1000)]

        answer = flow.come_back([*many[:500], *flow.consent(started).items(), *many[500:]], started.cookie)

        assert outcome(answer) == "connected"
        assert_ours(flow, answer)
        assert len(flow.token_calls()) == 1

    @pytest.mark.parametrize("name", ["state", "code"])
    def test_a_thousand_of_one_parameter_connect_nothing(self, flow: Flow, name: str) -> None:
        started = flow.start()
        parameters = flow.consent(started)

        answer = flow.come_back([*parameters.items(), *[(name, "evil")] * 1000], started.cookie)

        assert answer.status_code == 400 if name == "state" else outcome(answer) == "code_rejected"
        nothing_connected(flow)

    def test_a_query_of_a_hundred_kilobytes_is_not_read(self, flow: Flow) -> None:
        """By hand: no client would send it."""
        started = flow.start()
        query = urlencode({**flow.consent(started), "x": "evil" * 25_000})
        by_hand = HTTPConnection(urlsplit(flow.app_url).netloc, timeout=10)
        by_hand.request("GET", f"/api/oauth/{self.platform}/callback?{query}", headers={"cookie": started.cookie})

        answer = by_hand.getresponse()

        assert answer.status == 400
        assert b"evil" not in answer.read()
        by_hand.close()
        nothing_connected(flow)

    def test_a_state_that_is_not_written_as_it_was_given_connects_nothing(self, flow: Flow) -> None:
        started = flow.start()
        code = quote(flow.consent(started)["code"], safe="")
        for query in QUERIES:
            refused(came_back(flow, query.format(state=started.state, code=code), started))

        nothing_connected(flow)

    def test_a_code_of_other_characters_is_not_passed_on(self, flow: Flow) -> None:
        for code in ("%00", "x%00", "%0d%0ax:%20y", "x%1f", "%7f", "%ff%fe", "%c3%a9", "%e2%80%a8"):
            started = start_again(flow)
            answer = came_back(flow, f"state={started.state}&code={code}", started)

            assert outcome(answer) == "code_rejected", code

        nothing_connected(flow)

    # The cookie: one, under its name, as it was set.

    def test_a_cookie_that_is_not_the_one_connects_nothing(self, flow: Flow) -> None:
        for cookies in COOKIES:
            started = start_again(flow)
            name, _, value = started.cookie.partition("=")
            bare = name.removeprefix("__Host-")
            names = {"name": name, "bare": bare, "upper": name.upper(), "lower": name.lower()}
            cookie = cookies.format(**names, value=value, padding="A" * 8192).encode("latin-1")

            answer = came_back(flow, urlencode({"state": started.state, "code": "stolen"}), started, cookie=cookie)

            assert answer.status_code == 400, cookies
            refused(answer)

        nothing_connected(flow)

    def test_two_cookie_headers_are_read_as_one(self, flow: Flow) -> None:
        """HTTP/2 may split it, so two of a name may also come in two headers."""
        one, other = flow.start(), flow.start()
        headers = [("cookie", "a=b"), ("cookie", one.cookie)]
        query = urlencode(flow.consent(one))
        answer = flow.client.get(f"/api/oauth/{self.platform}/callback?{query}", headers=headers)
        assert outcome(answer) == "connected"
        twice = [("cookie", other.cookie), ("cookie", other.cookie)]

        refused(flow.client.get(f"/api/oauth/{self.platform}/callback?{urlencode(flow.consent(other))}", headers=twice))

        assert len(flow.token_calls()) == 1

    @pytest.mark.parametrize("others", OTHERS.values(), ids=OTHERS.keys())
    def test_cookies_of_others_do_not_disturb(self, flow: Flow, others: str) -> None:
        started = flow.start()
        cookie = f"{others}; {started.cookie};{others}".encode("latin-1")

        assert outcome(came_back(flow, urlencode(flow.consent(started)), started, cookie=cookie)) == "connected"

    # Mix-up, between platforms and with whoever else answers in their name.

    def test_an_answer_in_the_name_of_somebody_else_connects_nothing_and_spends_the_state(self, flow: Flow) -> None:
        for issuer in FOREIGN_ISSUERS:
            started = start_again(flow)
            parameters = flow.consent(started)

            refused(flow.come_back({**parameters, "iss": issuer.format(own=flow.issuer)}, started.cookie))
            refused(flow.come_back(parameters, started.cookie))

        nothing_connected(flow)

    def test_two_names_connect_nothing(self, flow: Flow) -> None:
        started = flow.start()
        named = [("iss", flow.issuer), ("iss", flow.issuer)]

        refused(flow.come_back([*flow.consent(started).items(), *named], started.cookie))

        nothing_connected(flow)

    def test_an_answer_in_the_platforms_own_name_connects(self, flow: Flow) -> None:
        started = flow.start()

        answer = flow.come_back({**flow.consent(started), "iss": flow.issuer}, started.cookie)

        assert outcome(answer) == "connected"

    def test_no_proof_key_is_sent_that_the_platform_would_not_check(self, flow: Flow) -> None:
        """Neither platform documents PKCE for the web; half of it would look like a protection."""
        started = flow.start()
        flow.come_back(flow.consent(started), started.cookie)

        [call] = flow.token_calls()
        assert "code_challenge" not in started.url
        assert "code_verifier" not in call["body"]

    # An account that somebody else has.

    def test_a_conflict_revokes_nothing_of_whoever_is_connected(self, flow: Flow) -> None:
        assert outcome(flow.connect()) == "connected"
        row = flow.connection()
        assert row is not None
        theirs = {entry["token"] for entry in flow.sandbox.tokens() if entry["account"] == flow.account_id}
        person = flow.project.stranger

        assert outcome(flow.connect(person, person.create_project("Elsewhere"))) == "connected_elsewhere"

        alive = {entry["token"] for entry in flow.sandbox.tokens() if entry["live"]}
        assert self.long_lived(flow, theirs) <= alive
        assert [call for call in flow.calls() if call["endpoint"].endswith((".revoke", ".permissions"))] == []
        assert person.read("connections", select="id") == []
        assert flow.connection() == row

    def long_lived(self, flow: Flow, tokens: set[str]) -> set[str]:
        """Those that are kept."""
        held = flow.held_tokens()
        assert held
        assert held <= tokens
        return held

    def test_a_permission_that_was_left_out_stores_no_token_and_revokes_nothing(self, flow: Flow) -> None:
        left_out = {"instagram": "instagram_business_content_publish", "tiktok": "video.publish"}[self.platform]

        assert outcome(flow.connect(leave_out=left_out)) == "permission_missing"

        assert (flow.connection(), flow.tokens(), flow.held_tokens()) == (None, None, set())
        assert len(flow.token_calls()) == 1
        assert [call for call in flow.calls() if call["endpoint"].endswith((".revoke", ".permissions"))] == []

    # A token endpoint gone bad. The code was sent to it once; nothing it says is believed further than its shape.

    def test_an_answer_that_is_none_connects_nothing(self, flow: Flow) -> None:
        assert_broken(flow, UNREADABLE)

    def test_what_cannot_be_a_token_is_sent_nowhere(self, flow: Flow, written: Callable[[], str]) -> None:
        granted = GRANTED[self.platform]
        spoilt = {
            f"{name} {ascii(token)[:60]}": granted | {name: token}
            for token in NO_TOKENS
            for name in TOKENS[self.platform]
        }
        assert_broken(flow, {name: {"kind": "wrong_shape", "body": body} for name, body in spoilt.items()})

        assert "made-up" not in written() + flow.written()

    def test_an_answer_under_a_wrong_label_is_believed_no_further(self, flow: Flow, written: Callable[[], str]) -> None:
        """The label decides nothing in either direction: what it holds is tried, and the platform does not know it."""
        for label in ("text/html", "text/plain", "image/png", "application/x-www-form-urlencoded", ""):
            answer = {"status": 200, "body": GRANTED[self.platform], "headers": {"content-type": label}}
            flow.sandbox.fault(f"{self.platform}.token", {"kind": "status", **answer}, account=flow.account_id)

            assert outcome(flow.connect()) in ("code_rejected", "platform_unavailable"), label
            assert (flow.connection(), flow.tokens()) == (None, None), label

        assert "made-up" not in written() + flow.written()

    def test_a_redirect_takes_neither_code_nor_secret_with_it(self, flow: Flow) -> None:
        location = f"{flow.consent_origin}/{self.platform}-api/stolen-{flow.account_id}"
        answer = {"kind": "status", "body": GRANTED[self.platform], "headers": {"location": location}}
        assert_broken(
            flow, {str(status): answer | {"status": status} for status in (300, 301, 302, 303, 304, 307, 308)}
        )

        assert [call for call in flow.sandbox.journal(f"{self.platform}.unknown") if "stolen" in call["path"]] == []

    def test_an_answer_that_drips_is_given_up(self, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a shorter patience than the real one."""
        patience = failures.call.__kwdefaults__
        assert patience
        monkeypatch.setitem(patience, "seconds", 0.5)

        assert_broken(flow, {"a byte now and then": {"kind": "slow_drip", "interval": 0.2}})


def start_again(flow: Flow) -> Started:
    """However often somebody did so before."""
    leave(flow.db, flow.project.owner.user, "connect", 1)
    return flow.start()


def settings_page(flow: Flow) -> str:
    return f"{flow.app_url}/settings/connections"


def came_back(flow: Flow, query: str, started: Started, *, cookie: bytes | None = None) -> httpx.Response:
    """With a query and cookies as they are, bytes that no browser would send among them."""
    headers: Sequence[tuple[bytes, bytes]] = [(b"cookie", started.cookie.encode() if cookie is None else cookie)]
    request = flow.client.build_request("GET", f"/api/oauth/{flow.platform}/callback", headers=headers)
    request.url = request.url.copy_with(query=query.encode())
    return flow.client.send(request)


def assert_ours(flow: Flow, answer: httpx.Response) -> None:
    """To Settings, or nowhere; with nothing of what came in the address."""
    assert answer.status_code in (303, 400)
    assert "evil" not in answer.text + str(answer.headers)
    if answer.status_code == 303:
        address, query = location_of(answer)
        assert (address, query["project"], query["platform"]) == (settings_page(flow), flow.project.id, flow.platform)
        assert query.keys() == {"project", "platform", "connect"}
        assert urlsplit(answer.headers["location"]).netloc == urlsplit(flow.app_url).netloc


def assert_broken(flow: Flow, faults: Mapping[str, dict[str, Any]]) -> None:
    """After each of them the code is not sent again, and the platform is asked nothing more."""
    for name, fault in faults.items():
        leave(flow.db, flow.project.owner.user, "connect", 1)
        flow.sandbox.fault(f"{flow.platform}.token", fault, account=flow.account_id)

        assert outcome(flow.connect()) == "platform_unavailable", name
        assert (flow.connection(), flow.tokens()) == (None, None), name

    assert [call["endpoint"] for call in flow.calls()] == [f"{flow.platform}.token"] * len(faults)
