"""The state machine with one step more or less: its tests must notice each."""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg

from tests.database.test_mutants import Mutant, survivors
from tests.database.test_rls import World
from tests.shared.publishing import test_states as states

# One answer of the function, turned round.
TURNED = """
    alter function private.may_become rename to may_become_before;
    create function private.may_become(
      p_platform public.platform, p_from public.publication_state, p_to public.publication_state
    ) returns boolean language sql as $$
      select private.may_become_before(p_platform, p_from, p_to)
        <> ((p_platform, p_from, p_to) = ('{platform}', '{before}', '{after}'))
    $$
"""
TRIGGER = "drop trigger keep_publication_states on public.publications"


def test_no_step_can_come_or_go_unseen(schema: World, seeded: psycopg.Connection[Any]) -> None:
    make = partial(states.insert, seeded, schema.names["project"], schema.names["owner"])

    def mutant(platform: str, before: str, after: str) -> Mutant:
        proof = partial(states.test_only_the_steps_of_the_platform_are_possible, make, seeded, platform, before, after)
        return TURNED.format(platform=platform, before=before, after=after), proof

    assert survivors(seeded, [mutant(*pair) for pair in states.EVERY_PAIR]) == []


def test_the_state_machine_cannot_go_unseen(schema: World, seeded: psycopg.Connection[Any]) -> None:
    make = partial(states.insert, seeded, schema.names["project"], schema.names["owner"])
    proofs = [
        partial(states.test_an_end_is_dated_and_never_due, make, seeded, state) for state in ("published", "failed")
    ]
    for platform, before, after in states.EVERY_PAIR:
        if after not in states.LEGAL[platform][before]:
            proofs.append(
                partial(states.test_only_the_steps_of_the_platform_are_possible, make, seeded, platform, before, after)
            )

    assert survivors(seeded, [(TRIGGER, proof) for proof in proofs]) == []
