"""The queue drives publications, and nothing but time is lost when it does not."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from threading import Event, Thread

import httpx
import pytest
from vercel.queue.devserver import EmbeddedQueueDevServer, embedded_queue_dev_server

from sandbox.stack.clients import local_client
from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from shared.publishing import consumer
from shared.publishing.consumer import CONSUMER_GROUP
from shared.publishing.queue import seal, send_step
from shared.runtime import Runtime
from shared.settings import Settings
from tests.shared.publishing.clicks import Click, Database, MakeClick, run_cron

pytest_plugins = ["tests.shared.publishing.desk"]

TOPIC = "publications"
ID = "11111111-2222-4333-8444-555555555555"
HEADERS = {
    "ce-type": "com.vercel.queue.v2beta",
    "ce-vqsqueuename": TOPIC,
    "ce-vqsconsumergroup": CONSUMER_GROUP,
    "ce-vqsmessageid": "0-1",
    "ce-vqsreceipthandle": "none",
    "ce-vqscreatedat": "2026-01-01T00:00:00Z",
    "content-type": "application/octet-stream",
}
AT_ONCE = 12
# TikTok takes six inits a minute from one account, Instagram a hundred posts a day.
TIKTOK, INSTAGRAM = (8, 5), (2, 80)
CLONE = """
with clicked as (
  select id, gen_random_uuid() as clone, n from public.publications, generate_series(1, %(count)s) as n
  where id = %(id)s
), publications as (
  insert into public.publications
  select (jsonb_populate_record(p, jsonb_build_object('id', c.clone, 'idempotency_key', c.clone))).*
  from clicked as c inner join public.publications as p on p.id = c.id
  returning id
), items as (
  insert into public.publication_items
  select (jsonb_populate_record(i, jsonb_build_object('publication_id', c.clone))).*
  from clicked as c inner join public.publication_items as i on i.publication_id = c.id
)
select id::text from publications
"""


@dataclass(slots=True)
class Vercel:
    """Takes what is visible in the package's own queue server to the function, as Vercel does, several at once."""

    queue: EmbeddedQueueDevServer
    app: str
    statuses: list[int] = field(default_factory=list)
    at_once: int = 0
    stop: Event = field(default_factory=Event)

    def messages(self) -> int:
        return len(self.queue.state.by_id)

    def run(self) -> None:
        client = local_client(base_url=self.app)
        deliveries = partial(self.queue.iter_push_deliveries, TOPIC, CONSUMER_GROUP, region="dev1")
        running: set[Future[None]] = set()
        with client, ThreadPoolExecutor(AT_ONCE) as threads:
            while not self.stop.wait(0.01):
                running = {delivery for delivery in running if not delivery.done()}
                while len(running) < AT_ONCE and (found := next(deliveries(), None)):
                    running.add(threads.submit(self.deliver, client, found.body, dict(found.headers)))
                self.at_once = max(self.at_once, len(running))

    def deliver(self, client: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
        self.statuses.append(client.post("/functions/queues/advance.py", content=body, headers=headers).status_code)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """As `vercel dev` tells its functions where the queue is."""

    def configure(base_url: str) -> None:
        monkeypatch.setenv("QUEUE_TOPIC", TOPIC)
        monkeypatch.setenv("VERCEL_QUEUE_BASE_URL", base_url)
        monkeypatch.setenv("VERCEL_QUEUE_TOKEN", "vc-dev-token")
        monkeypatch.setenv("VERCEL_REGION", "dev1")

    return configure


@pytest.fixture
def queue(configured: Callable[[str], None]) -> Iterator[EmbeddedQueueDevServer]:
    with embedded_queue_dev_server(manual_clock=False) as server:
        configured(server.base_url)
        yield server


@pytest.fixture
def vercel(queue: EmbeddedQueueDevServer, stack: Stack) -> Iterator[Vercel]:
    dispatcher = Vercel(queue, stack.addresses.app)
    thread = Thread(target=dispatcher.run, daemon=True)
    thread.start()
    yield dispatcher
    dispatcher.stop.set()
    thread.join(60)


def publications(click: MakeClick, platform: str, accounts: int, each: int) -> dict[str, Click]:
    """By id. The first of each account was clicked, the others are its copies."""
    made: dict[str, Click] = {}
    for _ in range(accounts):
        first = click(platform)
        copies = first.db.execute(CLONE, {"id": first.id, "count": each - 1}).fetchall()
        made |= dict.fromkeys([first.id, *(row[0] for row in copies)], first)
    return made


def begin(stack: Stack, ids: list[str]) -> None:
    """The message of each click."""

    async def send() -> None:
        told = {name: os.environ[name] for name in ("QUEUE_TOPIC", "VERCEL_QUEUE_BASE_URL")}
        runtime = Runtime.from_environ(stack.env | told)
        async with runtime.egress.client:
            for some in batched(ids, AT_ONCE):
                await asyncio.gather(*(send_step(runtime, publication_id, delay_seconds=0) for publication_id in some))

    asyncio.run(send())


def unfinished(db: Database, ids: list[str]) -> int:
    query = "select count(*) from public.publications where id = any(%s) and state <> 'published'"
    found = db.execute(query, (ids,)).fetchone()
    assert found
    return int(found[0])


def wait_until(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.05)


def test_200_publications_in_flight_end_by_the_queue_alone_each_posted_once(
    *, click: MakeClick, vercel: Vercel, stack: Stack, db: Database
) -> None:
    made = publications(click, "tiktok", *TIKTOK) | publications(click, "instagram", *INSTAGRAM)
    ids = list(made)
    assert len(ids) == 200

    begin(stack, ids)
    wait_until(lambda: unfinished(db, ids) == 0, 120)

    assert unfinished(db, ids) == 0
    accounts = {one.connected.account: one for one in made.values()}.values()
    assert sum(len(one.posts()) for one in accounts) == len(ids)
    assert {len(one.posts()) for one in accounts} == {TIKTOK[1], INSTAGRAM[1]}
    assert vercel.at_once == AT_ONCE
    assert set(vercel.statuses) == {200}
    assert vercel.messages() > len(ids), "each step sends for the next one"


def test_a_click_that_is_not_through_sends_a_message_and_the_queue_does_the_rest(
    click: MakeClick, vercel: Vercel
) -> None:
    made = click("tiktok")

    assert made.owner.advance(made.id).status_code in (200, 202)
    wait_until(lambda: made.outcome()[0] == "published", 20)

    assert made.outcome() == ("published", None)
    assert len(made.posts()) == 1
    assert vercel.messages() >= 1


@pytest.fixture
def post(stack: Stack) -> Callable[..., httpx.Response]:
    """A delivery of the message, with some of its headers changed."""

    def send(message: bytes, **changed: str) -> httpx.Response:
        names = {"type": "ce-type", "topic": "ce-vqsqueuename", "group": "ce-vqsconsumergroup"}
        headers = HEADERS | {names[name]: value for name, value in changed.items()}
        return httpx.post(f"{stack.addresses.app}/functions/queues/advance.py", content=message, headers=headers)

    return send


def test_a_message_that_none_of_ours_sent_is_acknowledged_and_moves_nothing(
    *, click: MakeClick, queue: EmbeddedQueueDevServer, vercel: Vercel, stack: Stack
) -> None:
    made = click("instagram")
    genuine = seal(Settings(stack.env), made.id)
    forged = [b"", b"{", b"\xff\xfe", made.id.encode(), genuine[:-1] + b"!", ID.encode() + genuine[36:]]
    sender = queue.get_sync_client()
    for message in forged:
        sender.send(TOPIC, message)
    wait_until(lambda: len(vercel.statuses) == len(forged), 20)

    assert all(message.acknowledged for message in queue.state.by_id.values())
    assert vercel.statuses == [200] * len(forged)
    assert made.row()["epoch"] == 0


@pytest.mark.parametrize("changed", [{"type": "other"}, {"topic": "others"}, {"group": "others"}])
def test_what_is_no_delivery_to_us_is_refused(
    *,
    click: MakeClick,
    queue: EmbeddedQueueDevServer,
    stack: Stack,
    post: Callable[..., httpx.Response],
    changed: dict[str, str],
) -> None:
    made = click("instagram")
    answer = post(seal(Settings(stack.env), made.id), **changed)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_the_queue")
    assert made.row()["epoch"] == 0


def test_without_a_queue_every_delivery_is_refused(
    click: MakeClick, stack: Stack, post: Callable[..., httpx.Response]
) -> None:
    made = click("instagram")

    assert post(seal(Settings(stack.env), made.id)).json()["code"] == "not_the_queue"
    assert made.row()["epoch"] == 0


def test_a_message_that_comes_again_and_again_posts_once(click: MakeClick, vercel: Vercel, stack: Stack) -> None:
    made = click("instagram")

    begin(stack, [made.id] * 20)
    wait_until(lambda: len(vercel.statuses) >= 20 and made.outcome()[0] == "published", 20)

    assert made.outcome() == ("published", None)
    assert len(made.posts()) == len(made.calls("instagram.media_publish")) == 1
    assert set(vercel.statuses) == {200}


def test_a_step_that_breaks_leaves_its_message_to_be_delivered_again(
    *, click: MakeClick, vercel: Vercel, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = click("instagram")

    async def breaks(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(consumer, "step", breaks)
    begin(stack, [made.id])
    wait_until(lambda: bool(vercel.statuses), 20)

    assert vercel.statuses == [500]
    assert not any(message.acknowledged for message in vercel.queue.state.by_id.values())


def test_with_the_queue_down_a_click_is_answered_and_the_cron_ends_it(
    *, click: MakeClick, configured: Callable[[str], None], stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    configured(f"http://127.0.0.1:{free_ports(1)[0]}")
    made = click("tiktok")

    assert made.owner.advance(made.id).status_code == 202
    for _ in range(10):
        made.make_due()
        assert run_cron(stack).status_code == 200

    assert made.outcome() == ("published", None)
    assert len(made.posts()) == 1
    assert '"event":"not_queued"' in caplog.text


def test_a_queue_that_does_not_answer_holds_nobody_up_for_long(configured: Callable[[str], None], stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configured(f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        begin(stack, [ID])

    assert time.monotonic() - began < 3


def test_without_a_queue_nothing_is_sent(
    queue: EmbeddedQueueDevServer, click: MakeClick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUEUE_TOPIC")
    made = click("tiktok")

    assert made.settle() == ("published", None)
    assert queue.state.by_id == {}


def test_a_message_holds_an_id_and_a_proof_and_nothing_else(click: MakeClick, queue: EmbeddedQueueDevServer) -> None:
    made = click("tiktok")
    made.owner.advance(made.id)
    [message] = queue.state.by_id.values()

    assert re.fullmatch(rb"[0-9a-f-]{36}\.[0-9a-f]{64}", message.payload.read())
    assert message.payload.read().startswith(made.id.encode())
