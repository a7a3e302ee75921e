"""Many workers, one database: a publication is in one pair of hands at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import psycopg

from sandbox.creator import Creator
from sandbox.stack.postgres import Server
from tests.shared.publishing.clicks import MakeClick, run_cron

pytest_plugins = ["tests.shared.publishing.desk"]

PUBLICATIONS = 1000
WORKERS = 32
# One statement claims so many: more of the time goes into claiming than into asking.
AT_ONCE = 20
CLAIM = """
    select id::text from unnest(%s::uuid[]) as id where public.claim_publication(id, 60) is not null
"""


def test_of_32_workers_only_one_claims_each_publication(
    make_creator: Callable[[], Creator], server: Server, db: psycopg.Connection[Any]
) -> None:
    owner = make_creator()
    made = db.execute(
        "insert into public.publications"
        " (project_id, platform, kind, caption, idempotency_key, request_hash, created_by)"
        " select %s, 'instagram', 'photo', '', 'concurrent-' || n, repeat('0', 64), %s from generate_series(1, %s) as n"
        " returning id::text",
        (owner.create_project("Hills"), owner.user.id, PUBLICATIONS),
    ).fetchall()
    ids = [row[0] for row in made]
    start = Barrier(WORKERS)

    def work(_: int) -> list[str]:
        claimed: list[str] = []
        with server.connect() as connection:
            start.wait()
            for first in range(0, PUBLICATIONS, AT_ONCE):
                found = connection.execute(CLAIM, (ids[first : first + AT_ONCE],)).fetchall()
                claimed += [publication_id for (publication_id,) in found]
        return claimed

    with ThreadPoolExecutor(WORKERS) as threads:
        claims = Counter(claim for claimed in threads.map(work, range(WORKERS)) for claim in claimed)
    assert claims == dict.fromkeys(ids, 1)
    epochs = db.execute(
        "select distinct epoch, state::text from public.publications where id::text = any(%s)", (ids,)
    ).fetchall()
    assert epochs == [(1, "preparing")]
    db.execute("update public.publications set next_step_at = null where id::text = any(%s)", (ids,))


def test_of_two_results_for_one_claim_only_the_first_is_written(click: MakeClick, server: Server) -> None:
    made = click("instagram")
    made.put(state="committing", epoch=7, container_id="1")
    start = Barrier(WORKERS)

    def write(number: int) -> bool:
        to = "published" if number % 2 else "unknown"
        with server.connect() as connection:
            start.wait()
            found = connection.execute(
                "select public.record_step(%s, 7, 'committing', %s, %s, 'step', '{}', true)",
                (made.id, to, '{"reason": "outcome_unclear"}'),
            ).fetchone()
        return bool(found and found[0])

    with ThreadPoolExecutor(WORKERS) as threads:
        assert sum(threads.map(write, range(WORKERS))) == 1
    assert made.events().count("step") == 1


def test_20_polls_at_once_make_one_post(click: MakeClick) -> None:
    made = click("instagram")
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: made.owner.advance(made.id), range(20)))
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert made.settle() == ("published", None)
    assert len(made.posts()) == len(made.calls("instagram.media_publish")) == len(made.calls("instagram.media")) == 1


def test_20_polls_at_once_make_one_init(click: MakeClick) -> None:
    made = click("tiktok")
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda _: made.owner.advance(made.id), range(20)))
    assert made.settle() == ("published", None)
    assert len(made.posts()) == len(made.calls("tiktok.video_init")) == 1


def test_polls_and_crons_at_once_make_one_post(click: MakeClick) -> None:
    made = [click("instagram"), click("tiktok")]
    with ThreadPoolExecutor(12) as threads:
        crons = [threads.submit(run_cron, made[0].stack) for _ in range(4)]
        polls = [threads.submit(one.owner.advance, one.id) for one in made for _ in range(4)]
        assert {done.result().status_code for done in [*crons, *polls]} <= {200, 202}
    for one in made:
        assert one.settle() == ("published", None)
        assert len(one.posts()) == 1
