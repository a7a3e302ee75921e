from __future__ import annotations

import copy
import hashlib
import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import TIKTOK_CHOICES, Creator, instagram_photo, tiktok_video
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.limits import LIMITS, leave, told_to_wait, wait
from tests.people import Connected, Project

pytest_plugins = ["tests.shared.publishing.desk"]

Connect = Callable[..., Connected]
Json = dict[str, Any]
Database = psycopg.Connection[Any]

pytestmark = pytest.mark.usefixtures("prompt")


@pytest.fixture
def photo_body(project: Project, connect: Connect, photo: dict[str, str]) -> Json:
    return instagram_photo(connection_id=connect(project, "instagram").id, **photo)


@pytest.fixture
def video_body(project: Project, connect: Connect, video: dict[str, str]) -> Json:
    return tiktok_video(connection_id=connect(project, "tiktok").id, **video)


def rows(db: Database, project: Project) -> int:
    found = db.execute("select count(*) from public.publications where project_id = %s", (project.id,)).fetchone()
    return int(found[0]) if found else 0


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return True


def fields(answer: httpx.Response) -> list[str]:
    assert refused(answer, 422, "invalid_input")
    return [error["field"] for error in answer.json()["errors"]]


# Works


def test_one_photo_is_posted_with_its_words_and_its_bytes(
    *,
    project: Project,
    connect: Connect,
    photo: dict[str, str],
    samples: Samples,
    sandbox: SandboxControl,
    db: Database,
) -> None:
    connected = connect(project, "instagram")
    answer = project.owner.publish(instagram_photo(connection_id=connected.id, **photo))
    assert answer.status_code == 200
    shown = answer.json()
    (post,) = sandbox.ledger("instagram", connected.account)
    assert (post["caption"], post["alt_text"]) == ("Hello from the hills", "Hills in the morning")
    assert post["media_sha256"] == [hashlib.sha256(samples.photo.read_bytes()).hexdigest()]
    assert (shown["state"], shown["reason"], shown["post_id"]) == ("published", None, post["post_id"])
    assert shown["permalink"].startswith("https://www.instagram.com/p/")
    row = db.execute(
        "select state::text, post_id, permalink, finished_at is not null from public.publications where id = %s",
        (shown["id"],),
    ).fetchone()
    assert row == ("published", post["post_id"], shown["permalink"], True)
    timeline = project.viewer.read("publication_events", publication_id=f"eq.{shown['id']}", order="id")
    assert [(entry["event"], entry["state"]) for entry in timeline] == [
        ("publish_clicked", "queued"),
        ("container_created", "processing"),
        ("publish_started", "committing"),
        ("published", "published"),
    ]


def test_one_video_is_posted_with_exactly_the_choices_of_the_user(
    project: Project, connect: Connect, video: dict[str, str], sandbox: SandboxControl, db: Database
) -> None:
    connected = connect(project, "tiktok")
    choices = TIKTOK_CHOICES | {
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "allow_stitch": True,
        "branded_content": True,
        "ai_generated": True,
    }
    caption = "Ünï 🍮 #hills\n\n  @mia\t"
    body = tiktok_video(connection_id=connected.id, **video, tiktok=choices, caption=caption)
    answer = project.owner.publish(body)
    assert answer.status_code == 202
    assert int(answer.headers["retry-after"]) >= 1
    (init,) = [call for call in sandbox.journal("tiktok.video_init") if call["account"] == connected.account]
    assert json.loads(init["body"])["post_info"] == {
        "title": caption,
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": True,
        "disable_duet": True,
        "disable_stitch": False,
        "brand_organic_toggle": False,
        "brand_content_toggle": True,
        "is_aigc": True,
    }
    shown = _until_final(project.owner, db, answer.json()["id"])
    (post,) = sandbox.ledger("tiktok", connected.account)
    assert shown["state"] == "published"
    row = db.execute("select publish_id, post_id from public.publications where id = %s", (shown["id"],)).fetchone()
    assert row is not None
    assert row[0] == post["container_id"]
    assert row[1] == shown["post_id"] == post["post_id"]
    assert len(shown["post_id"]) == 19


def _until_final(owner: Creator, db: Database, publication_id: str) -> Json:
    for _ in range(40):
        db.execute(
            "update public.publications set next_step_at = now() where id = %s and next_step_at is not null",
            (publication_id,),
        )
        shown = owner.advance(publication_id).json()
        if shown["state"] in ("published", "failed"):
            return dict(shown)
    raise AssertionError(shown)


@pytest.mark.parametrize(
    ("branded", "subject"), [(False, "tiktok_music_usage"), (True, "tiktok_branded_content_and_music_usage")]
)
def test_consent_is_recorded_with_its_time_and_the_version_of_the_text(
    project: Project, video_body: Json, db: Database, branded: bool, subject: str
) -> None:
    video_body["tiktok"] = TIKTOK_CHOICES | {"privacy_level": "PUBLIC_TO_EVERYONE", "branded_content": branded}
    shown = project.editor.publish(video_body).json()
    found = db.execute(
        "select user_id::text, subject, text_version, given_at from public.consents where publication_id = %s",
        (shown["id"],),
    ).fetchall()
    assert [row[:3] for row in found] == [(project.editor.user.id, subject, "2026-03-09")]
    assert abs(datetime.now(UTC) - found[0][3]) < timedelta(minutes=1)


def test_a_photo_needs_no_consent(project: Project, photo_body: Json, db: Database) -> None:
    project.owner.publish(photo_body)
    found = db.execute("select 1 from public.consents where user_id = %s", (project.owner.user.id,)).fetchone()
    assert found is None


def test_an_audience_that_is_not_offered_fails_before_init(
    project: Project, connect: Connect, video: dict[str, str], sandbox: SandboxControl
) -> None:
    connected = connect(project, "tiktok", private=True)
    choices = TIKTOK_CHOICES | {"privacy_level": "PUBLIC_TO_EVERYONE"}
    shown = project.owner.publish(tiktok_video(connection_id=connected.id, **video, tiktok=choices)).json()
    assert (shown["state"], shown["reason"]["code"]) == ("failed", "audience_unavailable")
    assert shown["reason"].keys() == {"code", "words", "who", "action"}
    assert [call for call in sandbox.journal("tiktok.video_init") if call["account"] == connected.account] == []


# Choices that only the creator can make


@pytest.mark.parametrize("choice", sorted(TIKTOK_CHOICES))
def test_no_choice_is_made_for_the_creator(project: Project, video_body: Json, db: Database, choice: str) -> None:
    video_body["tiktok"] = {name: value for name, value in TIKTOK_CHOICES.items() if name != choice}
    assert fields(project.owner.publish(video_body)) == [f"tiktok.{choice}"]
    assert rows(db, project) == 0


@pytest.mark.parametrize(
    ("choice", "value", "field"),
    [
        ("privacy_level", "", "tiktok.privacy_level"),
        ("privacy_level", None, "tiktok.privacy_level"),
        ("privacy_level", "public_to_everyone", "tiktok.privacy_level"),
        ("allow_comment", "false", "tiktok.allow_comment"),
        ("allow_duet", 0, "tiktok.allow_duet"),
        ("branded_content", None, "tiktok.branded_content"),
        ("music_usage", {"agreed": False, "text_version": "2026-03-09"}, "tiktok.music_usage.agreed"),
        ("music_usage", {"text_version": "2026-03-09"}, "tiktok.music_usage.agreed"),
        ("music_usage", {"agreed": True}, "tiktok.music_usage.text_version"),
        ("music_usage", {"agreed": True, "text_version": "2020-01-01"}, "tiktok.music_usage.text_version"),
        ("music_usage", {"agreed": 1, "text_version": "2026-03-09"}, "tiktok.music_usage.agreed"),
        ("auto_publish", True, "tiktok.auto_publish"),
    ],
)
def test_a_choice_that_is_not_one_is_named(
    *, project: Project, video_body: Json, db: Database, choice: str, value: object, field: str
) -> None:
    video_body["tiktok"] = TIKTOK_CHOICES | {choice: value}
    assert fields(project.owner.publish(video_body)) == [field]
    assert rows(db, project) == 0


def test_branded_content_cannot_be_private(project: Project, video_body: Json, db: Database) -> None:
    video_body["tiktok"] = TIKTOK_CHOICES | {"branded_content": True}
    answer = project.owner.publish(video_body)
    assert fields(answer) == ["tiktok"]
    assert "cannot be set to private" in answer.text
    assert rows(db, project) == 0


def test_tiktok_without_any_choice_and_instagram_with_some_are_refused(
    project: Project, video_body: Json, photo_body: Json
) -> None:
    del video_body["tiktok"]
    assert fields(project.owner.publish(video_body)) == ["tiktok"]
    assert fields(project.owner.publish(photo_body | {"tiktok": TIKTOK_CHOICES})) == ["tiktok"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"platform": "facebook"}, "platform"),
        ({"platform": None}, "platform"),
        ({"caption": None}, "caption"),
        ({"caption": "x" * 2201}, "caption"),
        ({"caption": "🍮" * 1101}, "caption"),
        ({"content_id": "1"}, "content_id"),
        ({"connection_id": 5}, "connection_id"),
        ({"media": []}, "media"),
        ({"media": None}, "media"),
        ({"media": [{"media_asset_id": "x"}]}, "media.0.media_asset_id"),
        ({"media": [{}]}, "media.0.media_asset_id"),
        ({"media": [{"media_asset_id": str(uuid.UUID(int=0)), "alt_text": "x" * 1001}]}, "media.0.alt_text"),
        ({"media": [{"media_asset_id": str(uuid.UUID(int=0)), "alt_text": ""}]}, "media.0.alt_text"),
        ({"state": "published"}, "state"),
        ({"project_id": str(uuid.UUID(int=0))}, "project_id"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_input_is_named(project: Project, photo_body: Json, db: Database, change: Json, field: str) -> None:
    assert fields(project.owner.publish(photo_body | change)) == [field]
    assert rows(db, project) == 0


def test_a_text_that_cannot_be_stored_is_a_refusal(project: Project, photo_body: Json, db: Database) -> None:
    answer = project.owner.publish(photo_body | {"caption": "a\x00b"})
    assert answer.status_code == 422
    assert rows(db, project) == 0


def test_a_caption_at_the_limit_is_posted(
    project: Project, connect: Connect, photo: dict[str, str], sandbox: SandboxControl
) -> None:
    connected = connect(project, "instagram")
    caption = "🍮" * 1100
    project.owner.publish(instagram_photo(connection_id=connected.id, **photo, caption=caption))
    assert [post["caption"] for post in sandbox.ledger("instagram", connected.account)] == [caption]


# Idempotency


@pytest.mark.parametrize("key", [None, "", "short67", "x" * 129, "with blank in it", "ünprintable-key"])
def test_a_click_needs_a_key(project: Project, photo_body: Json, db: Database, key: str | None) -> None:
    headers = {name.encode(): value.encode() for name, value in project.owner.user.headers.items()}
    if key is not None:
        headers[b"idempotency-key"] = key.encode()
    answer = project.owner.api.post("/api/publish", json=photo_body, headers=headers)
    assert refused(answer, 400, "idempotency_key_missing")
    assert rows(db, project) == 0


def test_a_click_with_two_keys_has_none(project: Project, photo_body: Json, db: Database) -> None:
    """Even with the same one twice: which of two counts would be a guess."""
    for second in ("first-key-of-two", "other-key-of-two"):
        headers = [*project.owner.user.headers.items(), ("idempotency-key", "first-key-of-two")]
        answer = project.owner.api.post(
            "/api/publish", json=photo_body, headers=[*headers, ("idempotency-key", second)]
        )
        assert refused(answer, 400, "idempotency_key_missing")
    assert rows(db, project) == 0


def test_the_same_click_again_gives_the_same_answer_and_no_second_post(
    project: Project, connect: Connect, photo: dict[str, str], sandbox: SandboxControl, db: Database
) -> None:
    connected = connect(project, "instagram")
    body = instagram_photo(connection_id=connected.id, **photo)
    key = uuid.uuid4().hex
    first, second = project.owner.publish(body, key=key), project.owner.publish(body, key=key)
    reordered = dict(reversed(list(body.items())))
    third = project.owner.publish(reordered, key=key)
    assert first.content == second.content == third.content
    assert first.status_code == second.status_code == third.status_code == 200
    assert rows(db, project) == 1
    assert len(sandbox.ledger("instagram", connected.account)) == 1


@pytest.mark.parametrize("change", [{"caption": "Other words"}, {"media": "alt"}, {"connection_id": "new"}], ids=str)
def test_a_key_that_was_used_for_something_else_is_refused(
    project: Project, connect: Connect, photo_body: Json, db: Database, change: Json
) -> None:
    key = uuid.uuid4().hex
    project.owner.publish(photo_body, key=key)
    other = copy.deepcopy(photo_body) | change
    if change.get("media"):
        other["media"] = [photo_body["media"][0] | {"alt_text": "Something else"}]
    if change.get("connection_id"):
        other["connection_id"] = connect(project, "instagram").id
    assert refused(project.owner.publish(other, key=key), 422, "idempotency_key_reused")
    assert rows(db, project) == 1


def test_the_same_click_while_under_way_names_the_publication(
    project: Project, video_body: Json, sandbox: SandboxControl, db: Database
) -> None:
    key = uuid.uuid4().hex
    first = project.owner.publish(video_body, key=key)
    again = project.owner.publish(video_body, key=key)
    assert first.status_code == 202
    assert refused(again, 409, "publication_in_progress")
    assert again.json()["publication_id"] == first.json()["id"]
    assert int(again.headers["retry-after"]) >= 1
    assert rows(db, project) == 1


def test_a_failed_click_again_fails_the_same_way_and_sends_nothing(
    project: Project, connect: Connect, video: dict[str, str], sandbox: SandboxControl
) -> None:
    connected = connect(project, "tiktok", max_seconds=1)
    body, key = tiktok_video(connection_id=connected.id, **video), uuid.uuid4().hex
    first, second = project.owner.publish(body, key=key), project.owner.publish(body, key=key)
    assert first.json()["reason"]["code"] == "duration_invalid"
    assert first.content == second.content
    asked = [call for call in sandbox.journal("tiktok.creator_info") if call["account"] == connected.account]
    assert len(asked) == 1


def test_fifty_clicks_at_once_with_one_key_make_one_post(
    project: Project, connect: Connect, photo: dict[str, str], sandbox: SandboxControl, db: Database
) -> None:
    connected = connect(project, "instagram")
    body, key = instagram_photo(connection_id=connected.id, **photo), uuid.uuid4().hex
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: project.owner.publish(body, key=key), range(50)))
    done = {answer.content for answer in answers if answer.status_code == 200}
    waiting = [answer.json() for answer in answers if answer.status_code != 200]
    assert len(done) == 1
    assert {problem["code"] for problem in waiting} <= {"publication_in_progress"}
    assert {problem["publication_id"] for problem in waiting} <= {json.loads(done.pop())["id"]}
    assert rows(db, project) == 1
    assert len(sandbox.ledger("instagram", connected.account)) == 1


def test_another_users_same_key_is_another_click(
    project: Project, connect: Connect, photo: dict[str, str], sandbox: SandboxControl, db: Database
) -> None:
    connected = connect(project, "instagram")
    body, key = instagram_photo(connection_id=connected.id, **photo), uuid.uuid4().hex
    first, second = project.owner.publish(body, key=key), project.editor.publish(body, key=key)
    assert first.json()["id"] != second.json()["id"]
    assert rows(db, project) == 2
    assert len(sandbox.ledger("instagram", connected.account)) == 2


def test_a_member_who_left_learns_nothing_by_repeating_a_click(
    project: Project, photo_body: Json, db: Database
) -> None:
    key = uuid.uuid4().hex
    project.editor.publish(photo_body, key=key)
    db.execute(
        "delete from public.project_members where project_id = %s and user_id = %s",
        (project.id, project.editor.user.id),
    )
    assert refused(project.editor.publish(photo_body, key=key), 404, "not_found")


# Who may


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_owners_and_editors_publish(project: Project, photo_body: Json, role: str) -> None:
    assert getattr(project, role).publish(photo_body).json()["state"] == "published"


@pytest.mark.parametrize(("role", "status", "code"), [("viewer", 403, "role_too_low"), ("stranger", 404, "not_found")])
def test_viewers_and_strangers_do_not(
    *, project: Project, photo_body: Json, db: Database, role: str, status: int, code: str
) -> None:
    assert refused(getattr(project, role).publish(photo_body), status, code)
    assert rows(db, project) == 0


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi"])
def test_nobody_publishes_without_being_signed_in(
    api: httpx.Client, project: Project, photo_body: Json, db: Database, authorization: str | None
) -> None:
    headers = {"idempotency-key": uuid.uuid4().hex} | ({"authorization": authorization} if authorization else {})
    assert refused(api.post("/api/publish", json=photo_body, headers=headers), 401, "not_signed_in")
    assert rows(db, project) == 0


@pytest.fixture
def elsewhere(make_creator: Callable[[], Creator], connect: Connect, samples: Samples) -> dict[str, str]:
    """Everything that a publication names, in a project of somebody else."""
    owner = make_creator()
    project_id = owner.create_project("Elsewhere")
    content_id = owner.create_content(project_id)
    return {
        "content_id": content_id,
        "media_asset_id": owner.upload(content_id, samples.photo, "image/jpeg")["id"],
        "connection_id": connect(Project(project_id, owner, owner, owner, owner), "instagram").id,
    }


@pytest.mark.parametrize(
    ("part", "status", "code"),
    [
        ("content_id", 404, "not_found"),
        ("connection_id", 404, "not_found"),
        ("media_asset_id", 422, "media_not_ready"),
    ],
)
@pytest.mark.parametrize("exists", [True, False])
def test_nothing_of_another_project_is_published_or_betrayed(
    *,
    project: Project,
    photo_body: Json,
    db: Database,
    elsewhere: dict[str, str],
    part: str,
    status: int,
    code: str,
    exists: bool,
) -> None:
    foreign = elsewhere[part] if exists else str(uuid.uuid4())
    body = photo_body | ({"media": [{"media_asset_id": foreign}]} if part == "media_asset_id" else {part: foreign})
    assert refused(project.owner.publish(body), status, code)
    assert rows(db, project) == 0
    found = db.execute(
        "select 1 from public.publications where connection_id = %s", (elsewhere["connection_id"],)
    ).fetchone()
    assert found is None


def test_media_of_another_content_of_the_same_project_is_refused(
    project: Project, photo_body: Json, db: Database
) -> None:
    other = project.owner.create_content(project.id)
    assert refused(project.owner.publish(photo_body | {"content_id": other}), 422, "media_not_ready")
    assert rows(db, project) == 0


@pytest.mark.parametrize("state", ["uploading", "refused"])
def test_media_that_is_not_accepted_is_not_published(
    project: Project, photo_body: Json, db: Database, state: str
) -> None:
    db.execute(
        "update public.media_assets set state = %(state)s::public.media_state,"
        " completed_at = case when %(state)s::text = 'refused' then now() end,"
        " refusal = case when %(state)s::text = 'refused' then 'not_an_image' end where id = %(id)s",
        {"state": state, "id": photo_body["media"][0]["media_asset_id"]},
    )
    assert refused(project.owner.publish(photo_body), 422, "media_not_ready")
    assert rows(db, project) == 0


def test_the_connection_must_be_of_the_named_platform(
    project: Project, connect: Connect, photo_body: Json, db: Database
) -> None:
    body = photo_body | {"connection_id": connect(project, "tiktok").id}
    assert refused(project.owner.publish(body), 422, "platform_mismatch")
    assert rows(db, project) == 0


def test_a_connection_that_must_be_renewed_first_publishes_nothing(
    project: Project, photo_body: Json, db: Database
) -> None:
    db.execute(
        "update public.connections set status = 'needs_reconnect', status_reason = 'access_ended' where id = %s",
        (photo_body["connection_id"],),
    )
    assert refused(project.owner.publish(photo_body), 409, "reconnect_needed")
    assert rows(db, project) == 0


def test_what_no_platform_has_as_one_post_is_refused(
    *, project: Project, connect: Connect, photo: dict[str, str], samples: Samples, db: Database
) -> None:
    """What it becomes follows from the media; two of them are no story, and TikTok mixes nothing."""
    on_tiktok, on_instagram = connect(project, "tiktok").id, connect(project, "instagram").id
    video_id = project.owner.upload(photo["content_id"], samples.video, "video/mp4")["id"]
    both = [{"media_asset_id": photo["media_asset_id"]}, {"media_asset_id": video_id}]
    story = {"media": both, "caption": "", "instagram": {"story": True}}
    for body in (
        instagram_photo(connection_id=on_instagram, **photo) | story,
        tiktok_video(connection_id=on_tiktok, **photo) | {"media": both},
        tiktok_video(connection_id=on_tiktok, **photo) | {"media": [both[1], both[1]]},
    ):
        assert refused(project.owner.publish(body), 422, "kind_not_supported")
    assert rows(db, project) == 0


def test_more_items_than_a_platform_takes_are_refused(
    project: Project, photo_body: Json, video_body: Json, db: Database
) -> None:
    for body, most in ((photo_body, 10), (video_body, 35)):
        assert fields(project.owner.publish(body | {"media": body["media"] * (most + 1)})) == ["media"]
    assert rows(db, project) == 0


@pytest.mark.parametrize(
    ("choice", "value"),
    [
        ("story", "true"),
        ("story", 1),
        ("share_to_feed", None),
        ("cover_asset_id", "x"),
        ("thumb_offset_ms", -1),
        ("thumb_offset_ms", 1.5),
        ("thumb_offset_ms", 900_001),
        ("collaborators", []),
    ],
)
def test_a_choice_for_instagram_that_is_not_one_is_named(
    *, project: Project, photo_body: Json, db: Database, choice: str, value: object
) -> None:
    photo_body["instagram"] = {choice: value}
    assert fields(project.owner.publish(photo_body)) == [f"instagram.{choice}"]
    assert rows(db, project) == 0


# HTTP


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_publishes(api: httpx.Client, method: str) -> None:
    answer = api.request(method, "/api/publish")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1, 2"])
def test_what_is_not_json_is_refused(project: Project, body: bytes) -> None:
    headers = project.owner.user.headers | {"idempotency-key": uuid.uuid4().hex}
    assert refused(project.owner.api.post("/api/publish", content=body, headers=headers), 400, "not_json")


@pytest.mark.parametrize("body", ["null", "[]", "5", '"x"'])
def test_json_that_is_no_object_is_refused(project: Project, body: str) -> None:
    headers = project.owner.user.headers | {"idempotency-key": uuid.uuid4().hex}
    answer = project.owner.api.post("/api/publish", content=body, headers=headers)
    assert refused(answer, 422, "invalid_input")


def test_a_body_over_a_megabyte_is_refused(project: Project, photo_body: Json, db: Database) -> None:
    assert refused(project.owner.publish(photo_body | {"caption": "x" * 1_000_001}), 413, "body_too_large")
    assert rows(db, project) == 0


# How often


def test_a_click_beyond_the_limit_posts_nothing_and_may_be_sent_again_later(
    project: Project, connect: Connect, photo: dict[str, str], sandbox: SandboxControl, db: Database
) -> None:
    connected, key = connect(project, "instagram"), uuid.uuid4().hex
    body, person = instagram_photo(connection_id=connected.id, **photo), project.owner
    leave(db, person.user, "publish", 0)
    before = len(calls_of(sandbox, connected))
    for _ in range(3):
        answer = person.publish(body, key=key)
        seconds = told_to_wait(answer, "too_many_publications")
        assert 1 <= seconds <= LIMITS["publish"].step

    assert rows(db, project) == 0
    assert len(calls_of(sandbox, connected)) == before
    wait(db, person.user, seconds)

    assert person.publish(body, key=key).json()["state"] == "published"
    assert person.publish(body, key=key).json()["state"] == "published", "what is known is no new click"
    assert len(sandbox.ledger("instagram", connected.account)) == 1


def calls_of(sandbox: SandboxControl, connected: Connected) -> list[Json]:
    return [call for call in sandbox.journal() if call["account"] == connected.account]
