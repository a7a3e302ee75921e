"""POST /api/media/fit: who may ask, what files could become, and that only the facts are judged."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.functions.media.uploads import reserve
from tests.people import Project

Json = dict[str, Any]
Posts = dict[tuple[str, str], Json]


def ask(by: Creator, *asset_ids: str) -> httpx.Response:
    return by.post("media/fit", {"media_asset_ids": list(asset_ids)})


def posts(by: Creator, *asset_ids: str) -> Posts:
    found = ask(by, *asset_ids).raise_for_status().json()["posts"]
    return {(post["platform"], post["kind"]): post for post in found}


def codes(found: Posts) -> dict[tuple[str, str], list[str]]:
    return {post: [problem["code"] for problem in one["problems"]] for post, one in found.items()}


def change(db: psycopg.Connection[Any], asset_id: str, **facts: Any) -> None:
    """As if the file had been probed to be another."""
    columns = ", ".join(f"{name} = %({name})s" for name in facts)
    db.execute(f"update public.media_assets set {columns} where id = %(asset)s", facts | {"asset": asset_id})


def test_a_stranger_learns_nothing_of_a_file(project: Project, photo: dict[str, str]) -> None:
    answer = ask(project.stranger, photo["media_asset_id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_one_file_of_others_among_ones_own_is_as_if_it_were_not_there(
    project: Project, photo: dict[str, str], samples: Samples
) -> None:
    stranger = project.stranger
    content_id = stranger.create_content(stranger.create_project("Valleys"))
    own = stranger.upload(content_id, samples.photo, "image/jpeg")["id"]

    assert ask(stranger, own).status_code == 200
    mixed, absent = ask(stranger, own, photo["media_asset_id"]), ask(stranger, own, str(uuid4()))
    assert (mixed.status_code, mixed.json()) == (absent.status_code, absent.json())
    assert mixed.json()["code"] == "not_found"


@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4())] * 36])
def test_none_too_many_and_what_is_no_id_are_refused(project: Project, ids: list[str]) -> None:
    answer = ask(project.owner, *ids)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_file_that_did_not_arrive_is_not_judged(project: Project, samples: Samples) -> None:
    content_id = project.owner.create_content(project.id)
    asset_id = reserve(project.owner, content_id, samples.photo.read_bytes(), "image/jpeg").id
    answer = ask(project.owner, asset_id)
    assert (answer.status_code, answer.json()["code"]) == (422, "media_not_ready")


def test_who_may_only_look_may_look_at_this_too(project: Project, photo: dict[str, str]) -> None:
    assert posts(project.viewer, photo["media_asset_id"]) == posts(project.owner, photo["media_asset_id"])


def test_a_good_photo_fits_everywhere(project: Project, photo: dict[str, str], db: psycopg.Connection[Any]) -> None:
    change(db, photo["media_asset_id"], width=1080, height=1350)
    found = posts(project.owner, photo["media_asset_id"])
    assert codes(found) == {("instagram", "photo"): [], ("instagram", "story"): [], ("tiktok", "photo"): []}
    assert all(post["fits"] and post["account_decides"] == [] for post in found.values())


def test_a_good_video_fits_everywhere_but_its_length_is_for_tiktok_to_say(
    project: Project, video: dict[str, str]
) -> None:
    found = posts(project.owner, video["media_asset_id"])
    assert codes(found) == {("instagram", "reel"): [], ("instagram", "story"): [], ("tiktok", "video"): []}
    assert {post: one["account_decides"] for post, one in found.items()} == {
        ("instagram", "reel"): [],
        ("instagram", "story"): [],
        ("tiktok", "video"): ["duration"],
    }


def test_each_kind_is_judged_by_its_own_limits(
    project: Project, video: dict[str, str], db: psycopg.Connection[Any]
) -> None:
    change(db, video["media_asset_id"], duration_ms=90_000, video_codec="vp9")
    assert codes(posts(project.owner, video["media_asset_id"])) == {
        ("instagram", "reel"): ["media_format_invalid"],
        ("instagram", "story"): ["duration_invalid", "media_format_invalid"],
        ("tiktok", "video"): [],
    }


def test_several_are_judged_together_in_their_order(
    project: Project, samples: Samples, db: psycopg.Connection[Any]
) -> None:
    content_id = project.owner.create_content(project.id)
    first, second = (project.owner.upload(content_id, file, "image/jpeg")["id"] for file in samples.photos[:2])
    change(db, first, width=1080, height=3000)

    found = posts(project.owner, second, first)
    assert set(found) == {("instagram", "carousel"), ("tiktok", "photo")}
    (problem,) = found["instagram", "carousel"]["problems"]
    assert (problem["code"], problem["item"]) == ("image_ratio_invalid", 1)
    assert problem["what"].startswith("Item 2: ")
    assert problem["fix"] != ""


def test_what_files_cannot_be_together_is_not_offered(
    project: Project, photo: dict[str, str], video: dict[str, str]
) -> None:
    assert set(posts(project.owner, photo["media_asset_id"], video["media_asset_id"])) == {("instagram", "carousel")}
    assert set(posts(project.owner, *[photo["media_asset_id"]] * 11)) == {("tiktok", "photo")}
    assert posts(project.owner, *[video["media_asset_id"]] * 11) == {}


def test_no_platform_is_asked_and_nothing_changes(
    project: Project, photo: dict[str, str], sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    def counts() -> Any:
        return db.execute(
            "select (select count(*) from public.publications), (select count(*) from private.audit_log),"
            " (select count(*) from private.rate_limits)"
        ).fetchone()

    before, heard = counts(), len(sandbox.journal())
    ask(project.owner, photo["media_asset_id"]).raise_for_status()
    assert (counts(), len(sandbox.journal())) == (before, heard)
