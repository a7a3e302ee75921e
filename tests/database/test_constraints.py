"""Every check, key and reference, each tried with what it is there to refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.database.test_rls import TABLES

type Changes = Mapping[str, object]

ID, OTHER_ID = str(UUID(int=1)), str(UUID(int=2))
NOW = "2026-11-25T00:00:00Z"
ENVELOPE = f"v1.k.{'a' * 16}.{'a' * 30}"

SEALED = {"byte_size": 1, "part_size": 1, "content_hash": "0" * 64}

# Each is a copy of the seed's row with these changes; where there are edges, the first value beyond each.
REFUSED: Mapping[str, Sequence[Changes]] = {
    "access_endings_cause_check": [{"cause": ""}, {"cause": "In words"}, {"cause": "c" * 61}],
    "access_endings_tokens_deleted_check": [{"tokens_deleted": 0}, {"tokens_deleted": 3}],
    "audit_chain_hash_check": [{"hash": "0" * 63}, {"hash": "A" * 64}],
    "audit_chain_position_check": [{"position": 0}],
    "audit_log_action_check": [{"action": ""}, {"action": "A"}, {"action": "a" * 61}],
    "audit_log_check": [{"actor_kind": "operator", "actor": None}, {"operator": "ada"}],
    "audit_log_check1": [{"actor_kind": "system", "actor": ID}],
    "audit_log_detail_check": [{"detail": []}, {"detail": {"count": 1}}, {"detail": {"id": "1" * 2000}}],
    "audit_log_operator_check": [
        {"actor_kind": "operator", "actor": None, "operator": ""},
        {"actor_kind": "operator", "actor": None, "operator": "o" * 65},
    ],
    "breaches_are_closed_with_a_conclusion": [
        {"closed_at": NOW},
        {"conclusion": "Done."},
        {"closed_at": NOW, "conclusion": "Done."},
        {"outcome": {}},
    ],
    "breaches_conclusion_check": [
        {"closed_at": NOW, "outcome": {}, "conclusion": ""},
        {"closed_at": NOW, "outcome": {}, "conclusion": "c" * 2001},
    ],
    "breaches_consequences_check": [{"consequences": ""}, {"consequences": "c" * 2001}],
    "breaches_data_check": [{"data": ""}, {"data": "d" * 2001}],
    "breaches_measures_check": [{"measures": ""}, {"measures": "m" * 2001}],
    "breaches_nature_check": [{"nature": ""}, {"nature": "n" * 2001}],
    "breaches_outcome_check": [
        {"closed_at": NOW, "conclusion": "Done.", "outcome": []},
        {"closed_at": NOW, "conclusion": "Done.", "outcome": {"people": 1}},
    ],
    "breaches_recommendations_check": [{"recommendations": ""}, {"recommendations": "r" * 2001}],
    "call_budgets_call_check": [{"call": ""}, {"call": "A"}, {"call": "a" * 41}],
    "caption_usage_used_check": [{"used": 0}],
    "connection_tokens_access_token_check": [{"access_token": "IGAA"}],
    "connection_tokens_check": [
        {"refresh_token": ENVELOPE, "refresh_expires_at": None},
        {"refresh_token": None, "refresh_expires_at": NOW},
    ],
    "connection_tokens_refresh_token_check": [{"refresh_token": "rft.x", "refresh_expires_at": NOW}],
    "connections_account_type_check": [{"platform": "instagram", "account_type": "A" * 41}],
    "connections_callback_ids_check": [{"callback_ids": []}, {"callback_ids": ["x"] * 5}],
    "connections_check": [{"account_type": "BUSINESS"}, {"platform": "instagram"}],
    "connections_check1": [{"status": "needs_reconnect"}, {"status_reason": "revoked"}],
    "connections_display_name_check": [{"display_name": "n" * 201}],
    "connections_platform_account_id_check": [{"platform_account_id": ""}, {"platform_account_id": "1" * 129}],
    "consents_subject_check": [{"subject": ""}, {"subject": "A"}, {"subject": "a" * 61}],
    "consents_text_version_check": [{"text_version": ""}, {"text_version": "1" * 41}],
    "contents_description_check": [{"description": "d" * 5001}],
    "contents_tags_check": [{"tags": ["t"] * 31}, {"tags": [""]}, {"tags": ["t" * 101]}, {"tags": [None]}],
    "contents_title_check": [{"title": ""}, {"title": "t" * 301}],
    "disconnections_cause_is_known": [{"cause": "another"}],
    "disconnections_user_only_if_theirs": [{"cause": "platform_deletion", "disconnected_by": ID}],
    "export_files_byte_size_check": [{"byte_size": -1}],
    "export_files_crc_check": [{"crc": -1}, {"crc": 2**32}],
    "export_files_name_check": [{"name": ""}, {"name": "with space"}, {"name": "n" * 201}],
    "export_files_position_check": [{"position": -1}],
    "export_files_sha256_check": [{"sha256": "0" * 63}, {"sha256": "A" * 64}],
    "export_files_starts_at_check": [{"starts_at": -1}],
    "exports_check": [{"state": "copying"}, {"state": "copying", "byte_size": 1, "part_size": 1}],
    "exports_check1": [{"ready_at": NOW, "expires_at": NOW}, {**SEALED, "state": "ready", "ready_at": NOW}],
    "exports_content_hash_check": [{"content_hash": "0" * 63}, {"content_hash": "A" * 64}],
    "exports_dataset_check": [{"dataset": ""}, {"dataset": "Contents"}, {"dataset": "d" * 61}],
    "exports_folder_check": [{"folder": f"exports/{'b' * 64}"}, {"folder": "media/"}],
    "exports_restarts_check": [{"restarts": -1}, {"restarts": 11}],
    "invitations_check": [{"accepted_at": None}, {"accepted_by": None}],
    "invitations_code_hash_check": [{"code_hash": "0" * 63}, {"code_hash": "A" * 64}],
    "mail_events_digest_check": [{"digest": "0" * 63}, {"digest": "event"}],
    "mail_outbox_attempts_check": [{"attempts": -1}],
    "mail_outbox_has_a_recipient": [{"user_id": None}],
    "mail_outbox_idempotency_key_check": [
        {"idempotency_key": key} for key in ("seed", "seed/", "Seed/1", "seed/with space", "seed/" + "k" * 196)
    ],
    "mail_outbox_is_settled": [{"settled_at": NOW}, {"state": "sent"}],
    "mail_outbox_kind_is_known": [{"kind": "another"}],
    "mail_outbox_parameters_check": [
        {"parameters": []},
        {"parameters": {"count": 1}},
        {"parameters": {"id": "1" * 2000}},
    ],
    "mail_outbox_provider_id_check": [{"provider_id": value} for value in ("", "with space", "p" * 101)],
    "mail_outbox_reason_check": [{"reason": ""}, {"reason": "In words"}, {"reason": "r" * 61}],
    "erasure_receipts_counts_check": [{"counts": []}, {"counts": {"files": "1" * 1000}}],
    "erasure_receipts_store_check": [{"store": "another"}],
    "erasures_code_check": [{"code": "a" * 31}, {"code": "A" * 32}],
    "erasures_done_forgets_whose": [{"user_id": None}, {"state": "done", "done_at": NOW, "receipt": "{}"}],
    "erasures_done_has_receipt": [
        {"done_at": NOW},
        {"receipt": "{}"},
        {"state": "done", "user_id": None},
        {"state": "done", "user_id": None, "done_at": NOW},
    ],
    "erasures_problem_check": [{"problem": ""}, {"problem": "In words"}, {"problem": "p" * 61}],
    "media_assets_byte_size_check": [{"byte_size": 0}, {"byte_size": 4_000_000_001}],
    "media_assets_check": [{"completed_at": NOW}, {"state": "ready", "width": 1, "height": 1}],
    "media_assets_check1": [{"refusal": "too_big"}, {"state": "refused", "completed_at": NOW}],
    "media_assets_check2": [
        {"state": "ready", "completed_at": NOW},
        {"state": "ready", "completed_at": NOW, "width": 0, "height": 1},
        {"state": "ready", "completed_at": NOW, "width": 1, "height": 0},
    ],
    "media_assets_media_type_check": [{"media_type": "image/png"}],
    "media_assets_object_key_check": [{"object_key": "media/photo.jpg"}, {"object_key": f"media/{'a' * 64}.svg"}],
    "media_assets_sha256_check": [{"sha256": "0" * 63}, {"sha256": "0" * 65}, {"sha256": "A" * 64}],
    "media_uploads_upload_id_check": [{"upload_id": ""}, {"upload_id": "u" * 2001}],
    "notices_cause_check": [{"cause": ""}, {"cause": "In words"}, {"cause": "c" * 61}],
    "notices_kind_is_known": [{"kind": "another"}],
    "oauth_states_cookie_hash_check": [{"cookie_hash": "a" * 63}, {"cookie_hash": "cookie"}],
    "oauth_states_state_hash_check": [{"state_hash": "a" * 63}, {"state_hash": "state"}],
    "platform_deletions_confirmation_code_check": [{"confirmation_code": "a" * 31}, {"confirmation_code": "A" * 32}],
    "platform_deletions_digest_check": [{"digest": "0" * 63}, {"digest": "17841400000000001"}],
    "platform_deletions_outcome_check": [{"outcome": "another"}],
    "privacy_requests_channel_check": [{"channel": "post"}],
    "privacy_requests_check": [{"actor_kind": "operator"}, {"operator": "ada"}],
    "privacy_requests_detail_check": [{"detail": []}, {"detail": {"count": 1}}, {"detail": {"id": "1" * 2000}}],
    "privacy_requests_operator_check": [
        {"actor_kind": "operator", "operator": ""},
        {"actor_kind": "operator", "operator": "o" * 65},
    ],
    "profiles_display_name_is_a_name": [
        {"display_name": name} for name in ("", "n" * 81, " Ada", "Ada ", "A\nda", "A\u0007")
    ],
    "projects_name_check": [{"name": ""}, {"name": "n" * 121}],
    "publication_events_event_check": [{"event": ""}, {"event": "A"}, {"event": "a" * 61}],
    "publication_items_alt_text_check": [{"alt_text": ""}, {"alt_text": "a" * 1001}],
    "publication_items_position_check": [{"position": -1}, {"position": 35}],
    "publications_caption_check": [{"caption": "c" * 4001}],
    "publications_check": [{"finished_at": NOW}, {"state": "failed", "reason": "given_up"}],
    "publications_check2": [{"state": "failed", "finished_at": NOW}, {"state": "unknown"}],
    "publications_idempotency_key_check": [{"idempotency_key": key} for key in ("k" * 7, "k" * 129, "with space")],
    "publications_options_are_small": [{"options": {"x": "o" * 1500}}],
    "publications_options_check": [{"options": []}],
    "publications_published_has_id": [{"state": "published", "finished_at": NOW}],
    "publications_reason_check": [{"reason": ""}, {"reason": "In words"}, {"reason": "r" * 81}],
    "publications_request_hash_check": [{"request_hash": "0" * 63}, {"request_hash": "A" * 64}],
    "rate_limits_action_check": [{"action": ""}, {"action": "A"}, {"action": "a" * 41}],
    "tiktok_uploads_byte_size_check": [{"byte_size": 0}],
    "tiktok_uploads_chunk_size_check": [{"chunk_size": 0}],
    "tiktok_uploads_stored_chunks_check": [{"stored_chunks": -1}],
    "tiktok_uploads_upload_url_check": [{"upload_url": "https://open-upload.tiktokapis.com/video/?upload_id=1"}],
    "tombstones_digest_check": [{"digest": "0" * 63}, {"digest": "A" * 64}],
    "tombstones_kind_check": [{"kind": "another"}],
    "webhook_deliveries_digest_check": [{"digest": "0" * 63}, {"digest": "event"}],
}

# Copies of the seed's row, of which the last is one too many.
TWICE: Mapping[str, Sequence[Changes]] = {
    "access_endings_pkey": [{}],
    # One place in the chain for one line.
    "audit_chain_entry_id_key": [{"position": 1_000_000}],
    "audit_chain_pkey": [{"entry_id": -1}],
    "audit_log_pkey": [{}],
    "audit_people_pkey": [{"pseudonym": ID}],
    "audit_people_pseudonym_key": [{"user_id": ID}],
    "breach_people_pkey": [{}],
    "breaches_pkey": [{}],
    "call_budgets_pkey": [{}],
    "caption_usage_pkey": [{}],
    "connection_tokens_pkey": [{}],
    # One account belongs to one project.
    "connections_platform_platform_account_id_key": [{"id": ID}],
    "connections_pkey": [{"platform_account_id": "another"}],
    "consents_pkey": [{}],
    "contents_pkey": [{}],
    # One receipt for one connection.
    "disconnections_connection_id_key": [{"id": ID}],
    "disconnections_pkey": [{"connection_id": ID}],
    "export_files_pkey": [{}],
    "exports_folder_key": [{"id": ID, "state": "failed"}],
    "exports_pkey": [{"folder": f"exports/{'b' * 64}/", "state": "failed"}],
    # One at a time.
    "exports_under_way_idx": [{"id": ID, "folder": f"exports/{'b' * 64}/"}],
    "erasure_objects_pkey": [{}],
    # A project goes with one person.
    "erasure_projects_pkey": [{}],
    "erasure_receipts_pkey": [{}],
    "erasures_code_key": [{"id": ID, "user_id": ID}],
    "erasures_pkey": [{"code": "b" * 32, "user_id": ID}],
    # One erasure at a time of one person.
    "erasures_user_id_key": [{"id": ID, "code": "b" * 32}],
    "former_jobs_pkey": [{}],
    # One code, one invitation.
    "invitations_code_hash_key": [{"id": ID}],
    "invitations_pkey": [{"code_hash": "c" * 64}],
    "mail_events_pkey": [{}],
    # One mail for one key, and one for one id of Resend's.
    "mail_outbox_idempotency_key_key": [{"id": ID}],
    "mail_outbox_pkey": [{"idempotency_key": "seed/another"}],
    "mail_outbox_provider_id_idx": [
        {"id": ID, "idempotency_key": "seed/one", "provider_id": "p"},
        {"id": OTHER_ID, "idempotency_key": "seed/two", "provider_id": "p"},
    ],
    "media_assets_object_key_key": [{"id": ID}],
    "media_assets_pkey": [{"object_key": f"media/{'b' * 64}.jpg"}],
    # One upload under way for one file.
    "media_uploads_pkey": [{}],
    "notices_pkey": [{}],
    "oauth_states_state_hash_key": [{"id": ID}],
    "oauth_states_pkey": [{"state_hash": "b" * 64}],
    "object_deletions_pkey": [{}],
    "objections_pkey": [{}],
    # Also where it is the whole platform that pauses.
    "pauses_platform_connection_id_key": [{"id": -1, "connection_id": None}, {"id": -2, "connection_id": None}],
    "pauses_pkey": [{"connection_id": None}],
    # One answer to one request.
    "platform_deletions_digest_key": [{"confirmation_code": "b" * 32}],
    "platform_deletions_pkey": [{"digest": "b" * 64}],
    "platform_switches_pkey": [{}],
    "privacy_requests_pkey": [{}],
    # A request begins once.
    "privacy_requests_received_once_idx": [{"id": -1}],
    "profiles_pkey": [{}],
    "project_members_pkey": [{}],
    "projects_pkey": [{}],
    "publication_events_pkey": [{}],
    "publication_items_pkey": [{}],
    # One click, one publication.
    "publications_created_by_idempotency_key_key": [{"id": ID}],
    # One job of TikTok's, one publication.
    "publications_publish_id_idx": [
        {"id": ID, "idempotency_key": "copy-one", "publish_id": "v_pub_1"},
        {"id": OTHER_ID, "idempotency_key": "copy-two", "publish_id": "v_pub_1"},
    ],
    "publications_pkey": [{"idempotency_key": "a-copy-of-it"}],
    "purge_runs_pkey": [{}],
    "rate_limits_pkey": [{}],
    "restrictions_pkey": [{}],
    "tiktok_uploads_pkey": [{}],
    "tombstones_pkey": [{}],
    "webhook_deliveries_pkey": [{}],
}

# What becomes of a row when that which it refers to is deleted.
REFERENCES: Mapping[str, str] = {
    "access_endings_project_id_fkey": "goes",
    "audit_chain_entry_id_fkey": "keeps it",
    "audit_people_user_id_fkey": "goes",
    "breach_people_breach_id_fkey": "goes",
    "breach_people_user_id_fkey": "goes",
    "call_budgets_connection_id_fkey": "goes",
    "caption_usage_user_id_fkey": "goes",
    "connection_tokens_connection_id_fkey": "goes",
    "connections_connected_by_fkey": "forgets",
    "connections_project_id_fkey": "goes",
    "consents_publication_id_fkey": "forgets",
    "consents_user_id_fkey": "goes",
    "contents_created_by_fkey": "forgets",
    "contents_project_id_fkey": "goes",
    "disconnections_disconnected_by_fkey": "forgets",
    "disconnections_project_id_fkey": "goes",
    "export_files_export_id_fkey": "goes",
    "exports_user_id_fkey": "goes",
    "erasure_objects_erasure_id_fkey": "goes",
    "erasure_projects_erasure_id_fkey": "goes",
    "erasure_receipts_erasure_id_fkey": "goes",
    "former_jobs_publication_id_fkey": "goes",
    "invitations_accepted_by_fkey": "goes",
    "invitations_created_by_fkey": "goes",
    "invitations_project_id_fkey": "goes",
    "mail_outbox_user_id_fkey": "goes",
    "media_assets_content_id_fkey": "goes",
    "media_assets_created_by_fkey": "forgets",
    "media_assets_project_id_fkey": "goes",
    "media_uploads_media_asset_id_fkey": "goes",
    "notices_project_id_fkey": "goes",
    "notices_publication_id_fkey": "goes",
    "notices_user_id_fkey": "goes",
    "oauth_states_project_id_fkey": "goes",
    "oauth_states_user_id_fkey": "goes",
    "objections_user_id_fkey": "goes",
    "pauses_connection_id_fkey": "goes",
    "privacy_requests_user_id_fkey": "forgets",
    "profiles_user_id_fkey": "goes",
    "project_members_project_id_fkey": "goes",
    "project_members_user_id_fkey": "goes",
    "projects_created_by_fkey": "forgets",
    "publication_events_publication_id_fkey": "goes",
    "publication_items_media_asset_id_fkey": "forgets",
    "publication_items_publication_id_fkey": "goes",
    "publications_connection_id_fkey": "forgets",
    "publications_content_id_fkey": "forgets",
    "publications_cover_asset_id_fkey": "forgets",
    "publications_created_by_fkey": "forgets",
    "publications_project_id_fkey": "goes",
    "rate_limits_user_id_fkey": "goes",
    "restrictions_user_id_fkey": "goes",
    "tiktok_uploads_publication_id_fkey": "goes",
}

# Everything else must have a value.
MAY_BE_EMPTY: Mapping[str, str] = {
    "private.audit_log": "actor operator platform project_id subject_id",
    "private.breach_people": "enqueued_at",
    "private.breaches": "closed_at conclusion consequences data measures outcome recommendations sending_since",
    "private.connection_tokens": "refresh_expires_at refresh_lease_until refresh_token",
    "private.export_files": "crc lines",
    "private.mail_outbox": "complained_at delivered_at doubt_since provider_id reason sent_at settled_at user_id",
    "private.erasure_objects": "deleted_at",
    "private.erasure_receipts": "finished_at",
    "private.erasures": "done_at lease_expires_at problem receipt searched user_id",
    "private.oauth_states": "consumed_at",
    "private.pauses": "connection_id",
    "private.platform_switches": "confirm_before switched_off_at switched_on_at",
    "public.connections": "account_type connected_by status_reason",
    "public.consents": "publication_id",
    "public.contents": "created_by",
    "public.disconnections": "disconnected_by revocation_at",
    "public.exports": "after byte_size content_hash dataset downloaded_at expires_at lease_expires_at part_size"
    " ready_at",
    "public.invitations": "accepted_at accepted_by",
    "public.media_assets": "audio_channels audio_codec audio_sample_rate bit_rate chroma completed_at created_by"
    " duration_ms edit_list fast_start frame_rate height multi_picture progressive refusal video_codec width",
    "public.notices": "connection_id publication_id read_at",
    "public.privacy_requests": "operator person user_id",
    "public.profiles": "display_name",
    "public.projects": "created_by",
    "public.publication_items": "alt_text container_id media_asset_id",
    "public.publications": "confirmed_at connection_id container_id content_id cover_asset_id created_by finished_at"
    " intent_at lease_expires_at next_step_at permalink platform_ids_cleared_at post_id publish_id reason",
}

CHECKS = """
    select c.conname, c.conrelid::regclass::text from pg_constraint as c
    where c.contype = 'c' and c.connamespace::regnamespace::text in ('public', 'private')
"""
UNIQUE = """
    select c.relname, i.indrelid::regclass::text from pg_index as i join pg_class as c on c.oid = i.indexrelid
    where i.indisunique and c.relnamespace::regnamespace::text in ('public', 'private')
"""
FOREIGN = """
    select c.conname, c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname
    from pg_constraint as c
    join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    join pg_attribute as f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]
    where c.contype = 'f' and c.connamespace::regnamespace::text in ('public', 'private')
"""
EMPTY = """
    select c.relnamespace::regnamespace::text || '.' || c.relname, string_agg(a.attname, ' ' order by a.attname)
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not a.attnotnull
    where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('public', 'private')
    group by 1
"""


def copy(connection: psycopg.Connection[Any], table: str, changes: Changes) -> None:
    """Checks are asked before keys, and keys before references: nothing but the changes can stand in the way."""
    connection.execute(
        f"insert into {table} overriding system value"
        f" select (jsonb_populate_record(t, %s::jsonb)).* from {table} as t limit 1",
        (json.dumps(changes),),
    )


def refused_by(connection: psycopg.Connection[Any], table: str, changes: Changes) -> str | None:
    try:
        with connection.transaction(force_rollback=True):
            copy(connection, table, changes)
    except psycopg.errors.CheckViolation as violation:
        return violation.diag.constraint_name
    return None


def second_refused_by(connection: psycopg.Connection[Any], table: str, copies: Sequence[Changes]) -> str | None:
    try:
        with connection.transaction(force_rollback=True):
            for changes in copies[:-1]:
                copy(connection, table, changes)
            with connection.transaction():
                copy(connection, table, copies[-1])
    except psycopg.errors.UniqueViolation as violation:
        return violation.diag.constraint_name
    return None


def judge_check(connection: psycopg.Connection[Any], table: str, name: str) -> None:
    assert {refused_by(connection, table, changes) for changes in REFUSED[name]} == {name}


def judge_key(connection: psycopg.Connection[Any], table: str, name: str) -> None:
    assert second_refused_by(connection, table, TWICE[name]) == name


def becomes(connection: psycopg.Connection[Any], name: str) -> str:
    """What happens to the row that refers, when what it refers to is deleted."""
    table, column, parent, key = reference(connection, name)
    target = f"select {key} from {parent} limit 1"
    if parent == "auth.users":
        # Somebody new, so that no rule about owners who leave has a say.
        target = f"insert into auth.users (id) values ('{uuid4()}') returning id"
    with connection.transaction(force_rollback=True):
        without_triggers(connection, table, parent)
        refer = f"with target as ({target}) update {table} as t set {column} = (select {key} from target)"
        (one,) = connection.execute(f"{refer} where ctid = (select ctid from {table} limit 1) returning {column}")
        rows, values = counted(connection, table, column)
        try:
            with connection.transaction():
                connection.execute(f"delete from {parent} where {key} = %s", one)
        except psycopg.errors.ForeignKeyViolation:
            return "keeps it"
        rows_left, values_left = counted(connection, table, column)
    if rows_left < rows:
        return "goes"
    return "forgets" if values_left < values else "stays"


def refuses_a_stranger(connection: psycopg.Connection[Any], name: str) -> bool:
    table, column, parent, key = reference(connection, name)
    stranger = f"coalesce(max({key}), 0) + 1 from {parent}" if column == "entry_id" else "gen_random_uuid()"
    try:
        with connection.transaction(force_rollback=True):
            without_triggers(connection, table)
            connection.execute(
                f"update {table} set {column} = (select {stranger}) where ctid = (select ctid from {table} limit 1)"
            )
    except psycopg.errors.ForeignKeyViolation as violation:
        return violation.diag.constraint_name == name
    return False


def reference(connection: psycopg.Connection[Any], name: str) -> tuple[str, str, str, str]:
    table, column, parent, key = next(row[1:] for row in connection.execute(FOREIGN) if row[0] == name)
    return table, column, parent, key


def without_triggers(connection: psycopg.Connection[Any], *tables: str) -> None:
    """But for those that keep the references."""
    for table in set(tables) - {"auth.users"}:
        connection.execute(f"alter table {table} disable trigger user")


def counted(connection: psycopg.Connection[Any], table: str, column: str) -> tuple[int, int]:
    ((rows, values),) = connection.execute(f"select count(*), count({column}) from {table}").fetchall()
    return rows, values


def named(connection: psycopg.Connection[Any], query: str) -> dict[str, str]:
    rows = [row[:2] for row in connection.execute(query)]
    assert len(dict(rows)) == len(rows), "two have the same name"
    return dict(rows)


def test_every_check_has_something_to_refuse(seeded: psycopg.Connection[Any]) -> None:
    assert set(named(seeded, CHECKS)) == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_a_check_refuses_what_it_is_there_for(seeded: psycopg.Connection[Any], name: str) -> None:
    judge_check(seeded, named(seeded, CHECKS)[name], name)


def test_every_key_is_tried(seeded: psycopg.Connection[Any]) -> None:
    assert set(named(seeded, UNIQUE)) == set(TWICE)


@pytest.mark.parametrize("name", TWICE)
def test_what_there_is_once_is_not_there_twice(seeded: psycopg.Connection[Any], name: str) -> None:
    judge_key(seeded, named(seeded, UNIQUE)[name], name)


def test_every_table_has_a_primary_key(seeded: psycopg.Connection[Any]) -> None:
    keyed = {name.removesuffix("_pkey") for name in TWICE if name.endswith("_pkey")}

    assert {name.partition(".")[2] for (name,) in seeded.execute(TABLES)} == keyed


def test_every_reference_says_what_becomes_of_its_row(seeded: psycopg.Connection[Any]) -> None:
    assert set(named(seeded, FOREIGN)) == set(REFERENCES)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_is_to_what_exists_and_ends_with_it(seeded: psycopg.Connection[Any], name: str) -> None:
    assert refuses_a_stranger(seeded, name)
    assert becomes(seeded, name) == REFERENCES[name]


def test_what_may_be_empty_is_on_the_reviewed_list(seeded: psycopg.Connection[Any]) -> None:
    assert dict(seeded.execute(EMPTY).fetchall()) == MAY_BE_EMPTY
