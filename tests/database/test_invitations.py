"""Whom a code lets in: nobody but who holds it, once, for as long as its maker is an owner, and never below what they
are already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests.database.test_edges import Ask, become, refused

CREATE = "select private.create_invitation(%(project)s, %(role)s)"
ACCEPT = "select private.accept_invitation(%(given)s) ->> 'role'"
PREVIEW = "select private.invitation_preview(%(given)s)"
WITHDRAW = "select private.withdraw_invitation(%(id)s)"
ROLE = "select role::text from public.project_members where user_id = %({person})s"
ROLES = ("viewer", "editor", "owner")


def invite(ask: Ask, role: str = "viewer", *, by: str = "owner") -> dict[str, Any]:
    become(ask, by)
    return dict(ask(CREATE, role=role))


def accept(ask: Ask, code: str, *, person: str = "stranger") -> str:
    become(ask, person)
    return str(ask(ACCEPT, given=code))


def role(ask: Ask, person: str) -> str | None:
    found = ask(ROLE.format(person=person))
    return None if found is None else str(found)


def opens_nothing(ask: Ask, code: str | None, *, person: str = "stranger") -> None:
    before = role(ask, person)
    become(ask, person)
    for statement in (PREVIEW, ACCEPT):
        refused(ask, statement, "invitation_unknown", given=code)
    assert role(ask, person) == before


def is_open(ask: Ask, invitation: dict[str, Any]) -> bool:
    become(ask, "owner")
    return bool(
        ask("select count(*) from private.open_invitation_ids() as o (id) where o.id::text = %(id)s", **invitation)
    )


# The code


def test_a_code_is_256_bits_and_the_database_keeps_its_hash_only(ask: Ask) -> None:
    made = [invite(ask) for _ in range(20)]
    codes = {invitation["code"] for invitation in made}

    assert len(codes) == 20
    for code in codes:
        assert re.fullmatch("[A-Za-z0-9_-]{43}", code)
    kept = ask("select code_hash from public.invitations where id = %(id)s", id=made[0]["id"])
    assert kept == hashlib.sha256(made[0]["code"].encode()).hexdigest()
    assert not ask(
        "select count(*) from public.invitations as i where i::text like '%%' || %(code)s || '%%'", **made[0]
    )


def test_what_is_nearly_a_code_opens_nothing(ask: Ask) -> None:
    made = invite(ask)
    kept = ask("select code_hash from public.invitations where id = %(id)s", id=made["id"])
    code = made["code"]

    for guess in (None, "", kept, made["id"], f"{code} ", code[:-1], code.swapcase(), "%", "_" * 43, "A" * 43):
        opens_nothing(ask, guess)
    assert accept(ask, code) == "viewer"


@pytest.mark.parametrize(("left", "opens"), [("1 microsecond", True), ("0", False), ("-1 microsecond", False)])
def test_an_invitation_ends_at_its_end(ask: Ask, left: str, opens: bool) -> None:
    made = invite(ask)
    assert ask("select expires_at = now() + interval '7 days' from public.invitations where id = %(id)s", id=made["id"])
    ask("update public.invitations set expires_at = now() + %(left)s::interval", left=left)

    assert is_open(ask, made) is opens
    if opens:
        assert accept(ask, made["code"]) == "viewer"
    else:
        opens_nothing(ask, made["code"])


def test_a_second_person_finds_a_spent_code_like_one_that_never_was(ask: Ask) -> None:
    made = invite(ask, "editor")
    assert accept(ask, made["code"]) == "editor"

    opens_nothing(ask, made["code"], person="viewer")
    opens_nothing(ask, made["code"], person="owner")
    assert not is_open(ask, made)


def test_whoever_accepted_is_answered_the_same_again(ask: Ask) -> None:
    made = invite(ask, "editor")

    assert [accept(ask, made["code"]) for _ in range(2)] == ["editor", "editor"]
    assert ask(PREVIEW, given=made["code"])["role"] == "editor"
    assert ask("select count(*) from public.project_members where user_id = %(stranger)s") == 1


def test_a_spent_code_gives_nothing_back_that_an_owner_took(ask: Ask) -> None:
    made = invite(ask, "editor")
    accept(ask, made["code"])

    ask("update public.project_members set role = 'viewer' where user_id = %(stranger)s")
    assert accept(ask, made["code"]) == "viewer"
    ask("delete from public.project_members where user_id = %(stranger)s")
    opens_nothing(ask, made["code"])


# Who may invite


@pytest.mark.parametrize(
    ("person", "code"), [("editor", "role_too_low"), ("viewer", "role_too_low"), ("stranger", "not_found")]
)
def test_only_an_owner_invites_into_whatever_role_and_withdraws(ask: Ask, person: str, code: str) -> None:
    made = invite(ask)
    become(ask, person)

    for wanted in ROLES:
        refused(ask, CREATE, code, role=wanted)
    refused(ask, WITHDRAW, code, id=made["id"])
    assert is_open(ask, made)


@pytest.mark.parametrize(
    "end",
    [
        "update public.project_members set role = 'editor' where user_id = %(owner)s",
        "delete from public.project_members where user_id = %(owner)s",
    ],
)
def test_an_owner_who_is_none_any_more_lets_nobody_in_and_not_themselves_either(ask: Ask, end: str) -> None:
    made = invite(ask, "owner")
    ask("update public.project_members set role = 'owner' where user_id = %(editor)s")
    ask(end)

    opens_nothing(ask, made["code"])
    opens_nothing(ask, made["code"], person="owner")
    become(ask, "editor")
    assert ask("select count(*) from private.open_invitation_ids() as o (id) where o.id::text = %(id)s", **made) == 0


def test_what_is_withdrawn_opens_nothing_and_is_gone(ask: Ask) -> None:
    made = invite(ask)
    become(ask, "owner")
    ask(WITHDRAW, id=made["id"])

    assert ask("select count(*) from public.invitations where id = %(id)s", id=made["id"]) == 0
    opens_nothing(ask, made["code"])
    become(ask, "owner")
    refused(ask, WITHDRAW, "not_found", id=made["id"])


def test_what_is_spent_cannot_be_withdrawn_and_its_owner_is_told(ask: Ask) -> None:
    made = invite(ask)
    accept(ask, made["code"])

    become(ask, "owner")
    refused(ask, WITHDRAW, "invitation_used", id=made["id"])
    assert role(ask, "stranger") == "viewer"


# Who is in the project already

HELD: Sequence[tuple[str, str, str, bool]] = [
    ("owner", "viewer", "owner", False),
    ("owner", "owner", "owner", False),
    ("editor", "viewer", "editor", False),
    ("viewer", "viewer", "viewer", False),
    ("viewer", "editor", "editor", True),
    ("editor", "owner", "owner", True),
]


@pytest.mark.parametrize(("person", "invited", "then", "spent"), HELD)
def test_a_role_is_raised_and_never_lowered_and_what_changes_nothing_spends_nothing(
    ask: Ask, person: str, invited: str, then: str, spent: bool
) -> None:
    made = invite(ask, invited)

    assert accept(ask, made["code"], person=person) == then == role(ask, person)
    assert is_open(ask, made) is not spent


# What is shown before


def test_a_preview_says_what_one_would_join_and_whose_invitation_it_is(ask: Ask) -> None:
    made = invite(ask, "editor")
    become(ask, "stranger")
    expected = {"project_name": "Hills", "role": "editor", "invited_by": None, "expires_at": made["expires_at"]}

    assert ask(PREVIEW, given=made["code"]) == expected
    ask("update public.profiles set display_name = 'Ada' where user_id = %(owner)s")
    assert ask(PREVIEW, given=made["code"]) == expected | {"invited_by": "Ada"}
    ask("insert into public.restrictions (user_id) values (%(owner)s)")
    assert ask(PREVIEW, given=made["code"]) == expected


# What is left of it

LINES = """
    select jsonb_agg(
      jsonb_build_array(l.action, l.actor_kind, p.user_id = %(who)s::uuid, l.detail ->> 'role') order by l.id
    )
    from private.audit_log as l left join private.audit_people as p on p.pseudonym = l.actor
    where l.subject_id::text = %(subject)s
"""
PSEUDONYM = "select pseudonym::text from private.audit_people where user_id = %(stranger)s"


def test_the_log_says_who_let_whom_in_and_names_nobody(ask: Ask) -> None:
    made = invite(ask, "editor")
    accept(ask, made["code"])
    become(ask, "owner")
    ask("update public.project_members set role = 'viewer' where user_id = %(stranger)s")
    ask("update public.project_members set role = 'viewer' where user_id = %(stranger)s")
    ask("delete from public.project_members where user_id = %(stranger)s")
    owner, stranger = ask("select %(owner)s"), ask("select %(stranger)s")

    assert ask(LINES, subject=made["id"], who=owner)[0] == ["member_invited", "user", True, "editor"]
    assert ask(LINES, subject=made["id"], who=stranger)[1] == ["invitation_accepted", "user", True, "editor"]
    member = ask(PSEUDONYM)
    assert ask(LINES, subject=member, who=stranger)[0] == ["member_joined", "user", True, "editor"]
    assert ask(LINES, subject=member, who=owner)[1:] == [
        ["member_role_changed", "user", True, "viewer"],
        ["member_left", "user", True, "viewer"],
    ]
    assert not ask("select count(*) from private.audit_log as l where l::text like '%%' || %(id)s || '%%'", id=stranger)
