"""POST /api/media/complete: the verdict on the bytes that really arrived."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from sandbox.samples import Samples
from sandbox.stack.environment import BUCKET
from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from shared.media.probe import MediaFacts, probe
from tests.functions.media.uploads import complete, is_stored, put, reserve, store_of, upload
from tests.limits import LIMITS, leave, told_to_wait
from tests.people import Project
from tests.shared.media.files import Lie, lies, whole

JPEG, MP4 = "image/jpeg", "video/mp4"
FACTS = tuple(fact.name for fact in fields(MediaFacts))
TEXT = b"This is not a picture.\n"


@pytest.fixture
def content_id(project: Project) -> str:
    return project.owner.create_content(project.id)


def row(db: psycopg.Connection[Any], asset_id: str) -> dict[str, Any]:
    found = db.execute("select to_jsonb(a) from public.media_assets as a where id = %s", (asset_id,)).fetchone()
    assert found is not None
    return dict(found[0])


def object_key(db: psycopg.Connection[Any], asset_id: str) -> str:
    return str(row(db, asset_id)["object_key"])


def place(stack: Stack, key: str, data: bytes, media_type: str) -> None:
    """Past the signature, as only someone with the store's own keys could."""
    store_of(stack).put_object(Bucket=BUCKET, Key=key, Body=data, ContentType=media_type)


def test_every_lie_is_refused_and_deleted_from_the_store(
    stack: Stack, project: Project, content_id: str, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    """Collected, so that one run names all that get through."""

    def problems(lie: Lie) -> list[str]:
        asset_id = upload(project.owner, content_id, lie.data, lie.media_type)
        answer, stored = complete(project.owner, asset_id), row(db, asset_id)
        found = []
        if (answer.status_code, stored["state"]) != (200, "refused"):
            found.append(f"answered {answer.status_code}, is {stored['state']}")
        if is_stored(stack, stored["object_key"]):
            found.append("still in the store")
        if any(stored[fact] is not None for fact in FACTS):
            found.append("has facts")
        return [f"{lie.name}: {problem}" for problem in found]

    assert [found for lie in lies(samples) for found in problems(lie)] == []


def test_a_refusal_tells_the_uploader_why_and_stands(project: Project, content_id: str) -> None:
    asset_id = upload(project.owner, content_id, TEXT, JPEG)
    first, second = (complete(project.owner, asset_id).json() for _ in range(2))

    assert (first["state"], first["refusal"]) == ("refused", "This is not a JPEG image.")
    assert second == first


@pytest.mark.parametrize(
    ("data", "media_type"), [(b"\xff\xd8\xff other bytes here!!!", JPEG), (b"short", JPEG), (TEXT, MP4)]
)
def test_what_is_not_what_was_announced_is_refused(
    stack: Stack, project: Project, content_id: str, db: psycopg.Connection[Any], data: bytes, media_type: str
) -> None:
    asset_id = reserve(project.owner, content_id, TEXT, JPEG).id
    key = object_key(db, asset_id)
    place(stack, key, data, media_type)

    answer = complete(project.owner, asset_id).json()

    assert answer["state"] == "refused"
    assert not is_stored(stack, key)


def test_a_photo_gives_its_facts(
    project: Project, content_id: str, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    asset_id = upload(project.owner, content_id, samples.photo.read_bytes(), JPEG)
    answer = complete(project.owner, asset_id)

    facts = {name: row(db, asset_id)[name] for name in ("state", *FACTS)}
    known = {"state": "ready", "width": 1080, "height": 1350, "multi_picture": False}
    expected: dict[str, Any] = dict.fromkeys(FACTS) | known
    assert answer.status_code == 200
    assert facts == expected
    assert {name: answer.json()[name] for name in facts} == expected


def test_a_video_gives_its_facts(
    project: Project, content_id: str, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    asset_id = upload(project.owner, content_id, samples.video.read_bytes(), MP4)
    answer = complete(project.owner, asset_id).json()

    stored = row(db, asset_id)
    assert {name: answer[name] for name in FACTS} == {name: stored[name] for name in FACTS}
    assert (stored["state"], stored["width"], stored["height"]) == ("ready", 720, 1280)
    assert (stored["video_codec"], stored["audio_codec"]) == ("h264", "aac")
    assert stored["duration_ms"] == pytest.approx(4000, abs=60)
    assert float(stored["frame_rate"]) == pytest.approx(30, abs=0.1)


def formats(samples: Samples) -> dict[str, Path]:
    return {
        "image/jpeg": samples.turned_photo,
        "image/webp": samples.webp,
        "video/mp4": samples.turned_video,
        "video/quicktime": samples.mov,
        "video/webm": samples.webm,
    }


def test_every_format_is_stored_with_the_facts_of_its_bytes(
    project: Project, content_id: str, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    for media_type, path in formats(samples).items():
        data = path.read_bytes()
        asset_id = upload(project.owner, content_id, data, media_type)
        answer, stored = complete(project.owner, asset_id).json(), row(db, asset_id)
        facts = probe(whole(data).read_range, byte_size=len(data), media_type=media_type)

        assert stored["state"] == "ready"
        assert {name: stored[name] for name in FACTS} == asdict(facts)
        assert {name: answer[name] for name in FACTS} == asdict(facts)


def test_the_answer_names_neither_the_key_nor_a_person(project: Project, content_id: str, samples: Samples) -> None:
    asset_id = upload(project.owner, content_id, samples.photo.read_bytes(), JPEG)
    answer = complete(project.owner, asset_id)

    assert not {"object_key", "sha256", "created_by"} & answer.json().keys()
    assert project.owner.user.id not in answer.text


def test_completing_before_the_upload_is_a_conflict_and_costs_nothing(
    project: Project, content_id: str, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    data = samples.photo.read_bytes()
    reserved = reserve(project.owner, content_id, data, JPEG)

    early = complete(project.owner, reserved.id)
    assert (early.status_code, early.json()["code"]) == (409, "upload_missing")
    assert row(db, reserved.id)["state"] == "uploading"

    put(reserved, data).raise_for_status()
    assert complete(project.owner, reserved.id).json()["state"] == "ready"


def test_a_ready_file_stays_ready_whatever_happens_to_the_store(
    project: Project, content_id: str, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = upload(project.owner, content_id, samples.photo.read_bytes(), JPEG)
    first = complete(project.owner, asset_id)
    monkeypatch.setenv("R2_ENDPOINT", f"http://127.0.0.1:{free_ports(1)[0]}")

    assert complete(project.owner, asset_id).json() == first.json()


@pytest.mark.parametrize("data", [TEXT, None], ids=["refused", "ready"])
def test_eight_completions_at_once_agree(
    project: Project, content_id: str, samples: Samples, data: bytes | None
) -> None:
    asset_id = upload(project.owner, content_id, data or samples.photo.read_bytes(), JPEG)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: complete(project.owner, asset_id), range(8)))

    assert {answer.status_code for answer in answers} <= {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["state"] == ("refused" if data else "ready")


def test_a_store_that_does_not_answer_decides_nothing(
    project: Project,
    content_id: str,
    samples: Samples,
    db: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asset_id = upload(project.owner, content_id, samples.photo.read_bytes(), JPEG)
    monkeypatch.setenv("R2_ENDPOINT", f"http://127.0.0.1:{free_ports(1)[0]}")

    answer = complete(project.owner, asset_id)
    monkeypatch.undo()

    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert row(db, asset_id)["state"] == "uploading"
    assert complete(project.owner, asset_id).json()["state"] == "ready"


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [("owner", 200, None), ("editor", 200, None), ("viewer", 403, "role_too_low"), ("stranger", 404, "not_found")],
)
def test_who_may_complete(
    project: Project,
    content_id: str,
    samples: Samples,
    db: psycopg.Connection[Any],
    who: str,
    status: int,
    code: str | None,
) -> None:
    asset_id = upload(project.owner, content_id, samples.photo.read_bytes(), JPEG)
    answer = complete(getattr(project, who), asset_id)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert row(db, asset_id)["state"] == ("ready" if status == 200 else "uploading")


def test_an_unknown_file_looks_like_a_strangers(project: Project, content_id: str) -> None:
    asset_id = reserve(project.owner, content_id, TEXT, JPEG).id
    unknown, strangers = complete(project.owner, str(uuid4())), complete(project.stranger, asset_id)

    assert (unknown.status_code, unknown.json()) == (strangers.status_code, strangers.json())


def test_the_anonymous_completes_nothing(api: httpx.Client, project: Project, content_id: str) -> None:
    asset_id = reserve(project.owner, content_id, TEXT, JPEG).id
    answer = api.post("/api/media/complete", json={"media_asset_id": asset_id})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_beyond_the_limit_no_file_is_looked_at(
    project: Project, content_id: str, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    asset_id = upload(project.owner, content_id, samples.photo.read_bytes(), JPEG)
    leave(db, project.owner.user, "complete", 0)
    answer = complete(project.owner, asset_id)

    assert 1 <= told_to_wait(answer, "too_many_completions") <= LIMITS["complete"].step
    assert row(db, asset_id)["state"] == "uploading"
    assert complete(project.editor, asset_id).json()["state"] == "ready"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "media_asset_id"),
        ({"media_asset_id": None}, "media_asset_id"),
        ({"media_asset_id": "media/abc.jpg"}, "media_asset_id"),
        ({"media_asset_id": ["6f1c1ac8-0000-4000-8000-000000000000"]}, "media_asset_id"),
        ({"media_asset_id": "6f1c1ac8-0000-4000-8000-000000000000", "state": "ready"}, "state"),
    ],
)
def test_a_bad_request_names_the_field(project: Project, body: dict[str, Any], field: str) -> None:
    answer = project.owner.post("media/complete", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
