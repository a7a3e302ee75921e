"""Two people at once in one process, as Fluid compute serves them: neither ever gets a byte of the other's."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator, instagram_photo, tiktok_video
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl, local_client
from sandbox.stack.stack import Stack
from shared.database import Database
from tests.canary.scan import Finding, Marker, Scanner, Sighting
from tests.functions.test_every_endpoint import USER
from tests.people import Connected, Project

pytest_plugins = ["tests.shared.publishing.desk"]

THREADS = 32
REQUESTS_EACH = 12
PLATFORMS = ("instagram", "tiktok")
TABLES = (
    "projects", "project_members", "contents", "media_assets", "connections", "disconnections", "publications",
    "publication_items", "publication_events", "consents", "objections",
)  # fmt: skip
# Every id and name that belongs to the projects of one person, also what the hammering made.
BELONGINGS = """
select p.id::text from public.projects as p where p.id = any(%(projects)s)
union select c.id::text from public.contents as c where c.project_id = any(%(projects)s)
union select unnest(array[m.id::text, m.object_key]) from public.media_assets as m
  inner join public.contents as c on c.id = m.content_id where c.project_id = any(%(projects)s)
union select unnest(array[c.id::text, c.platform_account_id, c.display_name]) from public.connections as c
  where c.project_id = any(%(projects)s)
union select unnest(array[p.id::text, p.container_id, p.publish_id, p.post_id, p.permalink]) from public.publications
  as p where p.project_id = any(%(projects)s)
"""

Json = dict[str, Any]
Request = Callable[[httpx.Client], httpx.Response]


@dataclass(frozen=True, slots=True)
class Person:
    """`word` is in every text of theirs: names, titles, captions."""

    word: str
    creator: Creator
    project_id: str
    contents: Mapping[str, str]
    assets: Mapping[str, str]
    connections: Mapping[str, Connected]
    publications: list[str] = field(default_factory=list)

    def post_body(self, platform: str) -> Json:
        make, kind = (instagram_photo, "photo") if platform == "instagram" else (tiktok_video, "video")
        ids = self.contents[kind], self.connections[platform].id, self.assets[kind]
        return make(*ids, caption=f"A post of {self.word}")


@dataclass(frozen=True, slots=True)
class Said:
    """What one person was answered."""

    word: str
    action: str
    status: int
    text: str


@pytest.fixture
def make_person(
    *,
    prompt: None,
    make_creator: Callable[[], Creator],
    connect: Callable[..., Connected],
    samples: Samples,
) -> Callable[[], Person]:
    def make() -> Person:
        word, creator = f"word{uuid.uuid4().hex[:12]}", make_creator()
        project_id = creator.create_project(f"Project {word}")
        around = Project(project_id, creator, creator, creator, creator)
        texts = {"title": f"Title {word}", "description": f"Description {word}", "tags": [word]}
        contents = {
            kind: creator.create_content(project_id, type=type_, **texts)
            for kind, type_ in (("photo", "image"), ("video", "video"))
        }
        assets = {
            "photo": creator.upload(contents["photo"], samples.photo, "image/jpeg")["id"],
            "video": creator.upload(contents["video"], samples.video, "video/mp4")["id"],
        }
        connections = {
            "instagram": connect(around, "instagram", username=f"ig.{word}", name=word),
            "tiktok": connect(around, "tiktok", username=f"tt.{word}", nickname=f"Nick {word}"),
        }
        person = Person(word, creator, project_id, contents, assets, connections)
        for platform in connections:
            made = creator.publish(person.post_body(platform)).raise_for_status().json()
            person.publications.append(made["id"])
        return person

    return make


def actions(stack: Stack, person: Person, other: Person) -> dict[str, Request]:
    """What a person asks for, and what goes wrong in between: a typing error, and an attack on the other one."""
    mine, theirs = bodies(person), {name: body for name, body in bodies(other).items() if names_something(body)}
    return {
        **{name: partial(call, person, name, body) for name, body in mine.items()},
        **{f"publish {name}": partial(call, person, "publish", person.post_body(name)) for name in PLATFORMS},
        **{f"theirs: {name}": partial(call, person, name, body) for name, body in theirs.items()},
        **{f"wrong: {name}": partial(call, person, name, {**body, "more": 1}) for name, body in mine.items()},
        **{f"read {table}": partial(read, stack, person, table) for table in TABLES},
        "no JSON": lambda client: client.post("/api/publish", headers=person.creator.user.headers, content=b"{"),
        "a callback": lambda client: client.get("/api/oauth/tiktok/callback", params={"code": "x", "state": "y"}),
        "another method": lambda client: client.get("/api/publish", headers=person.creator.user.headers),
        "health": lambda client: client.get("/api/health"),
    }  # fmt: skip


def names_something(body: Json) -> bool:
    """Of the other one: without an id it is about whoever asks."""
    return any(name.endswith(("_id", "_ids")) for name in body)


def bodies(person: Person) -> dict[str, Json]:
    """One good body for every endpoint for users, but for the one that would end them."""
    return {
        "account/erasure/preview": {},
        "account/export/download": {"export_id": str(uuid.uuid4())},
        "account/export/start": {"with_media": False},
        "account/export/status": {"export_id": str(uuid.uuid4())},
        "caption": {"content_id": person.contents["photo"], "preview": random.random() < 0.7},
        "connections/disconnect": {"connection_id": str(uuid.uuid4())},
        "media/complete": {"media_asset_id": person.assets["photo"]},
        "media/fit": {"media_asset_ids": [person.assets["photo"]]},
        "media/parts": {"media_asset_id": person.assets["photo"]},
        "media/upload": {
            "content_id": person.contents["photo"], "media_type": "image/jpeg", "byte_size": 1000, "sha256": "a" * 64,
        },
        "oauth/instagram/start": {"project_id": person.project_id},
        "oauth/tiktok/start": {"project_id": person.project_id},
        "preflight": person.post_body("instagram"),
        "publications/advance": {"publication_id": random.choice(person.publications)},
        "publications/confirm": {"publication_id": random.choice(person.publications), "go_on": True},
        "publications/resolve": {"publication_id": random.choice(person.publications), "posted": True},
        "publish": person.post_body("instagram"),
    }  # fmt: skip


def call(person: Person, name: str, body: Json, client: httpx.Client) -> httpx.Response:
    headers = person.creator.user.headers | {"idempotency-key": uuid.uuid4().hex}
    return client.post(f"/api/{name}", json=body, headers=headers)


def read(stack: Stack, person: Person, table: str, client: httpx.Client) -> httpx.Response:
    """As the web client does, past our functions."""
    headers = person.creator.user.headers | {"apikey": stack.keys["SUPABASE_PUBLISHABLE_KEY"]}
    return client.get(f"{stack.addresses.supabase}/rest/v1/{table}", headers=headers)


def hammer(stack: Stack, people: Sequence[Person], requests_each: int) -> list[Said]:
    """Every thread speaks for both, by turns and over one connection, so that nothing may hang on the connection."""
    both = [(person, actions(stack, person, other)) for person, other in zip(people, reversed(people), strict=True)]
    start = Barrier(THREADS)

    def work(thread: int) -> list[Said]:
        choose = random.Random(thread)
        said = []
        with local_client(base_url=stack.addresses.app, timeout=120) as client:
            start.wait()
            for number in range(requests_each):
                person, can = both[number % 2]
                # The first ones make sure that everything is asked at least once.
                names = list(can)
                name = names[(thread + number // 2 * THREADS) % len(names)] if number < 6 else choose.choice(names)
                said.append(heard(person, name, can[name](client)))
                client.cookies.clear()
        return said

    with ThreadPoolExecutor(THREADS) as threads:
        return [one for some in threads.map(work, range(THREADS)) for one in some]


def heard(person: Person, action: str, answer: httpx.Response) -> Said:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
    return Said(person.word, action, answer.status_code, f"{headers}\n\n{answer.text}")


def markers(person: Person, sandbox: SandboxControl, db: psycopg.Connection[Any]) -> Iterator[Marker]:
    """Everything that is this person's, and may be answered to nobody else."""
    user = person.creator.user
    accounts = {connected.account for connected in person.connections.values()}
    tokens = [token["token"] for token in sandbox.tokens() if token["account"] in accounts]
    belongings = [text for (text,) in db.execute(BELONGINGS, {"projects": [person.project_id]}) if text]
    for text in (person.word, user.id, user.email, user.token, *accounts, *tokens, *belongings):
        # Shorter ones, such as a number of a sandbox, may stand in any text.
        if len(text) >= 12:
            yield Marker(f"{person.word}'s", text, (f"to {person.word} *",))


def leaks(people: Sequence[Person], said: list[Said], sandbox: SandboxControl, db: Any) -> list[Finding]:
    known = [marker for person in people for marker in markers(person, sandbox, db)]
    assert len(known) > 40
    return Scanner(known).scan(Sighting(f"to {one.word} after {one.action}", one.text) for one in said)


def test_two_people_hammering_one_process_never_see_a_byte_of_each_other(
    stack: Stack, make_person: Callable[[], Person], sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    people = [make_person(), make_person()]
    assert sorted([*bodies(people[0]), "account/erasure/start"]) == USER, "every endpoint for users"
    for person in people:
        for connected in person.connections.values():
            sandbox.fault(f"{connected.platform}.*", "html_502", times=3, account=connected.account, skip=4)
    said = hammer(stack, people, REQUESTS_EACH)

    assert leaks(people, said, sandbox, db) == []
    good = Counter((one.word, one.action) for one in said if one.status < 300)
    for person in people:
        for action in (
            "caption",
            "media/upload",
            "preflight",
            "publish instagram",
            "oauth/tiktok/start",
            "read contents",
        ):
            assert good[person.word, action], f"{action} never succeeded, so it proves nothing"
        assert not [one for one in said if one.action.startswith(("theirs:", "wrong:")) and one.status < 400]
    assert {500} & {one.status for one in said} == set()


@pytest.mark.usefixtures("spoils_answers")
def test_a_deliberate_leak_is_seen(
    *,
    stack: Stack,
    make_person: Callable[[], Person],
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The mistake: what the database said to one is kept, and said to whoever asks the same function next."""
    people = [make_person(), make_person()]
    ask, kept = Database.as_user, dict[str, Any]()

    async def remembering(database: Database, jwt: Any, function: str, **arguments: object) -> Any:
        if function not in kept:
            kept[function] = await ask(database, jwt, function, **arguments)
        return kept[function]

    monkeypatch.setattr(Database, "as_user", remembering)
    found = leaks(people, hammer(stack, people, 4), sandbox, db)

    assert len({finding.place.split()[1] for finding in found}) >= 1
    assert all(finding.marker.kind.removesuffix("'s") != finding.place.split()[1] for finding in found)
