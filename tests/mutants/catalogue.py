"""Mistakes that must not be made, each with the tests that must notice it."""

from __future__ import annotations

from dataclasses import dataclass

VAULT = "tests/shared/test_vault.py::"
EGRESS = "tests/shared/test_egress.py::"
LOGS = "tests/shared/test_logs.py::"
EVERY = "tests/functions/test_every_endpoint.py::"
OAUTH = "tests/functions/oauth/tiktok/test_callback.py::TestCallback::"
REFRESH = "tests/shared/connecting/test_refresh.py::"
DISCONNECT = "tests/functions/connections/test_disconnect.py::"
PURGE = "tests/functions/cron/test_purge.py::"
STEPS = "tests/shared/publishing/test_advance.py::"
STATES = "tests/shared/publishing/test_states.py::"
PUBLISH = "tests/functions/test_publish.py::"
WEBHOOK = "tests/functions/webhooks/test_tiktok.py::"
EVENTS = "tests/functions/webhooks/test_tiktok_events.py::"
EDGES = "tests/database/test_edges.py::"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`where` is a file, or a function of the schema `private` as the last migration leaves it.

    `old` stands there exactly once: a mutant of code that has changed is an error, not a survivor.
    """

    name: str
    where: str
    old: str
    new: str
    killed_by: tuple[str, ...]


def of(name: str, where: str, old: str, new: str, *killed_by: str) -> Mutant:
    return Mutant(name, where, old, new, killed_by)


CUSTODY = (
    of(
        "nothing is bound to its place: no associated data",
        "shared/vault.py",
        'return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)',
        'return b""',
        f"{VAULT}test_swapped_rows_platforms_and_kinds_do_not_open",
    ),
    of(
        "a token opens in another connection",
        "shared/vault.py",
        "key_id, self.owner_id, self.platform, self.kind)",
        "key_id, self.platform, self.kind)",
        f"{VAULT}test_swapped_rows_platforms_and_kinds_do_not_open",
    ),
    of(
        "a refresh token opens as an access token",
        "shared/vault.py",
        "key_id, self.owner_id, self.platform, self.kind)",
        "key_id, self.owner_id, self.platform)",
        f"{VAULT}test_swapped_rows_platforms_and_kinds_do_not_open",
    ),
    of(
        "the parts of a place run into each other",
        "shared/vault.py",
        'len(part).to_bytes(4, "big") + part',
        "part",
        f"{VAULT}test_characters_moved_between_two_parts_make_another_place",
    ),
    of(
        "every envelope has the same nonce",
        "shared/vault.py",
        "os.urandom(_NONCE_BYTES)",
        "bytes(_NONCE_BYTES)",
        f"{VAULT}test_every_envelope_has_a_fresh_nonce_of_96_bits",
    ),
    of(
        "a step takes a refresh token for an access token",
        "shared/publishing/work.py",
        'Place(account.connection_id, platform, "access")',
        'Place(account.connection_id, platform, "refresh")',
        f"{STEPS}test_an_expired_token_is_renewed_and_the_old_one_not_sent",
    ),
    of(
        "an upload address is opened for another publication",
        "shared/publishing/work.py",
        "return Place(self.publication.id,",
        'return Place("",',
        "tests/shared/publishing/test_work.py",
    ),
    of(
        "the database takes a bare token",
        "is_token_envelope",
        "char_length(p_value) <= 10000",
        "char_length(p_value) <= 10000 or true",
        "tests/database/test_constraints.py",
    ),
    of(
        "a Secret shows its text in a repr",
        "shared/secret.py",
        'return f"Secret({_MASK})"',
        'return f"Secret({self._text})"',
        "tests/shared/test_secret.py",
    ),
    of(
        "a Secret shows its text in a format",
        "shared/secret.py",
        "spec: str) -> str:\n        return _MASK",
        "spec: str) -> str:\n        return self._text",
        "tests/shared/test_secret.py",
    ),
    of(
        "a log line may hold any field",
        "shared/logs.py",
        "if unknown := fields.keys() - FIELDS:",
        "if unknown := set():",
        f"{LOGS}test_a_field_that_is_not_on_the_list_is_refused_and_not_written",
    ),
    of(
        "the log has room for captions",
        "shared/logs.py",
        '"count", "variable",',
        '"count", "variable", "caption",',
        f"{LOGS}test_the_list_has_no_room_for_people_or_free_text",
    ),
)

BOUNDS = (
    of(
        "redirects are followed",
        "shared/egress.py",
        "follow_redirects=False",
        "follow_redirects=True",
        f"{EGRESS}test_a_redirect_is_not_followed",
    ),
    of(
        "an answer may be a byte too large",
        "shared/egress.py",
        "if size > MAX_ANSWER_BYTES:",
        "if size > MAX_ANSWER_BYTES + 1:",
        f"{EGRESS}test_an_answer_that_is_too_large_is_cut_off",
    ),
    of(
        "the largest answer is refused",
        "shared/egress.py",
        "if size > MAX_ANSWER_BYTES:",
        "if size >= MAX_ANSWER_BYTES:",
        f"{EGRESS}test_the_largest_answer_that_is_allowed_is_read_whole",
    ),
    of(
        "a body may be a byte too large",
        "shared/web/endpoint.py",
        "if len(body) > MAX_BODY_BYTES:",
        "if len(body) > MAX_BODY_BYTES + 1:",
        f"{EVERY}test_a_body_over_a_megabyte_is_refused_though_it_does_not_say_so",
    ),
    of(
        "the largest body is refused",
        "shared/web/endpoint.py",
        "if len(body) > MAX_BODY_BYTES:",
        "if len(body) >= MAX_BODY_BYTES:",
        f"{EVERY}test_a_body_of_a_megabyte_is_looked_at",
    ),
)

CONNECTING = (
    of(
        "a state comes back in any browser",
        "consume_oauth_state",
        " or v_state.cookie_hash is distinct from p_cookie_hash",
        "",
        f"{OAUTH}test_a_state_in_another_persons_browser_connects_nothing",
    ),
    of(
        "the hash of nothing is a cookie",
        "shared/connecting/connect.py",
        "_sha256(cookie) if _COOKIE.fullmatch(cookie) else None",
        "_sha256(cookie)",
        f"{OAUTH}test_who_starts_past_the_endpoint_cannot_do_without_a_cookie",
    ),
    of(
        "no cookie is no difference",
        "consume_oauth_state",
        "v_state.cookie_hash is distinct from p_cookie_hash",
        "v_state.cookie_hash <> p_cookie_hash",
        f"{OAUTH}test_a_stolen_state_without_its_cookie_connects_nothing",
    ),
    of(
        "a state comes back from any platform",
        "consume_oauth_state",
        "v_state.platform is distinct from p_platform or ",
        "",
        f"{OAUTH}test_a_state_of_the_other_platform_connects_nothing_and_is_spent",
    ),
    of(
        "a state that was seen in the wrong place is not spent",
        "consume_oauth_state",
        "where s.state_hash = p_state_hash and",
        "where s.state_hash = p_state_hash and s.platform = p_platform and s.cookie_hash = p_cookie_hash and",
        f"{OAUTH}test_a_state_that_was_seen_in_the_wrong_browser_is_spent_in_the_right_one",
    ),
    of(
        "a state works twice",
        "consume_oauth_state",
        " and s.consumed_at is null",
        "",
        f"{OAUTH}test_a_replayed_state_redeems_no_second_code",
    ),
    of(
        "a state never runs out",
        "consume_oauth_state",
        " and s.expires_at > now()",
        "",
        f"{EDGES}test_a_state_ends_at_its_end",
    ),
    of(
        "a state works at its end",
        "consume_oauth_state",
        "s.expires_at > now()",
        "s.expires_at >= now()",
        f"{EDGES}test_a_state_ends_at_its_end",
    ),
    of(
        "only a state that ran out works",
        "consume_oauth_state",
        "s.expires_at > now()",
        "s.expires_at < now()",
        f"{EDGES}test_a_state_ends_at_its_end",
    ),
    of(
        "nobody looks whether a connect was started here",
        "shared/connecting/connect.py",
        'raise Refused("connect_not_started_here")',
        "started = {}",
        f"{OAUTH}test_a_made_up_state_connects_nothing",
    ),
    of(
        "whoever lost their role meanwhile asks the platform all the same",
        "connection_id_for",
        "perform private.require_role(p_project_id, 'editor', p_user_id);",
        "",
        f"{EDGES}test_whoever_is_no_editor_gets_no_id_for_a_connection",
    ),
    of(
        "the transaction that stores does not ask again who may",
        "store_connection",
        "perform private.require_role(v_new.project_id, 'editor', v_new.connected_by);",
        "",
        f"{OAUTH}test_the_transaction_that_stores_asks_again",
    ),
    of(
        "an account moves to whoever connects it last",
        "store_connection",
        "where c.id = excluded.id and c.project_id = excluded.project_id",
        "",
        f"{OAUTH}test_the_transaction_that_stores_moves_no_account",
    ),
    of(
        "a reconnect without a refresh token forgets the stored one",
        "store_connection",
        "coalesce(excluded.refresh_token, t.refresh_token)",
        "excluded.refresh_token",
        f"{EDGES}test_a_reconnect_without_a_refresh_token_keeps_the_stored_one",
    ),
    of(
        "a connect under way brings a disconnected id back",
        "store_connection",
        "exists (select 1 from public.disconnections as d where d.connection_id = v_connection.id)",
        "false",
        "tests/concurrency/test_connecting.py",
    ),
)

ENDING = (
    of(
        "a disconnect keeps the tokens",
        "disconnect_connection",
        "delete from private.connection_tokens as t where t.connection_id = p_connection_id",
        "delete from private.connection_tokens as t where t.connection_id = p_connection_id and false",
        f"{DISCONNECT}test_the_receipt_counts_what_was_deleted",
    ),
    of(
        "a disconnect keeps the connection",
        "disconnect_connection",
        "delete from public.connections as c where c.id = p_connection_id;",
        "",
        f"{DISCONNECT}test_nothing_of_the_account_stays_but_a_receipt_that_names_nobody",
    ),
    of(
        "a viewer disconnects",
        "may_disconnect",
        "), 'editor')",
        "), 'viewer')",
        f"{DISCONNECT}test_nobody_below_an_editor_disconnects",
    ),
    of(
        "the transaction that disconnects does not ask again who may",
        "disconnect_connection",
        "perform private.require_role(v_connection.project_id, 'editor', p_user_id);",
        "",
        f"{DISCONNECT}test_the_transaction_that_deletes_asks_again",
    ),
    of(
        "a disconnect leaves a worker in charge",
        "disconnect_connection",
        "epoch = p.epoch + 1,",
        "epoch = p.epoch,",
        f"{STEPS}test_disconnected_during_the_commit_stops_the_worker_and_leaves_a_doubt",
        f"{EDGES}test_a_disconnect_takes_what_is_in_flight_out_of_every_hand",
    ),
    of(
        "an old refresh overwrites newer tokens",
        "save_refreshed",
        " and t.version = p_version",
        "",
        f"{REFRESH}test_an_old_version_saves_nothing",
    ),
    of(
        "an old refresh begins",
        "begin_refresh",
        "and t.version = p_version",
        "",
        f"{EDGES}test_a_refresh_begins_once_and_only_for_the_tokens_that_there_are",
    ),
    of(
        "two refresh at once",
        "begin_refresh",
        "and (t.refresh_lease_until is null or t.refresh_lease_until <= now())",
        "",
        f"{EDGES}test_a_refresh_begins_once_and_only_for_the_tokens_that_there_are",
    ),
    of(
        "an answer without a refresh token forgets the stored one",
        "save_refreshed",
        "coalesce(v_new.refresh_token, t.refresh_token)",
        "v_new.refresh_token",
        f"{REFRESH}test_an_answer_without_a_refresh_token_never_overwrites_the_stored_one",
    ),
    of(
        "a refusal of the old token deletes the new one",
        "mark_reconnect",
        " and t.version = p_version",
        "",
        f"{STEPS}test_a_refusal_of_the_old_token_leaves_a_new_one_in_place",
    ),
    of(
        "a purge leaves the tokens that came back",
        "purge",
        "on d.connection_id = held.connection_id",
        "on false",
        f"{PURGE}test_a_token_that_came_back_after_its_disconnect_goes_and_is_an_alarm",
    ),
)

PUBLISHING = (
    of(
        "a worker that was overtaken writes all the same",
        "record_step",
        " and p.epoch = p_epoch",
        "",
        f"{EDGES}test_a_result_is_written_by_whoever_holds_the_publication_and_from_the_state_it_saw",
    ),
    of(
        "a result is written whatever the state is by now",
        "record_step",
        " and p.state = p_from",
        "",
        f"{EDGES}test_a_result_is_written_by_whoever_holds_the_publication_and_from_the_state_it_saw",
    ),
    of(
        "a lease that still runs is taken",
        "claim_publication",
        "and (p.lease_expires_at is null or p.lease_expires_at <= now())",
        "",
        f"{EDGES}test_a_publication_is_claimed_once",
    ),
    of(
        "a claim does not raise the epoch",
        "claim_publication",
        "epoch = p.epoch + 1,",
        "epoch = p.epoch,",
        f"{EDGES}test_a_publication_is_claimed_once",
    ),
    of(
        "what is not due is claimed",
        "claim_publication",
        "and p.next_step_at <= now()",
        "",
        f"{EDGES}test_a_publication_is_claimed_when_it_is_due",
    ),
    of(
        "what is due now is not claimed",
        "claim_publication",
        "and p.next_step_at <= now()",
        "and p.next_step_at < now()",
        f"{EDGES}test_a_publication_is_claimed_when_it_is_due",
    ),
    of(
        "the deadline's clock runs on through the states",
        "keep_publication_states",
        "new.state_since := now();",
        "",
        "tests/shared/publishing/test_deadlines.py::test_the_clock_of_a_state_starts_anew_with_the_next_state",
    ),
    of(
        "an end stays due",
        "keep_publication_states",
        "new.next_step_at := null;",
        "",
        f"{STATES}test_an_end_is_dated_and_never_due",
    ),
    of(
        "an end keeps its lease",
        "keep_publication_states",
        "new.lease_expires_at := null;",
        "",
        f"{STATES}test_an_end_is_dated_and_never_due",
    ),
    of(
        "a post without the consent that TikTok asks for",
        "create_publication",
        "v_consent ->> 'agreed' is distinct from 'true'",
        "v_consent ->> 'agreed' = 'false'",
        f"{EDGES}test_no_post_of_tiktok_without_a_consent",
    ),
    of(
        "a key of one click serves another",
        "create_publication",
        "if v_publication.request_hash <> p_request_hash then",
        "if false then",
        f"{PUBLISH}test_a_key_that_was_used_for_something_else_is_refused",
    ),
    of(
        "a viewer publishes",
        "create_publication",
        "perform private.require_role(v_asked.project_id, 'editor');",
        "perform private.require_role(v_asked.project_id, 'viewer');",
        f"{PUBLISH}test_viewers_and_strangers_do_not",
    ),
    of(
        "the last owner leaves",
        "keep_an_owner",
        "m.role = 'owner' and m.user_id <> old.user_id",
        "m.role = 'owner'",
        f"{EDGES}test_the_last_owner_stays",
    ),
)

SIGNED = (
    of(
        "TikTok's signature is not checked",
        "shared/publishing/tiktok_webhook.py",
        'if not hmac.compare_digest(expected, found["s"]):',
        "if False:",
        f"{WEBHOOK}test_what_tiktok_did_not_sign_is_refused_and_leaves_nothing",
    ),
    of(
        "TikTok's signature does not cover the time",
        "shared/publishing/tiktok_webhook.py",
        'found["t"].encode() + b"." + body',
        "body",
        f"{WEBHOOK}test_what_tiktok_signed_is_taken",
    ),
    of(
        "an old signature is as good as a new one",
        "shared/publishing/tiktok_webhook.py",
        "if age > int(",
        "if age > 1_000_000 * int(",
        f"{WEBHOOK}test_the_window_ends_to_the_second",
    ),
    of(
        "a signature is refused in the last second of the window",
        "shared/publishing/tiktok_webhook.py",
        "if age > int(",
        "if age >= int(",
        f"{WEBHOOK}test_the_window_ends_to_the_second",
    ),
    of(
        "a signature of tomorrow is good today",
        "shared/publishing/tiktok_webhook.py",
        "age = abs(",
        "age = float(",
        f"{WEBHOOK}test_the_window_ends_to_the_second",
    ),
    of(
        "another app speaks of our posts",
        "shared/publishing/tiktok_webhook.py",
        "if envelope.client_key != runtime.settings.text(TIKTOK_CLIENT_KEY):",
        "if False:",
        f"{EVENTS}test_another_app_cannot_speak_of_our_post",
    ),
    of(
        "an event is applied at each of its deliveries",
        "apply_tiktok_event",
        "if not found then",
        "if false then",
        f"{EVENTS}test_the_same_event_again_changes_nothing",
    ),
    of(
        "anybody is the scheduler",
        "shared/web/endpoint.py",
        "if not hmac.compare_digest(given.encode(), expected.encode()):",
        "if False:",
        f"{EVERY}test_without_the_schedulers_secret_nothing_runs",
    ),
)

MUTANTS = (*CUSTODY, *BOUNDS, *CONNECTING, *ENDING, *PUBLISHING, *SIGNED)
