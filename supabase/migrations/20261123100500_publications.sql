-- A publication is one explicit click on Publish: at most one post, whatever crashes. The row is the truth; every
-- message, poll and cron run is only a nudge to look at it again.

create type public.publication_kind as enum ('photo', 'video', 'reel', 'story', 'carousel');
create type public.publication_state as enum (
  'queued', 'preparing', 'processing', 'committing', 'published', 'failed', 'unknown'
);

create table public.publications (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  content_id uuid references public.contents (id) on delete set null,
  connection_id uuid references public.connections (id) on delete set null,
  platform public.platform not null,
  kind public.publication_kind not null,
  caption text not null check (char_length(caption) <= 4000),
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  state public.publication_state not null default 'queued',
  -- A code of shared/publishing/reasons.py, never words of a platform.
  reason text check (reason ~ '^[a-z0-9_]{1,80}$'),
  -- What the platform calls it: Instagram's container before, TikTok's publish_id after the irreversible call.
  container_id text,
  publish_id text,
  post_id text,
  permalink text,
  -- Only the worker that raised the epoch last may write; it lets go at the end of its step or when the lease ends.
  epoch bigint not null default 0,
  lease_expires_at timestamptz,
  next_step_at timestamptz default now(),
  looks integer not null default 0,
  attempts integer not null default 0,
  -- When the irreversible call was last about to be made.
  intent_at timestamptz,
  idempotency_key text not null check (idempotency_key ~ '^[\x21-\x7e]{8,128}$'),
  request_hash text not null check (request_hash ~ '^[0-9a-f]{64}$'),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (created_by, idempotency_key),
  check ((state in ('published', 'failed')) = (finished_at is not null)),
  check (state <> 'published' or num_nonnulls(post_id, container_id, publish_id) > 0),
  check (state not in ('failed', 'unknown') or reason is not null)
);
comment on table public.publications is 'One click on Publish, what was asked for, and what became of it.';

create table public.publication_items (
  publication_id uuid not null references public.publications (id) on delete cascade,
  position smallint not null check (position between 0 and 34),
  media_asset_id uuid references public.media_assets (id) on delete set null,
  alt_text text check (char_length(alt_text) between 1 and 1000),
  primary key (publication_id, position)
);
comment on table public.publication_items is 'The media of a publication in the order they are shown.';

create table public.publication_events (
  id bigint generated always as identity primary key,
  publication_id uuid not null references public.publications (id) on delete cascade,
  at timestamptz not null default clock_timestamp(),
  event text not null check (event ~ '^[a-z0-9_]{1,60}$'),
  state public.publication_state not null,
  -- Ids and codes a platform gave; an allow-list in shared/publishing decides which.
  detail jsonb not null default '{}'
);
comment on table public.publication_events is
'The timeline a user reads: every step of a publication, when, and what the platform called it.';

create table public.consents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  publication_id uuid references public.publications (id) on delete set null,
  subject text not null check (subject ~ '^[a-z0-9_]{1,60}$'),
  text_version text not null check (char_length(text_version) between 1 and 40),
  given_at timestamptz not null default now()
);
comment on table public.consents is
'Proof that a person agreed to a text, which version of it, when, and for which publication.';

create index publications_project_id_idx on public.publications (project_id, created_at);
create index publications_content_id_idx on public.publications (content_id);
create index publications_connection_id_idx on public.publications (connection_id);
create index publications_due_idx on public.publications (next_step_at)
where state not in ('published', 'failed') and next_step_at is not null;
create index publication_items_media_asset_id_idx on public.publication_items (media_asset_id);
create index publication_events_publication_id_idx on public.publication_events (publication_id, id);
create index consents_user_id_idx on public.consents (user_id);
create index consents_publication_id_idx on public.consents (publication_id);

create trigger touch_updated_at
before update on public.publications
for each row execute function private.touch_updated_at();

-- The platforms differ in where the irreversible call stands. Instagram: a container is prepared and processed
-- first and media_publish commits. TikTok: init commits, and the processing comes after it.
create function private.may_become(
  p_platform public.platform, p_from public.publication_state, p_to public.publication_state
) returns boolean
language sql
immutable
set search_path = ''
as $$
  select (p_from, p_to) in (
    ('queued', 'preparing'),
    ('queued', 'failed'),
    ('preparing', 'failed'),
    ('processing', 'failed'),
    ('committing', 'failed'),
    ('committing', 'unknown'),
    ('unknown', 'published'),
    ('unknown', 'failed')
  ) or case p_platform
    when 'instagram' then (p_from, p_to) in (
      ('preparing', 'processing'),
      ('processing', 'preparing'),
      ('processing', 'committing'),
      ('processing', 'published'),
      ('committing', 'processing'),
      ('committing', 'published'),
      ('unknown', 'processing')
    )
    when 'tiktok' then (p_from, p_to) in (
      ('preparing', 'committing'),
      ('committing', 'preparing'),
      ('committing', 'processing'),
      ('processing', 'published'),
      ('processing', 'unknown'),
      ('unknown', 'processing')
    )
  end
$$;

create function private.keep_publication_states() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.state <> old.state and not private.may_become(old.platform, old.state, new.state) then
    raise exception using
      errcode = 'P0001', message = 'illegal_transition',
      detail = format('%s: %s to %s', old.platform, old.state, new.state);
  end if;
  if new.state in ('published', 'failed') then
    new.finished_at := coalesce(old.finished_at, now());
    new.next_step_at := null;
    new.lease_expires_at := null;
  end if;
  return new;
end
$$;

create trigger keep_publication_states
before update on public.publications
for each row execute function private.keep_publication_states();

-- What a user may know of a publication, in one shape for every answer.
create function private.publication_view(p public.publications) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p.id, 'project_id', p.project_id, 'content_id', p.content_id, 'connection_id', p.connection_id,
    'platform', p.platform, 'kind', p.kind, 'caption', p.caption, 'state', p.state, 'reason', p.reason,
    'post_id', p.post_id, 'permalink', p.permalink, 'created_at', p.created_at, 'finished_at', p.finished_at,
    'next_step_at', p.next_step_at
  )
$$;

create function private.kind_of(p_platform public.platform, p_media_types text[])
returns public.publication_kind
language sql
immutable
set search_path = ''
as $$
  select case
    when p_platform = 'instagram' and p_media_types = '{image/jpeg}' then 'photo'
    when p_platform = 'tiktok' and p_media_types = '{video/mp4}' then 'video'
  end::public.publication_kind
$$;
comment on function private.kind_of is
'The kind follows from the probed media. Null: this combination cannot be published.';

alter table public.publications enable row level security;
alter table public.publication_items enable row level security;
alter table public.publication_events enable row level security;
alter table public.consents enable row level security;

create policy publications_select on public.publications for select to authenticated
using (project_id in (select private.project_ids()));
create policy publication_items_select on public.publication_items for select to authenticated
using (publication_id in (select p.id from public.publications as p));
create policy publication_events_select on public.publication_events for select to authenticated
using (publication_id in (select p.id from public.publications as p));
create policy consents_select on public.consents for select to authenticated
using (user_id = (select auth.uid()));

grant select (
  id, project_id, content_id, connection_id, platform, kind, caption, options, state, reason, post_id, permalink,
  next_step_at, created_by, created_at, updated_at, finished_at
) on public.publications to authenticated;
grant select on public.publication_items, public.publication_events, public.consents to authenticated;
