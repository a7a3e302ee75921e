"""What the end of a connect promises on either platform. Attacks first; each also counts the token calls it caused."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox.stack.clients import Supabase
from shared.secret import Secret
from shared.vault import CannotOpen, Place
from tests.functions.oauth.flow import OTHER, Flow, Platform, Started, outcome

Kind = Literal["access", "refresh"]

XSS = "<script>alert('marker')</script>\"'><img src=x onerror=marker>"
RANDOM = "A" * 43
# By hand on purpose: whatever else would be kept beside a token is looked at first.
TOKEN_COLUMNS = {
    "connection_id",
    "access_token",
    "refresh_token",
    "access_expires_at",
    "refresh_expires_at",
    "issued_at",
    "version",
    "refresh_lease_until",
}


class CallbackPromises:
    platform: ClassVar[Platform]
    # What the platform is asked after the code was redeemed.
    later_calls: ClassVar[Sequence[str]]

    # A state works once, in time, here, in the browser that got it.

    def test_a_replayed_callback_connects_nothing_more(self, flow: Flow) -> None:
        started = flow.start()
        parameters = flow.consent(started)
        assert outcome(flow.come_back(parameters, started.cookie)) == "connected"
        before = flow.tokens()

        refused(flow.come_back(parameters, started.cookie))

        assert flow.tokens() == before
        assert len(flow.token_calls()) == 1

    def test_a_replayed_state_redeems_no_second_code(self, flow: Flow) -> None:
        started = flow.start()
        flow.come_back(flow.consent(started, decision="cancel"), started.cookie)

        refused(flow.come_back(flow.consent(started), started.cookie))

        nothing_connected(flow)

    def test_a_state_that_expired_a_second_ago_connects_nothing(self, flow: Flow) -> None:
        started = flow.start()
        parameters = flow.consent(started)
        expires_in(flow, started, seconds=-1)

        refused(flow.come_back(parameters, started.cookie))

        nothing_connected(flow)

    def test_a_state_works_until_its_end(self, flow: Flow) -> None:
        started = flow.start()
        expires_in(flow, started, seconds=20)

        assert outcome(flow.come_back(flow.consent(started), started.cookie)) == "connected"

    @pytest.mark.parametrize(
        "cookie", ["", "{name}=", "{name}=wrong", "{name}={value}x", "{name}x={value}", "a={value}"]
    )
    def test_a_stolen_state_without_its_cookie_connects_nothing(self, flow: Flow, cookie: str) -> None:
        started = flow.start()
        name, _, value = started.cookie.partition("=")

        refused(flow.come_back(flow.consent(started), cookie.format(name=name, value=value)))

        nothing_connected(flow)

    def test_a_state_that_was_seen_in_the_wrong_browser_is_spent_in_the_right_one(self, flow: Flow) -> None:
        started = flow.start()
        parameters = flow.consent(started)
        refused(flow.come_back(parameters, ""))

        refused(flow.come_back(parameters, started.cookie))

        nothing_connected(flow)

    def test_a_state_in_another_persons_browser_connects_nothing(self, flow: Flow) -> None:
        """Otherwise a link could connect the sender's account to the project of whoever opens it."""
        mine, theirs = flow.start(flow.project.owner), flow.start(flow.project.editor)

        refused(flow.come_back(flow.consent(mine), theirs.cookie))

        nothing_connected(flow)

    @pytest.mark.parametrize("planted", ["", "short", "x" * 43], ids=["nothing", "short", "well formed"])
    def test_who_starts_past_the_endpoint_cannot_do_without_a_cookie(
        self, flow: Flow, supabase: Supabase, planted: str
    ) -> None:
        """The function behind start is open to every user, and its caller chooses the hash of the cookie."""
        attacker, state = flow.project.stranger, secrets.token_urlsafe(32)
        mine = attacker.create_project("Evil")
        arguments = {
            "p_project_id": mine,
            "p_platform": self.platform,
            "p_state_hash": hashlib.sha256(state.encode()).hexdigest(),
            "p_cookie_hash": hashlib.sha256(planted.encode()).hexdigest(),
        }
        with supabase.as_user(attacker.user) as rest:
            rest.post("/rpc/start_connection", json=arguments).raise_for_status()

        answer = flow.come_back({"code": "AQstolen", "state": state}, "")

        assert answer.status_code == 400
        assert flow.token_calls() == []
        assert attacker.read("connections", select="id") == []

    def test_another_persons_cookie_under_the_right_name_connects_nothing(self, flow: Flow) -> None:
        mine, theirs = flow.start(flow.project.owner), flow.start(flow.project.editor)
        forged = mine.cookie.partition("=")[0] + "=" + theirs.cookie.partition("=")[2]

        refused(flow.come_back(flow.consent(mine), forged))

        nothing_connected(flow)

    def test_a_state_of_the_other_platform_connects_nothing_and_is_spent(self, flow: Flow) -> None:
        """The mix-up attack: a code of one platform would be handed to the token endpoint of the other."""
        started = flow.start()
        parameters = flow.consent(started)
        elsewhere = flow.client.get(
            f"/api/oauth/{OTHER[self.platform]}/callback", params=parameters, headers={"cookie": started.cookie}
        )

        refused(elsewhere)
        refused(flow.come_back(parameters, started.cookie))

        nothing_connected(flow)

    def test_of_twenty_callbacks_at_once_one_connects(self, flow: Flow) -> None:
        started = flow.start()
        parameters = flow.consent(started)
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: flow.come_back(parameters, started.cookie), range(20)))

        assert sorted(answer.status_code for answer in answers) == [303] + [400] * 19
        assert [outcome(answer) for answer in answers if answer.status_code == 303] == ["connected"]
        assert len(flow.token_calls()) == 1

    # What comes with the state.

    @pytest.mark.parametrize(
        "state",
        [
            None,
            "",
            "short",
            RANDOM,
            RANDOM + "A",
            f"{RANDOM[:-1]}=",
            f"{RANDOM[:-1]}\u0000",
            "é" * 43,
            "' or 1=1 --",
            XSS,
        ],
    )
    def test_a_made_up_state_connects_nothing(self, flow: Flow, state: str | None) -> None:
        code = flow.consent(flow.start())["code"]
        parameters = {"code": code} | ({} if state is None else {"state": state})

        answer = flow.come_back(parameters, "__Host-oauth_x=y")

        refused(answer)
        assert "marker" not in answer.text
        nothing_connected(flow)

    def test_two_states_connect_nothing(self, flow: Flow) -> None:
        mine, other = flow.start(), flow.start()
        parameters = [*flow.consent(mine).items(), ("state", other.state)]

        refused(flow.come_back(parameters, f"{mine.cookie}; {other.cookie}"))

        nothing_connected(flow)

    def test_the_same_state_twice_connects_nothing(self, flow: Flow) -> None:
        started = flow.start()

        refused(flow.come_back([*flow.consent(started).items(), ("state", started.state)], started.cookie))

        nothing_connected(flow)

    @pytest.mark.parametrize(
        "codes",
        [[], [""], ["#_"], ["x" * 4097], ["x" * 10_000], ["{code}", "{code}"], ["{code}", "other"]],
        ids=["none", "empty", "only a fragment", "4097 characters", "10 kB", "twice", "two"],
    )
    def test_without_exactly_one_sound_code_nothing_is_asked(self, flow: Flow, codes: list[str]) -> None:
        started = flow.start()
        genuine = flow.consent(started)["code"]
        parameters = [("state", started.state), *(("code", code.format(code=genuine)) for code in codes)]

        answer = flow.come_back(parameters, started.cookie)

        assert outcome(answer) == "code_rejected"
        nothing_connected(flow)
        refused(flow.come_back({"state": started.state, "code": genuine}, started.cookie))
        nothing_connected(flow)

    def test_a_code_that_the_platform_never_gave_connects_nothing(self, flow: Flow) -> None:
        started = flow.start()

        answer = flow.come_back({"state": started.state, "code": "made-up"}, started.cookie)

        assert outcome(answer) == "code_rejected"
        assert flow.connection() is None

    def test_refused_consent_spends_the_state_and_leaves_nothing(self, flow: Flow) -> None:
        started = flow.start()

        answer = flow.come_back(flow.consent(started, decision="cancel"), started.cookie)

        assert outcome(answer) == "cancelled"
        row = flow.oauth_state(sha256(started.state))
        assert row is not None
        assert row["consumed_at"] is not None
        nothing_connected(flow)

    @pytest.mark.parametrize("error", ["access_denied", "server_error", "", XSS])
    def test_an_error_wins_over_a_code_beside_it(self, flow: Flow, error: str) -> None:
        started = flow.start()

        answer = flow.come_back([*flow.consent(started).items(), ("error", error)], started.cookie)

        assert outcome(answer) == ("cancelled" if error == "access_denied" else "platform_unavailable")
        nothing_connected(flow)

    @pytest.mark.parametrize("known_state", [True, False])
    def test_what_the_platform_says_is_never_shown(self, flow: Flow, known_state: bool) -> None:
        started = flow.start()
        state = started.state if known_state else RANDOM
        words = dict.fromkeys(("error_description", "error_reason", "error_message", "error_uri"), XSS)

        answer = flow.come_back({"state": state, "error": "access_denied", **words}, started.cookie)

        assert answer.status_code == (303 if known_state else 400)
        assert "marker" not in answer.text + str(answer.headers)
        nothing_connected(flow)

    @pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
    def test_a_look_ahead_does_not_spend_the_state(self, flow: Flow, method: str) -> None:
        started = flow.start()
        parameters = flow.consent(started)
        path = f"/api/oauth/{self.platform}/callback"
        ahead = flow.client.request(method, path, params=parameters, headers={"cookie": started.cookie})
        assert ahead.status_code == 405
        nothing_connected(flow)

        assert outcome(flow.come_back(parameters, started.cookie)) == "connected"

    # The way back to Settings is a constant.

    @pytest.mark.parametrize("name", ["return_to", "redirect_uri", "next", "project", "user_id", "connect"])
    def test_no_parameter_changes_where_the_browser_goes(self, flow: Flow, name: str) -> None:
        started = flow.start()

        answer = flow.come_back({**flow.consent(started), name: "https://evil.example/marker"}, started.cookie)

        assert location_of(answer) == (f"{flow.app_url}/settings/connections", {
            "project": flow.project.id, "platform": self.platform, "connect": "connected",
        })  # fmt: skip

    # What the person granted, and who they are.

    def test_a_permission_that_was_left_out_leaves_no_row(self, flow: Flow) -> None:
        left_out = {"instagram": "instagram_business_content_publish", "tiktok": "video.publish"}[self.platform]

        assert outcome(flow.connect(leave_out=left_out)) == "permission_missing"
        assert flow.connection() is None

    @pytest.mark.parametrize(("role", "code"), [("viewer", "role_too_low"), (None, "not_found")])
    def test_who_may_no_longer_change_the_project_connects_nothing(
        self, flow: Flow, role: str | None, code: str
    ) -> None:
        started = flow.start(flow.project.editor)
        parameters = flow.consent(started)
        editor = (flow.project.id, flow.project.editor.user.id)
        if role is None:
            flow.db.execute("delete from public.project_members where project_id = %s and user_id = %s", editor)
        else:
            flow.db.execute(
                "update public.project_members set role = %s where project_id = %s and user_id = %s", (role, *editor)
            )

        assert outcome(flow.come_back(parameters, started.cookie)) == code
        assert flow.connection() is None

    @pytest.mark.parametrize(("role", "code"), [("viewer", "role_too_low"), ("stranger", "not_found")])
    def test_the_transaction_that_stores_asks_again(self, flow: Flow, supabase: Supabase, role: str, code: str) -> None:
        """The role may have changed while the platform was answering."""
        assert store_as_system(flow, supabase, flow.project.id, getattr(flow.project, role).user.id) == code
        assert flow.connection() is None

    def test_the_transaction_that_stores_moves_no_account(self, flow: Flow, supabase: Supabase) -> None:
        """Two projects may connect one account at the same moment."""
        flow.connect()
        before = flow.connection(), flow.tokens()
        person = flow.project.stranger

        theirs = person.create_project("Elsewhere")

        assert store_as_system(flow, supabase, theirs, person.user.id) == "connected_elsewhere"
        assert (flow.connection(), flow.tokens()) == before

    @pytest.mark.parametrize("gone", ["public.projects", "auth.users"])
    def test_a_state_goes_with_its_project_and_its_person(self, flow: Flow, gone: str) -> None:
        started = flow.start(flow.project.editor)
        parameters = flow.consent(started)
        row_id = flow.project.id if gone == "public.projects" else flow.project.editor.user.id
        flow.db.execute(f"delete from {gone} where id = %s", (row_id,))

        refused(flow.come_back(parameters, started.cookie))

        nothing_connected(flow)

    def test_an_account_of_another_project_is_an_explicit_conflict_and_stays_there(self, flow: Flow) -> None:
        assert outcome(flow.connect()) == "connected"
        before = flow.connection(), flow.tokens()
        mine = flow.project.owner.create_project("Second")
        theirs = flow.project.stranger.create_project("Elsewhere")

        for person, project_id in ((flow.project.owner, mine), (flow.project.stranger, theirs)):
            assert outcome(flow.connect(person, project_id)) == "connected_elsewhere"

        assert (flow.connection(), flow.tokens()) == before

    # A platform at its worst.

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "html_502"},
            {"kind": "huge_body"},
            {"kind": "drop_before"},
            {"kind": "drop_after"},
            {"kind": "malformed_json"},
            {"kind": "empty_body"},
            {"kind": "wrong_shape"},
            {"kind": "wrong_shape", "body": {"access_token": ""}},
            {"kind": "wrong_shape", "body": {"access_token": "marker-token"}},
            {"kind": "status", "status": 503, "body": {"access_token": "marker-token"}},
        ],
        ids=lambda fault: "-".join(str(value) for value in fault.values()),
    )
    def test_a_token_endpoint_that_misbehaves_connects_nothing(
        self, flow: Flow, fault: dict[str, Any], written: Callable[[], str]
    ) -> None:
        flow.sandbox.fault(f"{self.platform}.token", fault, account=flow.account_id)

        answer = flow.connect()

        assert outcome(answer) == "platform_unavailable"
        assert flow.connection() is None
        assert len(flow.token_calls()) == 1, "a code is never sent a second time"
        assert "marker-token" not in written() + flow.written()

    @pytest.mark.parametrize("status", [302, 307])
    def test_a_redirect_of_the_token_endpoint_is_not_followed(self, flow: Flow, status: int) -> None:
        host = {"instagram": "instagram-api", "tiktok": "tiktok-api"}[self.platform]
        location = f"{sandbox_url(flow)}/{host}/leak-{flow.account_id}"
        fault = {"kind": "status", "status": status, "body": {}, "headers": {"location": location}}
        flow.sandbox.fault(f"{self.platform}.token", fault, account=flow.account_id)

        assert outcome(flow.connect()) == "platform_unavailable"

        assert flow.connection() is None
        assert not [entry for entry in flow.sandbox.journal(f"{self.platform}.unknown") if "leak" in entry["path"]]

    def test_a_refusal_of_the_token_endpoint_connects_nothing(self, flow: Flow) -> None:
        flow.sandbox.fault(
            f"{self.platform}.token", {"kind": "error", "code": "invalid_grant"}, account=flow.account_id
        )

        assert outcome(flow.connect()) == "code_rejected"
        assert flow.connection() is None

    @pytest.mark.parametrize("kind", ["html_502", "huge_body", "drop_before", "malformed_json", "wrong_shape"])
    def test_trouble_after_the_code_was_redeemed_leaves_no_row(self, flow: Flow, kind: str) -> None:
        for endpoint in self.later_calls:
            flow.sandbox.fault(endpoint, {"kind": kind}, account=flow.account_id)

            assert outcome(flow.connect()) == "platform_unavailable"
            assert flow.connection() is None
            assert not [rule for rule in flow.sandbox.faults() if rule["account"] == flow.account_id]

    # When all is well.

    def test_the_rows_hold_what_the_policy_lists_and_nothing_else(self, flow: Flow) -> None:
        before = datetime.now(UTC)
        assert outcome(flow.connect(flow.project.editor)) == "connected"
        after = datetime.now(UTC)
        row = flow.connection()

        assert row is not None
        times = [row.pop(name) for name in ("connected_at", "status_since", "updated_at")]
        assert all(before - timedelta(seconds=5) <= time <= after + timedelta(seconds=5) for time in times)
        row.pop("id")
        assert {name: str(value) if name.endswith(("_id", "_by")) else value for name, value in row.items()} == {
            "project_id": flow.project.id,
            "platform": self.platform,
            "platform_account_id": flow.account_id,
            "connected_by": flow.project.editor.user.id,
            "status": "active",
            "status_reason": None,
            **self.identity(flow),
        }
        kept = flow.written()
        for never in ("of-the-person", "Of-The-Person", flow.account.get("union_id", "of-the-person")):
            assert never not in kept

    def identity(self, flow: Flow) -> dict[str, Any]:
        """The platform's own columns of a connection."""
        raise NotImplementedError

    def test_the_tokens_are_envelopes_that_open_only_in_their_place(self, flow: Flow) -> None:
        flow.connect()
        row, live = flow.tokens(), flow.sandbox_tokens()

        assert row is not None
        assert row.keys() == TOKEN_COLUMNS
        connection_id = str(row["connection_id"])
        kinds: tuple[Kind, ...] = ("access",) if self.platform == "instagram" else ("access", "refresh")
        for kind in kinds:
            envelope = row[f"{kind}_token"]
            assert flow.vault.open(envelope, Place(connection_id, self.platform, kind)).reveal() in live
            for elsewhere in (
                Place(flow.project.id, self.platform, kind),
                Place(connection_id, OTHER[self.platform], kind),
                Place(connection_id, self.platform, "refresh" if kind == "access" else "access"),
            ):
                with pytest.raises(CannotOpen):
                    flow.vault.open(envelope, elsewhere)
        assert (row["refresh_token"] is None) == ("refresh" not in kinds)

    def test_the_expiry_is_the_platforms(self, flow: Flow) -> None:
        flow.connect()
        row = flow.tokens()

        assert row is not None
        lives = {kind: row[f"{kind}_expires_at"] for kind in ("access", "refresh") if row[f"{kind}_expires_at"]}
        days = {"instagram": {"access": 60.0}, "tiktok": {"access": 2 / 24, "refresh": 180.0}}[self.platform]
        assert lives.keys() == days.keys()
        for kind, expires_at in lives.items():
            left = expires_at - datetime.now(UTC)
            assert timedelta(days=days[kind]) - timedelta(minutes=2) < left <= timedelta(days=days[kind], minutes=2)

    def test_no_secret_of_a_connect_stays_anywhere(self, flow: Flow, written: Callable[[], str]) -> None:
        started = flow.start()
        parameters = flow.consent(started)
        answer = flow.come_back(parameters, started.cookie)
        assert outcome(answer) == "connected"
        told, kept, logged = answer.text + str(answer.headers), flow.written(), written()

        tokens = flow.sandbox_tokens()
        assert tokens
        assert f"oauth/{self.platform}/callback" in logged
        for secret in (started.state, started.cookie.partition("=")[2], parameters["code"], *tokens):
            assert secret not in told
            assert secret not in kept
            assert secret not in logged

    def test_the_browser_lands_in_settings_without_its_cookie(self, flow: Flow) -> None:
        started = flow.start()
        answer = flow.come_back(flow.consent(started), started.cookie)

        assert answer.status_code == 303
        assert answer.text == ""
        assert location_of(answer) == (f"{flow.app_url}/settings/connections", {
            "project": flow.project.id, "platform": self.platform, "connect": "connected",
        })  # fmt: skip
        [ended] = answer.headers.get_list("set-cookie")
        assert ended.startswith(started.cookie.partition("=")[0] + "=")
        assert {"max-age=0", "path=/", "secure", "httponly"} <= {part.lower() for part in ended.split("; ")}

    def test_neither_answer_can_be_kept_framed_or_followed_back(self, flow: Flow) -> None:
        started = flow.start()
        for answer in (flow.come_back(flow.consent(started), started.cookie), flow.come_back({}, "")):
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]

    def test_two_tabs_do_not_disturb_each_other(self, flow: Flow) -> None:
        one, other = flow.start(), flow.start()
        cookies = f"{one.cookie}; {other.cookie}"

        assert outcome(flow.come_back(flow.consent(other), cookies)) == "connected"
        assert outcome(flow.come_back(flow.consent(one), cookies)) == "connected"

    def test_a_fragment_that_became_part_of_the_code_is_cut_off(self, flow: Flow) -> None:
        """Instagram ends its redirect in #_, and some browsers and proxies send that along."""
        started = flow.start()
        parameters = flow.consent(started)

        answer = flow.come_back({**parameters, "code": parameters["code"] + "#_"}, started.cookie)

        assert outcome(answer) == "connected"

    def test_connecting_again_keeps_the_connection_and_replaces_its_tokens(self, flow: Flow) -> None:
        flow.connect()
        connection, tokens = flow.connection(), flow.tokens()
        assert connection is not None
        assert tokens is not None
        flow.sandbox.change_account(flow.account_id, **self.renamed)

        assert outcome(flow.connect(flow.project.editor)) == "connected"

        again, renewed = flow.connection(), flow.tokens()
        assert again is not None
        assert renewed is not None
        assert again["id"] == connection["id"]
        assert again["display_name"] == "Renamed"
        assert str(again["connected_by"]) == flow.project.editor.user.id
        assert renewed["access_token"] != tokens["access_token"]
        assert renewed["refresh_token"] != tokens["refresh_token"] or tokens["refresh_token"] is None
        assert renewed["version"] > tokens["version"]
        opened = flow.vault.open(renewed["access_token"], Place(str(again["id"]), self.platform, "access"))
        assert opened.reveal() in flow.sandbox_tokens()

    renamed: ClassVar[dict[str, str]]

    def test_connecting_again_mends_a_connection_that_needs_it(self, flow: Flow) -> None:
        flow.connect()
        connection = flow.connection()
        assert connection is not None
        flow.db.execute("delete from private.connection_tokens where connection_id = %s", (connection["id"],))
        flow.db.execute(
            "update public.connections set status = 'needs_reconnect', status_reason = 'token_expired' where id = %s",
            (connection["id"],),
        )

        assert outcome(flow.connect()) == "connected"

        again, tokens = flow.connection(), flow.tokens()
        assert again is not None
        assert (again["id"], again["status"], again["status_reason"]) == (connection["id"], "active", None)
        assert tokens is not None
        assert tokens["connection_id"] == connection["id"]


def refused(answer: httpx.Response) -> None:
    """A page for the person in front of the browser: one and the same for every reason."""
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "This connection attempt cannot be completed" in answer.text
    assert "location" not in answer.headers


def nothing_connected(flow: Flow) -> None:
    assert (flow.connection(), flow.tokens()) == (None, None)
    assert flow.token_calls() == []


def store_as_system(flow: Flow, supabase: Supabase, project_id: str, user_id: str) -> str:
    """The code of the refusal, with a genuine account and genuine envelopes."""
    connection_id, tiktok = str(uuid.uuid4()), flow.platform == "tiktok"
    envelope = flow.vault.seal(Secret("token"), Place(connection_id, flow.platform, "access"))
    connection = {
        "id": connection_id,
        "project_id": project_id,
        "platform": flow.platform,
        "platform_account_id": flow.account_id,
        "callback_ids": [flow.account_id],
        "display_name": "Somebody",
        "account_type": None if tiktok else "BUSINESS",
        "connected_by": user_id,
    }
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    tokens = {"access_token": envelope, "access_expires_at": later}
    with supabase.as_service() as rest:
        answer = rest.post("/rpc/store_connection", json={"p_connection": connection, "p_tokens": tokens})
    return str(answer.json()["message"])


def location_of(answer: httpx.Response) -> tuple[str, dict[str, str]]:
    parts = urlsplit(answer.headers["location"])
    assert not parts.fragment
    return f"{parts.scheme}://{parts.netloc}{parts.path}", {
        name: "|".join(values) for name, values in parse_qs(parts.query).items()
    }


def expires_in(flow: Flow, started: Started, *, seconds: int) -> None:
    moved = flow.db.execute(
        "update private.oauth_states set expires_at = now() + make_interval(secs => %s) where state_hash = %s",
        (seconds, sha256(started.state)),
    )
    assert moved.rowcount == 1


def sandbox_url(flow: Flow) -> str:
    """Where the simulated platform lives, as the consent page's address shows it."""
    parts = urlsplit(flow.start().url)
    return f"{parts.scheme}://{parts.netloc}"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
