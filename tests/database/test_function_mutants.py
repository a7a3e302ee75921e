"""Mistakes in the functions of the database, made one at a time: the test that is about it must notice each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.database import test_edges as edges
from tests.database import test_invitations as invitations
from tests.database.test_mutants import survives
from tests.database.test_rls import World


@dataclass(frozen=True, slots=True)
class Mistake:
    """Of a function of the schema `private`. `old` stands there once: what has changed is an error, no survivor."""

    function: str
    old: str
    new: str
    noticed_by: Callable[..., None]

    def change(self, connection: psycopg.Connection[Any]) -> str:
        ((source,),) = connection.execute("select pg_get_functiondef(('private.' || %s)::regproc)", (self.function,))
        assert source.count(self.old) == 1, source
        return str(source).replace(self.old, self.new)


MISTAKES = {
    "a state comes back in any browser": Mistake(
        "consume_oauth_state",
        " or v_state.cookie_hash is distinct from p_cookie_hash",
        "",
        edges.test_a_state_that_is_seen_in_the_wrong_place_is_spent,
    ),
    "no cookie is no difference": Mistake(
        "consume_oauth_state",
        "v_state.cookie_hash is distinct from p_cookie_hash",
        "v_state.cookie_hash <> p_cookie_hash",
        edges.test_a_state_that_is_seen_in_the_wrong_place_is_spent,
    ),
    "a state comes back from any platform": Mistake(
        "consume_oauth_state",
        "v_state.platform is distinct from p_platform or ",
        "",
        edges.test_a_state_that_is_seen_in_the_wrong_place_is_spent,
    ),
    "a state that was seen in the wrong browser is not spent": Mistake(
        "consume_oauth_state",
        "where s.state_hash = p_state_hash and",
        "where s.state_hash = p_state_hash and s.cookie_hash = p_cookie_hash and",
        edges.test_a_state_that_is_seen_in_the_wrong_place_is_spent,
    ),
    "a state that was seen on the wrong platform is not spent": Mistake(
        "consume_oauth_state",
        "where s.state_hash = p_state_hash and",
        "where s.state_hash = p_state_hash and s.platform = p_platform and",
        edges.test_a_state_that_is_seen_in_the_wrong_place_is_spent,
    ),
    "a state works twice": Mistake(
        "consume_oauth_state", " and s.consumed_at is null", "", edges.test_a_state_works_once
    ),
    "any state is the one": Mistake(
        "consume_oauth_state", "s.state_hash = p_state_hash and ", "", edges.test_a_state_works_once
    ),
    "a state never runs out": Mistake(
        "consume_oauth_state", " and s.expires_at > now()", "", edges.test_a_state_ends_at_its_end
    ),
    "a state works at its end": Mistake(
        "consume_oauth_state", "s.expires_at > now()", "s.expires_at >= now()", edges.test_a_state_ends_at_its_end
    ),
    "only a state that ran out works": Mistake(
        "consume_oauth_state", "s.expires_at > now()", "s.expires_at < now()", edges.test_a_state_ends_at_its_end
    ),
    "whoever lost their role meanwhile gets an id to connect": Mistake(
        "connection_id_for",
        "perform private.require_role(p_project_id, 'editor', p_user_id);",
        "",
        edges.test_only_an_editor_connects,
    ),
    "the transaction that stores does not ask again who may": Mistake(
        "store_connection",
        "perform private.require_role(v_new.project_id, 'editor', v_new.connected_by);",
        "",
        edges.test_only_an_editor_connects,
    ),
    "an account moves to the project that connects it last": Mistake(
        "store_connection",
        " and c.project_id = excluded.project_id",
        "",
        edges.test_an_account_stays_in_the_project_that_has_it,
    ),
    "tokens are stored for an id that is not the account's": Mistake(
        "store_connection", "c.id = excluded.id and ", "", edges.test_an_account_stays_in_the_project_that_has_it
    ),
    "a reconnect without a refresh token forgets the stored one": Mistake(
        "store_connection",
        "coalesce(excluded.refresh_token, t.refresh_token)",
        "excluded.refresh_token",
        edges.test_a_reconnect_without_a_refresh_token_keeps_the_stored_one,
    ),
    "the tokens of a reconnect have the version of those before": Mistake(
        "store_connection",
        "version = excluded.version",
        "version = t.version",
        edges.test_a_reconnect_leaves_nothing_to_whoever_saw_the_tokens_before,
    ),
    "a connect under way brings a disconnected id back": Mistake(
        "store_connection",
        "exists (select 1 from public.disconnections as d where d.connection_id = v_connection.id)",
        "false",
        edges.test_a_connect_under_way_brings_no_disconnected_id_back,
    ),
    "an old refresh begins": Mistake(
        "begin_refresh",
        "and t.version = p_version",
        "",
        edges.test_a_refresh_begins_once_and_only_for_the_tokens_that_there_are,
    ),
    "two refresh at once": Mistake(
        "begin_refresh",
        "and (t.refresh_lease_until is null or t.refresh_lease_until <= now())",
        "",
        edges.test_a_refresh_begins_once_and_only_for_the_tokens_that_there_are,
    ),
    "a refresh that nobody finished waits too long": Mistake(
        "begin_refresh",
        "t.refresh_lease_until <= now()",
        "t.refresh_lease_until < now()",
        edges.test_a_refresh_that_nobody_finished_begins_again_at_the_end_of_its_lease,
    ),
    "an old refresh saves over newer tokens": Mistake(
        "save_refreshed",
        " and t.version = p_version",
        "",
        edges.test_a_refresh_saves_over_what_it_began_with_and_keeps_what_it_was_not_given,
    ),
    "renewed tokens have the version of those before": Mistake(
        "save_refreshed",
        "version = default,",
        "",
        edges.test_a_refresh_saves_over_what_it_began_with_and_keeps_what_it_was_not_given,
    ),
    "an answer without a refresh token forgets the stored one": Mistake(
        "save_refreshed",
        "coalesce(v_new.refresh_token, t.refresh_token)",
        "v_new.refresh_token",
        edges.test_a_refresh_saves_over_what_it_began_with_and_keeps_what_it_was_not_given,
    ),
    "an answer without a refresh token forgets when the stored one ends": Mistake(
        "save_refreshed",
        "coalesce(v_new.refresh_expires_at, t.refresh_expires_at)",
        "v_new.refresh_expires_at",
        edges.test_a_refresh_saves_over_what_it_began_with_and_keeps_what_it_was_not_given,
    ),
    "a refusal of the old token ends the new one": Mistake(
        "end_access",
        " and (p_version is null or t.version = p_version)",
        "",
        edges.test_a_refusal_ends_the_tokens_that_were_refused,
    ),
    "a disconnect keeps the connection": Mistake(
        "remove_connection",
        "delete from public.connections as c where c.id = p_connection.id;",
        "",
        edges.test_a_disconnect_ends_the_access_and_takes_what_is_in_flight_out_of_every_hand,
    ),
    "a disconnect keeps the tokens": Mistake(
        "remove_connection",
        "delete from private.connection_tokens as t where t.connection_id = p_connection.id",
        "delete from private.connection_tokens as t where t.connection_id = p_connection.id and false",
        edges.test_a_disconnect_ends_the_access_and_takes_what_is_in_flight_out_of_every_hand,
    ),
    "a disconnect leaves a worker in charge": Mistake(
        "remove_connection",
        "epoch = p.epoch + 1,",
        "",
        edges.test_a_disconnect_ends_the_access_and_takes_what_is_in_flight_out_of_every_hand,
    ),
    "a viewer disconnects": Mistake(
        "require_disconnector", "'editor'", "'viewer'", edges.test_only_an_editor_disconnects
    ),
    "only an editor disconnects what they connected": Mistake(
        "require_disconnector",
        "v_theirs = p_user_id",
        "false",
        edges.test_who_connected_it_disconnects_it_in_any_role,
    ),
    "a connection outlives its person's membership": Mistake(
        "end_given_access",
        "perform private.end_access(v_connection_id, 'member_left');",
        "",
        edges.test_an_access_goes_with_the_membership_of_who_gave_it,
    ),
    "whoever leaves takes the access of others along": Mistake(
        "end_given_access",
        " and c.connected_by = old.user_id",
        "",
        edges.test_an_access_goes_with_the_membership_of_who_gave_it,
    ),
    "what has no access any more is sent": Mistake(
        "hold_ending_commit",
        "c.status <> 'active' or ",
        "",
        edges.test_nothing_is_sent_through_an_account_whose_access_has_ended,
    ),
    "a connect is stored for who has just left": Mistake(
        "hold_member",
        "perform private.require_role(new.project_id, 'editor', new.connected_by);",
        "",
        edges.test_no_connection_is_stored_for_who_is_no_member,
    ),
    "the transaction that disconnects does not ask again who may": Mistake(
        "disconnect_connection",
        "perform private.require_disconnector(p_connection_id, p_user_id);",
        "",
        edges.test_only_an_editor_disconnects,
    ),
    "a purge leaves the tokens that came back": Mistake(
        "purge",
        "on d.connection_id = held.connection_id",
        "on false",
        edges.test_a_token_that_came_back_is_purged_with_its_connection,
    ),
    "a worker that was overtaken writes all the same": Mistake(
        "record_step",
        " and p.epoch = p_epoch",
        "",
        edges.test_a_result_is_written_by_whoever_holds_the_publication_and_from_the_state_it_saw,
    ),
    "a result is written whatever the state is by now": Mistake(
        "record_step",
        " and p.state = p_from",
        "",
        edges.test_a_result_is_written_by_whoever_holds_the_publication_and_from_the_state_it_saw,
    ),
    "a lease that still runs is taken": Mistake(
        "claim_publication",
        "and (p.lease_expires_at is null or p.lease_expires_at <= now())",
        "",
        edges.test_a_publication_is_claimed_once,
    ),
    "a lease is kept beyond its end": Mistake(
        "claim_publication",
        "p.lease_expires_at <= now()",
        "p.lease_expires_at < now()",
        edges.test_a_publication_is_claimed_once,
    ),
    "a claim does not raise the epoch": Mistake(
        "claim_publication", "epoch = p.epoch + 1,", "", edges.test_a_publication_is_claimed_once
    ),
    "what is not due is claimed": Mistake(
        "claim_publication", "and p.next_step_at <= now()", "", edges.test_a_publication_is_claimed_when_it_is_due
    ),
    "what is due now is not claimed": Mistake(
        "claim_publication",
        "and p.next_step_at <= now()",
        "and p.next_step_at < now()",
        edges.test_a_publication_is_claimed_when_it_is_due,
    ),
    "the clock of a state runs on through the next": Mistake(
        "keep_publication_states",
        "new.state_since := now();",
        "",
        edges.test_each_state_has_its_own_clock_and_an_end_has_none,
    ),
    "an end stays due": Mistake(
        "keep_publication_states",
        "new.next_step_at := null;",
        "",
        edges.test_each_state_has_its_own_clock_and_an_end_has_none,
    ),
    "an end keeps its lease": Mistake(
        "keep_publication_states",
        "new.lease_expires_at := null;",
        "",
        edges.test_each_state_has_its_own_clock_and_an_end_has_none,
    ),
    "an end has no date": Mistake(
        "keep_publication_states",
        "new.finished_at := coalesce(old.finished_at, now());",
        "",
        edges.test_each_state_has_its_own_clock_and_an_end_has_none,
    ),
    "TikTok's consent is taken for given": Mistake(
        "create_publication",
        "v_consent ->> 'agreed' is distinct from 'true'",
        "v_consent ->> 'agreed' = 'false'",
        edges.test_no_post_of_tiktok_without_a_consent,
    ),
    "a viewer publishes": Mistake(
        "create_publication",
        "perform private.require_role(v_asked.project_id, 'editor');",
        "perform private.require_role(v_asked.project_id, 'viewer');",
        edges.test_only_an_editor_publishes,
    ),
    "a key of one click serves another": Mistake(
        "create_publication",
        "if v_publication.request_hash <> p_request_hash then",
        "if false then",
        edges.test_the_same_click_is_one_publication_and_another_with_its_key_is_none,
    ),
    "an event is applied at each of its deliveries": Mistake(
        "apply_tiktok_event", "if not found then", "if false then", edges.test_an_event_is_applied_once
    ),
    "the last owner leaves": Mistake(
        "keep_an_owner", " and m.user_id <> old.user_id", "", edges.test_the_last_owner_stays
    ),
    "the last owner becomes an editor": Mistake(
        "keep_an_owner",
        "(tg_op = 'DELETE' or new.role <> 'owner')",
        "tg_op = 'DELETE'",
        edges.test_the_last_owner_stays,
    ),
    "an invitation has no end": Mistake(
        "is_open_invitation", "and p.expires_at > now() ", "", invitations.test_an_invitation_ends_at_its_end
    ),
    "an invitation opens at its end": Mistake(
        "is_open_invitation",
        "p.expires_at > now()",
        "p.expires_at >= now()",
        invitations.test_an_invitation_ends_at_its_end,
    ),
    "a code opens twice": Mistake(
        "is_open_invitation",
        "p.accepted_at is null and ",
        "",
        invitations.test_a_second_person_finds_a_spent_code_like_one_that_never_was,
    ),
    "who was an owner lets in": Mistake(
        "is_open_invitation",
        " and m.role = 'owner'",
        "",
        invitations.test_an_owner_who_is_none_any_more_lets_nobody_in_and_not_themselves_either,
    ),
    "any owner makes an invitation whole": Mistake(
        "is_open_invitation",
        " and m.user_id = p.created_by",
        "",
        invitations.test_an_owner_who_is_none_any_more_lets_nobody_in_and_not_themselves_either,
    ),
    "any code is the one": Mistake(
        "invitation_of",
        "i.code_hash = private.hash_of_code(p_code)",
        "true",
        invitations.test_what_is_nearly_a_code_opens_nothing,
    ),
    "the hash of a code is a code": Mistake(
        "invitation_of",
        "i.code_hash = private.hash_of_code(p_code)",
        "p_code in (i.code_hash, '') or i.code_hash = private.hash_of_code(p_code)",
        invitations.test_what_is_nearly_a_code_opens_nothing,
    ),
    "a spent code serves anybody": Mistake(
        "invitation_of",
        "i.accepted_by = auth.uid()",
        "i.accepted_by is not null",
        invitations.test_a_second_person_finds_a_spent_code_like_one_that_never_was,
    ),
    "an acceptance is not answered again": Mistake(
        "invitation_of",
        "i.accepted_by = auth.uid()",
        "false",
        invitations.test_whoever_accepted_is_answered_the_same_again,
    ),
    "a spent code is known to who was removed": Mistake(
        "invitation_of",
        " and m.user_id = i.accepted_by",
        "",
        invitations.test_a_spent_code_gives_nothing_back_that_an_owner_took,
    ),
    "a spent code opens again": Mistake(
        "accept_invitation",
        "if v_invitation.accepted_at is null then",
        "if true then",
        invitations.test_a_spent_code_gives_nothing_back_that_an_owner_took,
    ),
    "an invitation lowers a role": Mistake(
        "accept_invitation",
        " where m.role < excluded.role",
        "",
        invitations.test_a_role_is_raised_and_never_lowered_and_what_changes_nothing_spends_nothing,
    ),
    "an invitation that changes nothing is spent": Mistake(
        "accept_invitation",
        "if found then",
        "if true then",
        invitations.test_a_role_is_raised_and_never_lowered_and_what_changes_nothing_spends_nothing,
    ),
    "an editor invites": Mistake(
        "create_invitation",
        "'owner'",
        "'editor'",
        invitations.test_only_an_owner_invites_into_whatever_role_and_withdraws,
    ),
    "an editor withdraws": Mistake(
        "withdraw_invitation",
        "'owner'",
        "'editor'",
        invitations.test_only_an_owner_invites_into_whatever_role_and_withdraws,
    ),
    "what is spent is withdrawn": Mistake(
        "withdraw_invitation",
        " and i.accepted_at is null",
        "",
        invitations.test_what_is_spent_cannot_be_withdrawn_and_its_owner_is_told,
    ),
    "a name that is restricted is shown": Mistake(
        "shown_name",
        " and not private.is_restricted(p_user_id)",
        "",
        invitations.test_a_preview_says_what_one_would_join_and_whose_invitation_it_is,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_noticed(schema: World, seeded: psycopg.Connection[Any], mistake: Mistake) -> None:
    ask = edges.Ask(schema.names, seeded)

    def proof() -> None:
        every_case(mistake.noticed_by, ask)

    proof()
    assert not survives(seeded, (mistake.change(seeded), proof))


def every_case(test: Callable[..., None], ask: edges.Ask) -> None:
    """With all its parameters, as pytest would."""
    (cases,) = [mark.args[1] for mark in getattr(test, "pytestmark", [])] or [[()]]
    for case in cases:
        with ask.connection.transaction(force_rollback=True):
            test(ask, *(case if isinstance(case, tuple) else (case,)))
