"""The check before the click: who may ask, what it says of each item and of the account, and that it only looks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import TIKTOK_CHOICES, Creator, instagram_photo, instagram_reel
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from shared.publishing.draft import DRAFT
from shared.publishing.preflight import Preflight, preflight
from shared.secret import Secret
from tests.functions.drafts import Draft, MakeDraft
from tests.limits import LIMITS, leave, told_to_wait, wait
from tests.people import Connected, Project
from tests.shared.publishing.clicks import RuntimeAt

pytest_plugins = ["tests.shared.publishing.desk", "tests.functions.drafts"]

Json = dict[str, Any]
READING = {"instagram": ["instagram.limit"], "tiktok": ["tiktok.creator_info"]}
PLATFORMS = sorted(READING)
SILENCE: list[Json] = [
    {"kind": "drop_before"}, {"kind": "html_502"}, {"kind": "malformed_json"}, {"kind": "wrong_shape"},
    {"kind": "status", "status": 500, "body": None},
]  # fmt: skip


@pytest.fixture
def settings(sandbox: SandboxControl, prompt: None) -> Iterator[Any]:
    before = sandbox.settings()
    yield sandbox.settings
    sandbox.settings(**before)


def only_problem(made: Draft, **changes: Any) -> Json:
    (problem,) = made.check(**changes)["problems"]
    return dict(problem)


# Who may


@pytest.fixture
def of_project(project: Project, connect: Any, photo: dict[str, str], sandbox: SandboxControl, db: Any) -> Draft:
    connected: Connected = connect(project, "instagram")
    return Draft(instagram_photo(connection_id=connected.id, **photo), connected, project.owner, sandbox, db)


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_who_may_publish_may_ask(project: Project, of_project: Draft, role: str) -> None:
    asker: Creator = getattr(project, role)
    answer = of_project.ask(by=asker)
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


@pytest.mark.parametrize(("role", "status", "code"), [("viewer", 403, "role_too_low"), ("stranger", 404, "not_found")])
def test_who_may_not_publish_learns_nothing(
    project: Project, of_project: Draft, role: str, status: int, code: str
) -> None:
    answer = of_project.ask(by=getattr(project, role))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "instagram.limit" not in of_project.sent()


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer a.b.c"])
def test_nobody_asks_without_being_signed_in(api: httpx.Client, of_project: Draft, authorization: str | None) -> None:
    headers = {"authorization": authorization} if authorization else {}
    answer = api.post("/api/preflight", json=of_project.body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("part", ["content_id", "connection_id", "media_asset_id"])
def test_nothing_of_another_project_is_looked_at(draft: MakeDraft, part: str) -> None:
    mine, other = draft("instagram"), draft("instagram")
    change: Json = {part: other.body.get(part)}
    if part == "media_asset_id":
        change = {"media": other.body["media"]}
    answer = mine.ask(**change)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] in ("not_found", "media_not_ready")
    assert "instagram.limit" not in other.sent()


def test_a_cover_of_another_content_is_refused_as_the_click_would_be(draft: MakeDraft, samples: Samples) -> None:
    made, other = draft("instagram", "reel"), draft("instagram")
    answer = made.ask(instagram={"cover_asset_id": other.body["media"][0]["media_asset_id"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "media_not_ready")


# The kind


@pytest.mark.parametrize(
    ("platform", "kind", "items"),
    [
        ("instagram", "photo", 1),
        ("instagram", "reel", 1),
        ("instagram", "story", 1),
        ("instagram", "carousel", 2),
        ("instagram", "carousel", 10),
        ("tiktok", "video", 1),
        ("tiktok", "photo", 1),
        ("tiktok", "photo", 35),
    ],
)
def test_the_kind_follows_from_the_media(draft: MakeDraft, platform: str, kind: str, items: int) -> None:
    shown = draft(platform, kind, items=items).check()
    assert (shown["kind"], shown["problems"], shown["ready"], shown["not_checked"]) == (kind, [], True, [])


def test_a_video_for_a_story_is_a_story(draft: MakeDraft) -> None:
    assert draft("instagram", "reel").check(caption="", instagram={"story": True})["kind"] == "story"


@pytest.mark.parametrize("case", ["story of two", "two videos", "photo and video"])
def test_what_no_platform_takes_together_is_refused(draft: MakeDraft, samples: Samples, case: str) -> None:
    if case == "story of two":
        answer = draft("instagram", "carousel", items=2).ask(caption="", instagram={"story": True})
    else:
        made = draft("tiktok", "video")
        kind = ("video", "video/mp4") if case == "two videos" else ("photo", "image/jpeg")
        second = made.owner.upload(made.body["content_id"], getattr(samples, kind[0]), kind[1])["id"]
        answer = made.ask(media=[*made.body["media"], {"media_asset_id": second}])
    assert (answer.status_code, answer.json()["code"]) == (422, "kind_not_supported")


@pytest.mark.parametrize(("platform", "kind", "items"), [("instagram", "carousel", 11), ("tiktok", "photo", 36)])
def test_more_items_than_a_platform_takes_are_refused(draft: MakeDraft, platform: str, kind: str, items: int) -> None:
    made = draft(platform, kind, items=items - 1)
    answer = made.ask(media=[*made.body["media"], made.body["media"][0]])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "media")


# What it says


def test_a_problem_names_the_item_the_limit_what_was_found_and_the_fix(draft: MakeDraft) -> None:
    made = draft("instagram", "carousel", items=3)
    made.change_item(2, byte_size=9 * 1024 * 1024)
    problem = made.check()["problems"][0]
    assert problem.keys() == {"code", "item", "what", "limit", "found", "fix"}
    assert (problem["code"], problem["item"]) == ("image_too_large", 2)
    assert (problem["limit"], problem["found"]) == ("8 MB", "9 MB")
    assert problem["what"].startswith("Item 3: ")
    assert "8 MB" in problem["fix"]


def test_every_broken_item_is_named_at_once(draft: MakeDraft) -> None:
    made = draft("instagram", "carousel", items=5)
    made.change_item(0, width=4000)
    made.change_item(1, duration_ms=1000, frame_rate=10.0)
    made.change_item(4, media_type="image/webp")
    shown = made.check(caption="#a " * 31)
    found = [(problem["code"], problem["item"]) for problem in shown["problems"]]
    assert found[:5] == [
        ("image_ratio_invalid", 0),
        ("duration_invalid", 1),
        ("frame_rate_invalid", 1),
        ("media_format_invalid", 4),
        ("caption_invalid", None),
    ]
    assert shown["ready"] is False


@pytest.mark.parametrize("caption", ["x" * 2201, "x" * 20_000])
def test_a_text_that_is_too_long_is_shown_and_not_refused(draft: MakeDraft, caption: str) -> None:
    assert draft("instagram").codes(caption=caption) == ["caption_invalid"]


def test_a_title_that_is_too_long_is_shown_and_not_refused(draft: MakeDraft) -> None:
    made = draft("tiktok", "photo")
    choices = made.request()["tiktok"] | {"title": "x" * 91}
    assert made.codes(tiktok=choices) == ["title_too_long"]


def test_the_words_speak_no_code(draft: MakeDraft) -> None:
    made = draft("tiktok", banned=True)
    problem = only_problem(made)
    assert "_" not in problem["what"] + problem["fix"]


# What only the platform knows


def test_the_live_quota_is_shown(draft: MakeDraft, settings: Any) -> None:
    settings(instagram={"quota_total": 7})
    made = draft("instagram")
    made.owner.publish(made.body).raise_for_status()
    assert made.check()["quota"] == {"used": 1, "total": 7}


def test_a_reached_quota_is_a_problem(draft: MakeDraft, settings: Any) -> None:
    made = draft("instagram")
    made.owner.publish(made.body).raise_for_status()
    settings(instagram={"quota_total": 1})
    shown = made.check()
    assert [problem["code"] for problem in shown["problems"]] == ["daily_limit"]
    assert shown["quota"] == {"used": 1, "total": 1}


def test_what_the_form_of_tiktok_must_show_is_there(draft: MakeDraft) -> None:
    made = draft("tiktok", nickname="Mia of the hills", comment_disabled=True, max_seconds=60)
    creator = made.check()["creator"]
    assert creator["nickname"] == "Mia of the hills"
    assert creator["comment_disabled"] is True
    assert creator["max_video_post_duration_sec"] == 60
    assert "SELF_ONLY" in creator["privacy_level_options"]


@pytest.mark.parametrize(
    ("account", "code"), [({"banned": True}, "account_blocked"), ({"posts_cap": 0}, "daily_limit")], ids=str
)
def test_an_account_that_may_not_post_now_is_a_problem_of_the_account(
    draft: MakeDraft, account: Json, code: str
) -> None:
    problem = only_problem(draft("tiktok", **account))
    assert (problem["code"], problem["item"]) == (code, None)
    assert problem["what"]
    assert problem["fix"]


def test_a_reached_cap_of_the_app_is_not_the_users_fault(draft: MakeDraft, settings: Any) -> None:
    settings(tiktok={"active_user_cap_reached": True})
    assert draft("tiktok").codes() == ["app_limit"]


def test_a_draft_in_which_nothing_is_chosen_says_what_to_choose(draft: MakeDraft) -> None:
    problem = only_problem(draft("tiktok"), tiktok={})
    assert problem["code"] == "privacy_not_chosen"
    assert "Only me" in problem["limit"]


@pytest.mark.parametrize("agreed", [True, False])
def test_the_body_of_the_click_is_checked_as_it_is(draft: MakeDraft, agreed: bool) -> None:
    """Also before its consent is given: that is asked for with the click itself."""
    choices = TIKTOK_CHOICES | {"music_usage": {"agreed": agreed, "text_version": "2026-03-09"}}

    assert draft("tiktok").check(tiktok=choices)["ready"] is True


def test_a_disclosure_that_says_nothing_is_incomplete(draft: MakeDraft) -> None:
    chosen = {"privacy_level": "SELF_ONLY", "disclosed": True}
    assert draft("tiktok").codes(tiktok=chosen) == ["disclosure_incomplete"]


def test_branded_content_is_not_private(draft: MakeDraft) -> None:
    chosen = {"privacy_level": "SELF_ONLY", "disclosed": True, "branded_content": True}
    assert draft("tiktok").codes(tiktok=chosen) == ["branded_content_private"]


@pytest.mark.parametrize("fault", SILENCE, ids=str)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_that_does_not_answer_does_not_stand_in_the_way(
    draft: MakeDraft, platform: str, fault: Json
) -> None:
    made = draft(platform)
    made.sandbox.fault(READING[platform][0], fault, account=made.connected.account)
    shown = made.check()
    assert (shown["problems"], shown["ready"]) == ([], True)
    assert shown["not_checked"] == [{"instagram": "quota", "tiktok": "creator"}[platform]]


def test_a_platform_that_asks_us_to_slow_down_was_not_checked(draft: MakeDraft) -> None:
    made = draft("instagram")
    made.sandbox.fault("instagram.limit", {"kind": "error", "code": 80002}, account=made.connected.account)
    assert made.check()["not_checked"] == ["quota"]


# The access


@pytest.mark.parametrize("token_gone", [True, False])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_account_to_be_reconnected_is_a_problem_and_nothing_is_asked(
    draft: MakeDraft, platform: str, token_gone: bool
) -> None:
    made = draft(platform)
    made.db.execute(
        "update public.connections set status = 'needs_reconnect', status_reason = 'access_ended' where id = %s",
        (made.connected.id,),
    )
    if token_gone:
        made.db.execute("delete from private.connection_tokens where connection_id = %s", (made.connected.id,))
    problem = only_problem(made)
    assert (problem["code"], problem["item"]) == ("access_ended", None)
    assert "Connect the account again" in problem["what"] + problem["fix"]
    assert READING[platform][0] not in made.sent()


def test_a_missing_permission_is_a_problem(draft: MakeDraft) -> None:
    made = draft("instagram")
    made.sandbox.fault("instagram.limit", {"kind": "error", "code": 10}, account=made.connected.account)
    assert made.codes() == ["permission_missing"]


def test_an_expired_token_of_tiktok_is_renewed_first(draft: MakeDraft) -> None:
    made = draft("tiktok")
    made.db.execute(
        "update private.connection_tokens set access_expires_at = now() where connection_id = %s", (made.connected.id,)
    )
    old = {token["token"] for token in made.sandbox.tokens() if token["account"] == made.connected.account}
    assert made.check()["creator"] is not None
    (asked,) = [call for call in made.sandbox.journal("tiktok.creator_info")
                if call["account"] == made.connected.account]  # fmt: skip
    assert asked["headers"]["authorization"].removeprefix("Bearer ") not in old


# The address of the files


def test_a_file_that_is_gone_is_unreachable_and_named(draft: MakeDraft) -> None:
    made = draft("instagram", "carousel", items=3)
    made.change_item(2, object_key=f"media/{'0' * 64}.jpg")
    problem = only_problem(made)
    assert (problem["code"], problem["item"], problem["found"]) == ("media_unreachable", 2, "status 404")


@pytest.mark.parametrize("address", ["https://localhost", "https://10.0.0.1", "https://media.internal"])
def test_an_address_that_no_platform_could_fetch_is_a_problem(
    draft: MakeDraft, runtime_at: RuntimeAt, address: str
) -> None:
    made = draft("instagram")
    runtime = runtime_at(R2_PUBLIC_URL=address)

    async def run() -> Preflight:
        async with runtime.egress.client:
            asked = DRAFT.validate_json(json.dumps(made.request()))
            return await preflight(runtime, Secret(made.owner.user.token), asked)

    shown = asyncio.run(run())
    assert {problem["code"] for problem in shown["problems"]} == {"media_url_invalid"}


# It only looks


def everything(db: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """What has rows, and the version of each row; but for the count of calls that TikTok counts, too."""
    tables = ("public.publications", "public.publication_events", "public.publication_items", "public.consents",
              "public.connections", "public.media_assets", "private.connection_tokens", "private.pauses")  # fmt: skip
    query = " union all ".join(f"select '{table}', ctid::text, xmin::text from {table}" for table in tables)
    return sorted(db.execute(query).fetchall())


@pytest.mark.parametrize(
    ("platform", "kind"),
    [
        ("instagram", "photo"),
        ("instagram", "carousel"),
        ("instagram", "reel"),
        ("tiktok", "video"),
        ("tiktok", "photo"),
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_nothing_changes_anywhere(draft: MakeDraft, platform: str, kind: str, broken: bool) -> None:
    made = draft(platform, kind, items=2 if kind == "carousel" else 1)
    if broken:
        made.change_item(0, width=50_000, byte_size=3_999_999_999)
    before, sent = everything(made.db), made.sent()
    assert made.check()["ready"] is not broken
    assert everything(made.db) == before
    assert made.sent()[len(sent) :] == READING[platform]
    assert made.sandbox.ledger(platform, made.connected.account) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_asks(api: httpx.Client, method: str) -> None:
    assert api.request(method, "/api/preflight").status_code == 405


def test_a_reel_of_a_photo_is_not_asked_for(of_project: Draft) -> None:
    """The media decide, not the request."""
    body = instagram_reel(
        of_project.body["content_id"], of_project.connected.id, of_project.body["media"][0]["media_asset_id"]
    )
    assert of_project.owner.post("preflight", body).json()["kind"] == "photo"


# How often


@pytest.mark.parametrize("platform", PLATFORMS)
def test_beyond_the_limit_nothing_is_asked(draft: MakeDraft, platform: str) -> None:
    made = draft(platform)
    before = made.sent()
    leave(made.db, made.owner.user, "preflight", 0)
    seconds = told_to_wait(made.ask(), "too_many_preflights")

    assert 1 <= seconds <= LIMITS["preflight"].step
    assert made.sent() == before
    wait(made.db, made.owner.user, seconds)

    assert made.check()["ready"] is True
    assert made.sent() == before + READING[platform]
