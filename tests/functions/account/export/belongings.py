"""Everything that can belong to a person, and how much of it there is, counted without the product."""

from __future__ import annotations

import psycopg

from tests.functions.account.export.exports import Db

Names = dict[str, str]
# Nobody's limits and no audit line each: they are there as if they had come over years.
PUBLICATIONS = """
    set local session_replication_role = replica;
    with made as (
      insert into public.publications (
        project_id, content_id, platform, kind, caption, state, post_id, idempotency_key, request_hash, created_by,
        finished_at
      )
      select %(project)s, %(content)s, 'instagram', 'photo', 'Hi ' || n || ' é\u2028', 'published', 'p' || n,
        gen_random_uuid(), repeat('0', 64), %(user)s, now()
      from generate_series(1, %(many)s) as n
      returning id
    ), items as (
      insert into public.publication_items (publication_id, position, media_asset_id, alt_text)
      select m.id, 0, %(asset)s, 'Hills' from made as m
    )
    insert into public.publication_events (publication_id, event, state)
    select m.id, e.event, 'published' from made as m, unnest(array['queued', 'published']) as e (event);
    set local session_replication_role = origin;
"""
# What the database has of a person who owns everything, counted without the product.
COUNTS = {
    "account": "auth.users where id = %(user)s",
    "sessions": "auth.sessions where user_id = %(user)s",
    "projects": "public.projects where id = %(project)s",
    "project_members": "public.project_members where user_id = %(user)s",
    "invitations": "public.invitations where created_by = %(user)s",
    "contents": "public.contents where project_id = %(project)s",
    "media_assets": "public.media_assets where project_id = %(project)s",
    "media_files": "public.media_assets where project_id = %(project)s and state = 'ready'",
    "connections": "public.connections where project_id = %(project)s",
    "disconnections": "public.disconnections where project_id = %(project)s",
    "access_endings": "public.access_endings where project_id = %(project)s",
    "publications": "public.publications where project_id = %(project)s",
    "publication_items": "public.publication_items as i inner join public.publications as p"
    " on i.publication_id = p.id where p.project_id = %(project)s",
    "publication_events": "public.publication_events as e inner join public.publications as p"
    " on e.publication_id = p.id where p.project_id = %(project)s",
    "consents": "public.consents where user_id = %(user)s",
    "objections": "public.objections where user_id = %(user)s",
    "restrictions": "public.restrictions where user_id = %(user)s",
    "profiles": "public.profiles where user_id = %(user)s",
    "caption_usage": "private.caption_usage where user_id = %(user)s",
    "notices": "public.notices where user_id = %(user)s",
    "privacy_requests": "public.privacy_requests where user_id = %(user)s"
    " and event in ('received', 'identity_checked')",
}
PERSONAL = """
    insert into public.disconnections (connection_id, project_id, platform, disconnected_by, tokens_deleted)
      values (gen_random_uuid(), %(project)s, 'tiktok', %(other)s, 1);
    insert into public.access_endings (connection_id, project_id, platform, cause, tokens_deleted)
      values (gen_random_uuid(), %(project)s, 'tiktok', 'token_expired', 1);
    insert into public.invitations (project_id, role, code_hash, created_by, accepted_by, accepted_at)
      values (%(project)s, 'editor', private.hash_of_code(%(project)s), %(user)s, %(other)s, now());
    insert into public.notices (user_id, project_id, kind, platform, cause)
      select u, %(project)s, 'access_ended', 'tiktok', 'token_expired'
      from unnest(array[%(user)s, %(other)s]::uuid[]) as u;
    insert into public.consents (user_id, subject, text_version)
      select u, 'tiktok_music_usage', '2026-03-09' from unnest(array[%(user)s, %(other)s]::uuid[]) as u;
    insert into public.objections (user_id, purpose)
      select u, 'analytics' from unnest(array[%(user)s, %(other)s]::uuid[]) as u;
    set local session_replication_role = replica;
    insert into public.restrictions (user_id) select unnest(array[%(user)s, %(other)s]::uuid[]);
    insert into public.profiles (user_id, display_name)
      select u, 'Somebody' from unnest(array[%(user)s, %(other)s]::uuid[]) as u;
    set local session_replication_role = origin;
    insert into private.caption_usage (user_id, day, used)
      select u, '2026-11-01', 7 from unnest(array[%(user)s, %(other)s]::uuid[]) as u;
"""


def add_publications(db: Db, names: Names, many: int) -> None:
    with db.transaction():
        psycopg.ClientCursor(db).execute(PUBLICATIONS, names | {"many": many})


def counted(db: Db, names: Names) -> dict[str, int]:
    counts = " union all ".join(f"select '{table}', count(*) from {what}" for table, what in COUNTS.items())
    return dict(psycopg.ClientCursor(db).execute(counts, names).fetchall())
