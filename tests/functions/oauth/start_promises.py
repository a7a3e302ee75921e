"""What the start of a connect promises on either platform."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.functions.oauth.flow import Flow, Platform
from tests.limits import LIMITS, leave, told_to_wait, wait


class StartPromises:
    platform: ClassVar[Platform]
    # By hand on purpose: to ask for more is a change of the Data Policy first.
    authorization: ClassVar[dict[str, str]]

    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
    def test_nobody_below_an_editor_starts_anything(self, flow: Flow, role: str, status: int) -> None:
        answer = flow.ask(getattr(flow.project, role))

        assert answer.status_code == status
        assert "set-cookie" not in answer.headers
        assert states_of(flow) == 0

    @pytest.mark.parametrize("role", ["owner", "editor"])
    def test_who_may_change_the_project_may_start(self, flow: Flow, role: str) -> None:
        assert flow.ask(getattr(flow.project, role)).status_code == 200
        assert states_of(flow) == 1

    def test_a_stranger_cannot_tell_the_project_from_one_that_never_was(self, flow: Flow) -> None:
        hidden, absent = flow.ask(flow.project.stranger), flow.ask(flow.project.stranger, str(uuid.uuid4()))

        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())

    def test_beyond_the_limit_nothing_is_started(self, flow: Flow) -> None:
        person = flow.project.owner
        leave(flow.db, person.user, "connect", 0)
        answer = flow.ask(person)
        seconds = told_to_wait(answer, "too_many_connects")

        assert 1 <= seconds <= LIMITS["connect"].step
        assert "set-cookie" not in answer.headers
        assert states_of(flow) == 0
        assert flow.ask(flow.project.editor).status_code == 200, "the limit is a person's, not the project's"
        wait(flow.db, person.user, seconds)

        assert flow.ask(person).status_code == 200

    def test_of_fifty_starts_at_once_no_more_than_are_left_begin(self, flow: Flow) -> None:
        leave(flow.db, flow.project.owner.user, "connect", 3)
        with ThreadPoolExecutor(50) as threads:
            statuses = [answer.status_code for answer in threads.map(lambda _: flow.ask(flow.project.owner), range(50))]

        assert sorted(statuses) == [200] * 3 + [429] * 47
        assert states_of(flow) == 3

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer"}, {"authorization": "Basic YTpi"}])
    def test_the_anonymous_start_nothing(self, flow: Flow, headers: dict[str, str]) -> None:
        body = {"project_id": flow.project.id}
        answer = flow.client.post(f"/api/oauth/{self.platform}/start", json=body, headers=headers)

        assert answer.status_code == 401
        assert states_of(flow) == 0

    def test_a_form_on_another_site_starts_nothing(self, flow: Flow) -> None:
        """A browser would send its cookies along, and no cookie of ours signs anybody in."""
        answer = flow.client.post(
            f"/api/oauth/{self.platform}/start",
            data={"project_id": flow.project.id},
            headers={"origin": "https://evil.example", "cookie": f"sb-access-token={flow.project.owner.user.token}"},
        )

        assert answer.status_code == 401
        assert states_of(flow) == 0

    def test_a_script_on_another_site_may_not_ask(self, flow: Flow) -> None:
        """To send a token along it needs a permission that nobody gets."""
        answer = flow.client.options(
            f"/api/oauth/{self.platform}/start",
            headers={
                "origin": "https://evil.example",
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization, content-type",
            },
        )

        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert states_of(flow) == 0

    @pytest.mark.parametrize("name", ["redirect_uri", "scope", "state", "user_id", "return_to"])
    def test_the_caller_cannot_bring_parameters_of_the_authorization(self, flow: Flow, name: str) -> None:
        body = {"project_id": flow.project.id, name: "https://evil.example"}
        answer = flow.client.post(
            f"/api/oauth/{self.platform}/start", json=body, headers=flow.project.owner.user.headers
        )

        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [name]

    @pytest.mark.parametrize(
        "headers",
        [
            {"host": "evil.example"},
            {"x-forwarded-host": "evil.example", "x-forwarded-proto": "http"},
            {"forwarded": "host=evil.example;proto=http"},
            {"origin": "https://evil.example", "referer": "https://evil.example/"},
        ],
        ids="+".join,
    )
    def test_no_header_changes_the_redirect_uri(self, flow: Flow, headers: dict[str, str]) -> None:
        answer = flow.ask(flow.project.owner, **headers)

        assert parse_qs(urlsplit(answer.json()["authorization_url"]).query)["redirect_uri"] == [flow.redirect_uri]
        assert "evil" not in answer.text + str(answer.headers)

    def test_the_authorization_asks_for_the_scopes_of_the_policy_and_nothing_more(self, flow: Flow) -> None:
        started = flow.start()
        query = {name: "|".join(values) for name, values in parse_qs(urlsplit(started.url).query).items()}

        clients = {name: query.pop(name) for name in ("client_id", "client_key") if name in query}
        assert len(clients) == 1
        assert query == {
            **self.authorization,
            "redirect_uri": flow.redirect_uri,
            "response_type": "code",
            "state": started.state,
        }

    def test_the_cookie_is_out_of_reach_of_scripts_sites_and_subdomains(self, flow: Flow) -> None:
        header = flow.ask(flow.project.owner).headers.get_list("set-cookie")

        assert len(header) == 1
        pair, *attributes = header[0].split("; ")
        assert pair.startswith("__Host-")
        assert len(pair.partition("=")[2]) >= 43
        assert {attribute.lower() for attribute in attributes} == {
            "httponly",
            "secure",
            "path=/",
            "samesite=lax",
            "max-age=600",
        }

    def test_the_answer_holds_the_address_and_not_the_cookie(self, flow: Flow) -> None:
        answer = flow.ask(flow.project.owner)
        cookie = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]

        assert answer.json().keys() == {"authorization_url", "expires_in"}
        assert cookie not in answer.text

    def test_every_start_has_a_state_and_a_cookie_of_its_own(self, flow: Flow) -> None:
        one, other = flow.start(), flow.start()

        assert len(one.state) >= 43
        names, values = zip(*(started.cookie.split("=", 1) for started in (one, other)), strict=True)
        assert len({one.state, other.state, *names, *values}) == 6
        assert not [name for name in names if one.state in name or other.state in name]

    def test_the_database_holds_hashes_bound_to_user_project_and_platform(self, flow: Flow) -> None:
        started = flow.start(flow.project.editor)
        cookie = started.cookie.partition("=")[2]
        row = flow.oauth_state(sha256(started.state))

        assert row is not None
        assert row["cookie_hash"] == sha256(cookie)
        assert (str(row["user_id"]), str(row["project_id"])) == (flow.project.editor.user.id, flow.project.id)
        assert row["platform"] == self.platform
        assert row["consumed_at"] is None
        assert row["expires_at"] - row["created_at"] == timedelta(minutes=10)
        assert row["expires_at"] > datetime.now(UTC)

    def test_neither_state_nor_cookie_is_kept_or_logged(self, flow: Flow, written: Callable[[], str]) -> None:
        started = flow.start()
        kept, logged = flow.written(), written()

        assert f"oauth/{self.platform}/start" in logged
        for secret in (started.state, started.cookie.partition("=")[2], flow.project.owner.user.token):
            assert secret not in kept
            assert secret not in logged


def states_of(flow: Flow) -> int:
    query = "select count(*) from private.oauth_states where project_id = %s"
    row = flow.db.execute(query, (flow.project.id,)).fetchone()
    assert row is not None
    return int(row[0])


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
