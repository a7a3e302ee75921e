"""Every index is there for a statement of the product, and Postgres takes it for that statement."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

from tests.database.test_constraints import FOREIGN

# A name of a foreign key: the rows that refer are found when the row they refer to goes. Otherwise the function, and
# its words, from where it looks for rows.
SERVES: Mapping[str, str | tuple[str, str]] = {
    "access_endings_ended_at_idx": (
        "private.purge_receipts",
        "from public.access_endings as e where e.ended_at <= now() - interval '3 years' limit p_batch",
    ),
    "access_endings_project_id_idx": "access_endings_project_id_fkey",
    "breach_people_to_tell_idx": (
        "private.enqueue_breach_notices",
        "from private.breach_people as p where p.breach_id = p_breach_id and p.enqueued_at is null limit p_batch",
    ),
    "breach_people_user_id_idx": "breach_people_user_id_fkey",
    "breaches_closed_at_idx": (
        "private.purge_breaches",
        "from private.breaches as b where b.closed_at <= now() - interval '3 years' limit p_batch",
    ),
    "caption_usage_day_idx": (
        "private.purge",
        "from private.caption_usage as u where u.day < (now() at time zone 'utc')::date - 30 limit p_batch",
    ),
    "connection_tokens_issued_at_idx": (
        "private.due_refreshes",
        "from private.connection_tokens as t inner join public.connections as c on t.connection_id = c.id"
        " where t.issued_at <= now() - interval '25 hours'",
    ),
    "connection_tokens_last_end_idx": (
        "private.purge",
        "from private.connection_tokens as t inner join public.connections as c on t.connection_id = c.id"
        " where coalesce(t.refresh_expires_at, t.access_expires_at) <= now() limit p_batch",
    ),
    "connections_callback_ids_idx": (
        "private.end_access_of",
        "from public.connections as c where c.platform = p_platform and c.callback_ids @> array[p_callback_id]",
    ),
    "connections_connected_by_idx": "connections_connected_by_fkey",
    "connections_needs_reconnect_idx": (
        "private.purge_endings",
        "from public.connections as c inner join private.platform_switches as s on c.platform = s.platform"
        " where c.status = 'needs_reconnect' and c.status_since <= now() - interval '30 days'"
        " and s.switched_off_at is null"
        " and (s.switched_on_at is null or s.switched_on_at <= now() - interval '7 days') limit p_batch",
    ),
    "connections_project_id_idx": "connections_project_id_fkey",
    "consents_given_at_idx": (
        "private.purge_receipts",
        "from public.consents as c where c.given_at <= now() - interval '3 years' limit p_batch",
    ),
    "consents_publication_id_idx": "consents_publication_id_fkey",
    "consents_user_id_idx": "consents_user_id_fkey",
    "contents_created_by_idx": "contents_created_by_fkey",
    "contents_project_id_idx": "contents_project_id_fkey",
    "disconnections_disconnected_at_idx": (
        "private.purge_receipts",
        "from public.disconnections as d where d.disconnected_at <= now() - interval '3 years' limit p_batch",
    ),
    "disconnections_disconnected_by_idx": "disconnections_disconnected_by_fkey",
    "disconnections_pending_idx": (
        "private.purge_endings",
        "from public.disconnections as d where d.revocation = 'pending'"
        " and d.disconnected_at <= now() - interval '5 minutes' limit p_batch",
    ),
    "disconnections_project_id_idx": "disconnections_project_id_fkey",
    "former_jobs_noted_at_idx": (
        "private.purge_receipts",
        "from private.former_jobs as f where f.noted_at <= now() - interval '30 days' limit p_batch",
    ),
    "exports_created_at_idx": (
        "private.purge_exports",
        "from public.exports as e where e.created_at <= now() - interval '30 days' limit p_batch",
    ),
    "exports_connection_ids_idx": (
        "private.withdraw_exports",
        "from public.exports as n where n.state in ('gathering', 'copying', 'ready')"
        " and n.connection_ids && p_connection_ids",
    ),
    "exports_due_idx": (
        "private.due_exports",
        "from public.exports as e where e.state in ('gathering', 'copying')"
        " and (e.lease_expires_at is null or e.lease_expires_at <= now()) order by e.created_at limit p_limit",
    ),
    "exports_expires_at_idx": (
        "private.expire_exports",
        "from public.exports as e where e.state = 'ready' and e.expires_at <= now() limit p_batch",
    ),
    "exports_under_way_idx": (
        "private.start_export",
        "from public.exports as e where e.user_id = auth.uid() and e.state in ('gathering', 'copying')",
    ),
    "exports_user_id_idx": "exports_user_id_fkey",
    "erasure_projects_erasure_id_idx": "erasure_projects_erasure_id_fkey",
    "erasures_done_at_idx": (
        "private.purge_erasures",
        "from private.erasures as e where e.done_at <= now() - interval '3 years' limit p_batch",
    ),
    "erasures_due_idx": (
        "private.due_erasures",
        "from private.erasures as e where e.state <> 'done' and e.next_step_at <= now()"
        " and (e.lease_expires_at is null or e.lease_expires_at <= now()) order by e.next_step_at limit p_limit",
    ),
    "former_jobs_publication_id_idx": "former_jobs_publication_id_fkey",
    "invitations_accepted_by_idx": "invitations_accepted_by_fkey",
    "invitations_created_by_idx": "invitations_created_by_fkey",
    "invitations_expires_at_idx": (
        "private.purge_invitations",
        "from public.invitations as i where i.expires_at <= now() - interval '30 days' limit p_batch",
    ),
    "invitations_project_id_idx": "invitations_project_id_fkey",
    "mail_events_received_at_idx": (
        "private.purge_mail",
        "from private.mail_events as e where e.received_at <= now() - interval '7 days' limit p_batch",
    ),
    "mail_outbox_due_idx": (
        "private.claim_mails",
        "from private.mail_outbox as m where m.state in ('queued', 'sending') and m.next_attempt_at <= now()"
        " order by (m.kind = 'breach_notice'), m.next_attempt_at limit p_limit",
    ),
    "mail_outbox_provider_id_idx": (
        "private.record_mail_event",
        "from private.mail_outbox as m where m.provider_id = p_provider_id",
    ),
    "mail_outbox_settled_at_idx": (
        "private.purge_mail",
        "from private.mail_outbox as m where m.settled_at <= now() - interval '90 days'"
        " and not exists ( select 1 from private.breaches as b where m.kind = 'breach_notice'"
        " and b.id = (m.parameters ->> 'breach_id')::uuid and b.closed_at is null ) limit p_batch",
    ),
    "mail_outbox_user_id_idx": "mail_outbox_user_id_fkey",
    "media_assets_abandoned_idx": (
        "private.purge",
        "from public.media_assets as a where a.state = 'uploading' and a.addressed_at <= now() - interval '24 hours'"
        " limit p_batch",
    ),
    "media_assets_content_id_idx": "media_assets_content_id_fkey",
    "media_assets_created_by_idx": "media_assets_created_by_fkey",
    "media_assets_project_id_idx": "media_assets_project_id_fkey",
    "notices_created_at_idx": (
        "private.purge_endings",
        "from public.notices as n where n.created_at <= now() - interval '1 year' limit p_batch",
    ),
    "notices_project_id_idx": "notices_project_id_fkey",
    "notices_publication_id_idx": "notices_publication_id_fkey",
    "notices_user_id_idx": "notices_user_id_fkey",
    "oauth_states_expires_at_idx": (
        "private.purge",
        "from private.oauth_states as s where s.expires_at <= now() or s.consumed_at is not null limit p_batch",
    ),
    "oauth_states_consumed_at_idx": (
        "private.purge",
        "from private.oauth_states as s where s.expires_at <= now() or s.consumed_at is not null limit p_batch",
    ),
    "oauth_states_project_id_idx": "oauth_states_project_id_fkey",
    "oauth_states_user_id_idx": "oauth_states_user_id_fkey",
    "object_deletions_due_at_idx": (
        "private.take_object_deletions",
        "from private.object_deletions as d where d.due_at <= now() order by d.due_at limit p_limit",
    ),
    "pauses_connection_id_idx": "pauses_connection_id_fkey",
    "platform_deletions_received_at_idx": (
        "private.purge_endings",
        "from private.platform_deletions as d where d.received_at <= now() - interval '1 year' limit p_batch",
    ),
    "privacy_requests_at_idx": (
        "private.purge_requests",
        "from public.privacy_requests as r where r.at <= now() - interval '3 years'"
        " and not private.is_kept_request(r.request_id) limit p_batch",
    ),
    "privacy_requests_received_once_idx": (
        "private.open_requests",
        "from public.privacy_requests as r cross join lateral private.last_of_request(r.request_id) as last"
        " where r.event = 'received'",
    ),
    "privacy_requests_request_id_idx": (
        "private.last_of_request",
        "from public.privacy_requests as r where r.request_id = p_request_id order by r.id desc limit 1",
    ),
    "privacy_requests_user_id_idx": "privacy_requests_user_id_fkey",
    "project_members_user_id_idx": (
        "private.project_ids",
        "from public.project_members as m where m.user_id = (select auth.uid()) and m.role >= p_at_least",
    ),
    "projects_created_by_idx": "projects_created_by_fkey",
    "publication_events_publication_id_idx": "publication_events_publication_id_fkey",
    "publication_items_media_asset_id_idx": "publication_items_media_asset_id_fkey",
    "publications_connection_id_idx": "publications_connection_id_fkey",
    "publications_content_id_idx": "publications_content_id_fkey",
    "publications_cover_asset_id_idx": "publications_cover_asset_id_fkey",
    "publications_due_idx": (
        "private.due_publications",
        "from public.publications as p where p.state not in ('published', 'failed') and p.next_step_at <= now()"
        " and (p.lease_expires_at is null or p.lease_expires_at <= now()) and not private.is_held(p)"
        " order by p.next_step_at limit p_limit",
    ),
    "publications_project_id_idx": "publications_project_id_fkey",
    "publications_publish_id_idx": (
        "private.publication_of_event",
        "from public.publications as p where p.platform = 'tiktok' and p.publish_id = p_publish_id",
    ),
    "publications_without_job_idx": (
        "private.publication_of_event",
        "from public.publications as p where ( p.connection_id = p_connection_id or ( p.connection_id is null"
        " and p.project_id = (select c.project_id from public.connections as c where c.id = p_connection_id) ) )"
        " and p.platform = 'tiktok' and p.publish_id is null"
        " and (p.state in ('committing', 'unknown') or p.reason in ('confirmed_by_user', 'denied_by_user'))"
        " and p.kind = case when p_publish_id like 'p\\_pub\\_%' then 'photo' else 'video' end::public.publication_kind"
        " and p.intent_at between p_at - interval '4 days' and p_at + interval '1 minute'",
    ),
    "purge_runs_ran_at_idx": (
        "private.purge",
        "from private.purge_runs as r where r.ran_at <= now() - interval '400 days' limit p_batch",
    ),
    "tiktok_uploads_expires_at_idx": (
        "private.purge_publishing",
        "from private.tiktok_uploads as u where u.expires_at <= now() - interval '1 hour' limit p_batch",
    ),
    "tombstones_at_idx": (
        "private.purge_erasures",
        "from private.tombstones as t where t.at <= now() - interval '400 days' limit p_batch",
    ),
    "webhook_deliveries_received_at_idx": (
        "private.purge_publishing",
        "from private.webhook_deliveries as d where d.received_at <= now() - interval '7 days' limit p_batch",
    ),
}

# What the planner may not know when it plans.
ARGUMENTS = {
    "p_at": "timestamptz",
    "p_at_least": "public.project_role",
    "p_batch": "integer",
    "p_breach_id": "uuid",
    "p_callback_id": "text",
    "p_connection_id": "uuid",
    "p_connection_ids": "uuid[]",
    "p_limit": "integer",
    "p_platform": "public.platform",
    "p_provider_id": "text",
    "p_publish_id": "text",
    "p_request_id": "uuid",
}
INDEXES = """
    select c.relname from pg_index as i join pg_class as c on c.oid = i.indexrelid
    left join pg_constraint as k on k.conindid = i.indexrelid and k.contype in ('p', 'u')
    where c.relnamespace::regnamespace::text in ('public', 'private') and k.oid is null
"""
SOURCE = "select prosrc from pg_proc where pronamespace::regnamespace::text || '.' || proname = %s"


def statement(connection: psycopg.Connection[Any], name: str) -> str:
    serves = SERVES[name]
    if isinstance(serves, str):
        table, column = next(row[1:3] for row in connection.execute(FOREIGN) if row[0] == serves)
        return f"select 1 from only {table} as x where x.{column} = (select gen_random_uuid())"
    return "select 1 " + re.sub(r"\bp_\w+", lambda found: f"(select null::{ARGUMENTS[found[0]]})", serves[1])


def used_for(connection: psycopg.Connection[Any], name: str) -> set[str]:
    """The indexes in the plan of the statement that an index is there for."""
    (plan,) = connection.execute(f"explain (format json) {statement(connection, name)}").fetchall()
    return set(re.findall(r'"Index Name": "(\w+)"', json.dumps(plan)))


def test_every_index_is_there_for_something(crowded: psycopg.Connection[Any]) -> None:
    assert {name for (name,) in crowded.execute(INDEXES)} == set(SERVES)


@pytest.mark.parametrize(("function", "words"), [serves for serves in SERVES.values() if isinstance(serves, tuple)])
def test_the_statement_is_the_products(crowded: psycopg.Connection[Any], function: str, words: str) -> None:
    (source,) = crowded.execute(SOURCE, (function,)).fetchall()

    assert words in " ".join(re.sub("--.*", "", source[0]).split())


@pytest.mark.parametrize("name", SERVES)
def test_postgres_takes_the_index_for_it(crowded: psycopg.Connection[Any], name: str) -> None:
    assert name in used_for(crowded, name)
