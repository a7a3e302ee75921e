"""POST /api/account/erasure/preview: what would go, what blocks and what stays, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.creator import Creator
from tests.erasing import Db, add_member
from tests.people import Connected, Project


def test_it_counts_what_would_go_and_says_what_stays(
    project: Project, connect: Callable[..., Connected], photo: dict[str, str], db: Db
) -> None:
    connect(project, "instagram")
    own = project.owner.create_project("Alone")
    seen = project.owner.post("account/erasure/preview", {}).raise_for_status().json()

    assert seen["blocked"] is True
    assert {entry["id"]: entry["fate"] for entry in seen["projects"]} == {project.id: "blocks", own: "deleted"}
    assert [entry["name"] for entry in seen["projects"]] == ["Hills", "Alone"]
    assert "delete_projects" in seen["projects"][0]["why"]
    assert (seen["goes"]["projects"], seen["goes"]["contents"], seen["goes"]["files"]) == (2, 1, 1)
    assert seen["goes"]["connections"] == 1
    assert any("Posts on Instagram and TikTok stay" in sentence for sentence in seen["stays"])
    assert any("audit log" in sentence for sentence in seen["stays"])
    assert project.owner.read("connections", select="status") == [{"status": "active"}]
    assert db.execute("select 1 from private.erasures where user_id = %s", (project.owner.user.id,)).fetchone() is None


def test_what_others_own_only_loses_a_member(
    project: Project, make_creator: Callable[[], Creator], photo: dict[str, str], db: Db
) -> None:
    add_member(db, project.id, make_creator(), "owner")
    seen = project.owner.post("account/erasure/preview", {}).json()
    edited = project.editor.post("account/erasure/preview", {}).json()

    for one in (seen, edited):
        assert one["blocked"] is False
        assert [entry["fate"] for entry in one["projects"]] == ["left"]
        assert one["goes"]["contents"] == one["goes"]["files"] == 0


def test_nobody_sees_more_than_their_own(project: Project) -> None:
    seen = project.stranger.post("account/erasure/preview", {}).json()

    assert seen["projects"] == []
    assert set(seen["goes"].values()) == {0}
