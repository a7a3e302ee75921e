"""A person with a marker in every field they can write uses everything, is erased, and is looked for everywhere.

Then the database is put back from a backup of the time before, the ledger is replayed, and they are looked for again.
"""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path
from typing import Any

import pytest

from ops import erasures
from sandbox.creator import TIKTOK_CHOICES, Creator, instagram_photo, tiktok_photos
from sandbox.samples import Samples
from sandbox.stack import postgres
from shared import logs
from tests.erasing import begun, columns_with, let_waits_end, row
from tests.shared.privacy.drill import Drill, drill

# Every text that a person may write into a column, and every text or document that they may hand to a function. A new
# one fails the test below, and then needs a marker in `use_everything`.
COLUMNS = {
    ("contents", "description"),
    ("contents", "tags"),
    ("contents", "title"),
    ("projects", "name"),
    ("profiles", "display_name"),
}
ARGUMENTS = {
    ("accept_invitation", "p_code"),
    ("create_project", "name"),
    ("create_publication", "p_idempotency_key"),
    ("create_publication", "p_request"),
    ("create_publication", "p_request_hash"),
    ("invitation_preview", "p_code"),
    ("preflight", "p_request"),
    ("reserve_media", "p_media_type"),
    ("reserve_media", "p_sha256"),
    ("start_connection", "p_cookie_hash"),
    ("start_connection", "p_state_hash"),
}
WRITABLE = """
    select distinct c.relname, a.attname
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'json'::regtype, 'varchar'::regtype)
      and (
        has_column_privilege('authenticated', c.oid, a.attnum, 'insert')
        or has_column_privilege('authenticated', c.oid, a.attnum, 'update')
      )
"""
HANDED = """
    select p.proname, argument.name
    from pg_proc as p
    cross join unnest(p.proargnames, p.proargtypes::oid[]) as argument (name, type)
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
      and argument.type in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
"""
# What stays, and where: ids of what is gone, in a log that says what was done and not by whom.
LEDGER = {"private.audit_log"}
# What stays with the others of a project, by the Data Policy: the contents that the person made in it, and their files.
WITH_OTHERS = {"public.contents.title", "public.contents.description", "public.contents.tags"}
# The person's own, by the names of their markers.
ACCOUNTS = (("", "instagram"), ("", "tiktok"), ("shared ", "tiktok"))


def marker() -> str:
    return f"mk{secrets.token_hex(10)}"


def marked_photo(photo: Path, text: str, folder: Path) -> Path:
    """With a comment inside the file."""
    data = photo.read_bytes()
    comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text.encode()
    made = folder / "marked.jpg"
    made.write_bytes(data[:2] + comment + data[2:])
    return made


class Life:
    """What one person leaves everywhere. `markers` by what they are, `ids` of what was theirs."""

    def __init__(self, world: Drill, samples: Samples, folder: Path) -> None:
        self.world, self.samples, self.folder = world, samples, folder
        self.markers: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        # What stays with the others, by what it is.
        self.shared: dict[str, str] = {}
        self.person = world.person(f"{self.mark('e-mail')}@itoms.test")
        self.markers["user id"] = self.person.user.id
        self.other = world.person(f"{marker()}@itoms.test")

    def mark(self, name: str) -> str:
        return self.markers.setdefault(name, marker())

    def use_everything(self) -> None:
        project_id = self.ids["project"] = self.person.create_project(self.mark("project name"))
        content_id = self.ids["content"] = self._content(project_id)
        for platform in ("instagram", "tiktok"):
            self._connect(platform, project_id)
        asset = self._upload(content_id)
        self.person.post("caption", {"content_id": content_id}).raise_for_status()
        self._publish(content_id, asset)
        with self.person.supabase.as_user(self.person.user) as rest:
            rest.post("/objections", json={"purpose": "analytics"}).raise_for_status()
            rest.post("/profiles", json={"display_name": self.mark("display name")}).raise_for_status()
        self._export()
        self._end_accesses_and_begin_anew(project_id)
        self.person.start_connect("tiktok", project_id)
        self._share()
        self._remember_what_the_platforms_gave()

    def _content(self, project_id: str) -> str:
        words = {"title": "content title", "description": "content description"}
        fields: dict[str, Any] = {field: self.mark(name) for field, name in words.items()}
        return self.person.create_content(project_id, **fields, tags=[self.mark("content tag")])

    def _connect(self, platform: str, project_id: str) -> None:
        self.markers[f"{platform} id"] = self._account(platform, self.mark(f"{platform} name"))
        self._consent(platform, project_id)

    def _account(self, platform: str, name: str) -> str:
        kind = {"account_type": "BUSINESS"} if platform == "instagram" else {}
        label = "name" if platform == "instagram" else "nickname"
        added = self.world.sandbox.add_account(platform, username=name, **{label: name}, **kind)
        return str(added["user_id" if platform == "instagram" else "open_id"])

    def _consent(self, platform: str, project_id: str) -> None:
        answer = self.person.connect(platform, project_id, account=self.markers[f"{platform} id"])
        assert answer.headers["location"].endswith("connect=connected"), answer.headers["location"]
        rows = self.person.read("connections", select="id", platform=f"eq.{platform}")
        self.ids[f"{platform} connection {len(self.ids)}"] = rows[0]["id"]

    def _upload(self, content_id: str) -> str:
        photo = marked_photo(self.samples.photo, self.mark("inside the photo"), self.folder)
        ready = self.person.upload(content_id, photo, "image/jpeg")
        assert ready["state"] == "ready", ready
        self.person.upload(content_id, self.samples.text_named_jpg, "image/jpeg")
        for number, (key,) in enumerate(self.world.db.execute("select object_key from public.media_assets").fetchall()):
            self.markers[f"file {number}"] = key
        return str(ready["id"])

    def _publish(self, content_id: str, asset: str) -> None:
        connections = {row["platform"]: row["id"] for row in self.person.read("connections", select="id,platform")}
        photo = instagram_photo(content_id, connections["instagram"], asset, caption=self.mark("Instagram caption"))
        photo["media"][0]["alt_text"] = self.mark("alternative text")
        photos = tiktok_photos(content_id, connections["tiktok"], [asset], caption=self.mark("TikTok caption"))
        photos["tiktok"] = TIKTOK_CHOICES | {"title": self.mark("TikTok title"), "auto_add_music": False}
        for name, body in (("Instagram", photo), ("TikTok", photos)):
            self.person.post("preflight", body).raise_for_status()
            answer = self.person.publish(body, key=self.mark(f"{name} idempotency key")).raise_for_status().json()
            self.ids[f"{name} publication"] = answer["id"]
            self._follow(self.person, answer["id"])

    def _follow(self, who: Creator, publication_id: str) -> None:
        deadline = time.monotonic() + 60
        while True:
            view = who.advance(publication_id).raise_for_status().json()
            if view["state"] in ("published", "failed", "unknown"):
                assert view["state"] == "published", view
                return
            assert time.monotonic() < deadline, view
            time.sleep(0.3)

    def _end_accesses_and_begin_anew(self, project_id: str) -> None:
        """Once by a click here, and once on the platform, which tells us and so leaves a notice."""
        rows = self.person.read("connections", select="id", platform="eq.instagram")
        self.person.post("connections/disconnect", {"connection_id": rows[0]["id"]}).raise_for_status()
        self.world.sandbox.disconnect(self.markers["tiktok id"])
        deadline = time.monotonic() + 20
        while not self.person.read("notices", select="id"):
            assert time.monotonic() < deadline, "the platform's word did not arrive"
            time.sleep(0.2)
        for platform in ("instagram", "tiktok"):
            self._consent(platform, project_id)

    def _export(self) -> None:
        view = self.person.post("account/export/start", {"with_media": True}).raise_for_status().json()
        deadline = time.monotonic() + 60
        while view["state"] == "under_way":
            assert time.monotonic() < deadline, view
            view = self.person.post("account/export/status", {"export_id": view["id"]}).raise_for_status().json()
        assert view["state"] == "ready", view

    def _share(self) -> None:
        """A project that somebody else owns."""
        project_id = self.other.create_project("Shared")
        invitation = self.other.invite(project_id, "editor")
        self.person.accept(invitation["code"]).raise_for_status()
        self.ids["accepted invitation"] = invitation["id"]
        made = self.person.invite(self.ids["project"], "viewer")
        self.ids["invitation"] = made["id"]
        self.markers |= {"token of an invitation": invitation["code"], "token of another": made["code"]}
        self.shared |= {name: marker() for name in ("title", "description", "tag", "inside the photo")}
        content_id = self.person.create_content(
            project_id, title=self.shared["title"], description=self.shared["description"], tags=[self.shared["tag"]]
        )
        photo = marked_photo(self.samples.photo, self.shared["inside the photo"], self.folder)
        asset = str(self.person.upload(content_id, photo, "image/jpeg")["id"])
        self._publish_in_shared(project_id, content_id, asset)

    def _publish_in_shared(self, project_id: str, content_id: str, asset: str) -> None:
        """The person through their own account and through that of another, and another through the person's."""
        tiktok = self.markers["shared tiktok id"] = self._account("tiktok", self.mark("shared tiktok name"))
        connections = {}
        for who, platform, account in (
            (self.person, "tiktok", tiktok),
            (self.other, "instagram", self._account("instagram", marker())),
        ):
            answer = who.connect(platform, project_id, account=account)
            assert answer.headers["location"].endswith("connect=connected"), answer.headers["location"]
            rows = who.read("connections", select="id", platform=f"eq.{platform}", project_id=f"eq.{project_id}")
            connections[platform] = rows[0]["id"]
        for who, name in ((self.person, "own"), (self.other, "another's")):
            body = tiktok_photos(
                content_id, connections["tiktok"], [asset], caption=self.mark(f"{name} shared caption")
            )
            body["tiktok"] = TIKTOK_CHOICES | {"title": self.mark(f"{name} shared title"), "auto_add_music": False}
            self._click(who, body, f"{name} shared idempotency key")
        body = instagram_photo(
            content_id, connections["instagram"], asset, caption=self.mark("caption on another's account")
        )
        body["media"][0]["alt_text"] = self.mark("shared alternative text")
        self._click(self.person, body, "idempotency key on another's account")

    def _click(self, who: Creator, body: dict[str, Any], key: str) -> None:
        answer = who.publish(body, key=self.mark(key)).raise_for_status().json()
        self._follow(who, answer["id"])

    def _remember_what_the_platforms_gave(self) -> None:
        mine = [(platform, self.markers[f"{whose}{platform} id"]) for whose, platform in ACCOUNTS]
        accounts = {account for _, account in mine}
        for number, token in enumerate(self.world.sandbox.tokens()):
            if token["account"] in accounts:
                self.markers[f"token {number}"] = token["token"]
        posts = [post for platform, account in mine for post in self._posts(platform, account)]
        self.markers |= {f"post {number}": post["post_id"] for number, post in enumerate(posts)}
        jobs = self.world.db.execute("select publish_id from public.publications where publish_id is not null")
        self.markers |= {f"job {number}": job for number, (job,) in enumerate(jobs.fetchall())}

    def _posts(self, platform: str, account: str) -> list[dict[str, Any]]:
        posts = self.world.sandbox.ledger(platform, account)
        assert posts
        return posts


@pytest.fixture
def world(server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    logs.configure()  # As the functions do: what a library would log of our own browser is nobody's.
    with drill(server, tmp_path / "logs") as made:
        for name, value in made.env.items():
            monkeypatch.setenv(name, value)
        made.sandbox.settings(instagram={"ready_after": 0.0}, tiktok={"ready_after": 0.0, "moderation_delay": 0.0})
        yield made


def end(world: Drill, erasure_id: str) -> None:
    for _ in range(10):
        let_waits_end(world.db, erasure_id)
        world.crons()
        if row(world.db, erasure_id)["state"] == "done":
            return
    raise AssertionError(row(world.db, erasure_id))


def judge(world: Drill, life: Life) -> None:
    assert world.find(life.markers) == []
    left = {place.partition(":")[0] for place in world.find(life.ids)}
    assert left <= LEDGER, left
    assert columns_with(world.db, *life.shared.values()) == WITH_OTHERS
    assert [row["created_by"] for row in life.other.read("contents", select="created_by")] == [None]
    history = life.other.read("publications", select="platform,state,caption,options,created_by,permalink,post_id")
    assert [(row["state"], row["caption"], row["options"]) for row in history] == [("published", "", {})] * 3
    assert [row["created_by"] for row in history].count(None) == 2
    linked = {row["platform"] for row in history if row["post_id"] or row["permalink"]}
    assert linked == {"instagram"}, "a post on another's account is still found there"


def test_nothing_is_found_but_the_documented_ledger_and_nothing_comes_back_with_a_backup(
    world: Drill, samples: Samples, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(world.db.execute(WRITABLE).fetchall()) == COLUMNS
    assert set(world.db.execute(HANDED).fetchall()) == ARGUMENTS
    life = Life(world, samples, tmp_path)
    life.use_everything()
    held = {name for name, text in life.markers.items() if world.find({name: text})}
    # Tokens are sealed, and an address that a platform gave for a post is not kept of every one.
    assert {name for name in life.markers.keys() - held if not name.startswith(("token", "post"))} == set()
    backup, files = (
        tmp_path / "before.dump",
        {item.key: item.get()["Body"].read() for item in world.bucket.objects.all()},
    )
    world.dump(backup)

    started = begun(life.person)
    end(world, started["receipt_id"])
    world.sandbox.clear_journal()
    world.crons()
    judge(world, life)
    assert world.sandbox.journal() == []
    assert world.logged(life.markers) == []
    ledger = tmp_path / "ledger"
    assert erasures.main(["ledger", "export", str(ledger)]) == 0

    world.restore(backup)
    for key, body in files.items():
        world.bucket.put_object(Key=key, Body=body)
    assert len(world.find(life.markers)) > 10, "the search sees what is there"
    assert erasures.main(["ledger", "replay", str(ledger), "--operator", "Olga"]) == 0
    assert "1 people erased before are here again" in capsys.readouterr().out
    (erasure_id,) = world.db.execute("select id from private.erasures").fetchall()[0]
    end(world, str(erasure_id))
    world.sandbox.clear_journal()
    world.crons()
    judge(world, life)

    told = [mail["subject"] for mail in world.sandbox.mails(life.person.user.email)]
    assert told.count("Your itoms account is deleted") == 1, "who came back with a backup is not written to again"
    assert not any("request about your data" in subject for subject in told)

    assert erasures.main(["ledger", "replay", str(ledger), "--operator", "Olga"]) == 0
    said = capsys.readouterr().out
    assert "0 people erased before are here again; 0 accounts were removed" in said
    assert not re.search(r"@|mk[0-9a-f]{20}", said)
    judge(world, life)
