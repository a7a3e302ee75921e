-- A person's whole data as one archive: asked for in a fresh session, made in many small steps, there for 24 hours.
--
-- The rows are first written down as files in a private bucket. Then everything that the archive will hold is known and
-- does not change any more, so that each part of it can be made again at any time with the same bytes.

create type public.export_state as enum ('gathering', 'copying', 'ready', 'expired', 'failed');

create table public.exports (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  request_id uuid not null,
  with_media boolean not null,
  state public.export_state not null default 'gathering',
  -- Everything of it in storage lies below, staged files and the archive: what empties the folder forgets nothing.
  folder text not null unique check (folder ~ '^exports/[0-9a-f]{64}/$'),
  -- Only the worker that raised the epoch last may write.
  epoch bigint not null default 0,
  lease_expires_at timestamptz,
  -- How often it was begun anew, because a file went that was to be copied.
  restarts integer not null default 0 check (restarts between 0 and 10),
  -- Media that storage does not have: the next attempt does without them.
  missing text[] not null default '{}',
  -- While it gathers: the table that is being read, and the key of the last row that is written down.
  dataset text check (dataset ~ '^[a-z_]{1,60}$'),
  after jsonb,
  -- How many files there are, and where the next one begins: in the end, where the directory of the archive begins.
  files integer not null default 0,
  directory_at bigint not null default 0,
  -- While it copies: how many parts are stored, in which file the next one begins, and the CRC of that file so far.
  byte_size bigint,
  part_size bigint,
  parts integer not null default 0,
  file integer not null default 0,
  crc bigint not null default 0,
  content_hash text check (content_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  expires_at timestamptz,
  downloaded_at timestamptz,
  check ((state in ('gathering', 'failed')) or num_nonnulls(byte_size, part_size, content_hash) = 3),
  check ((state in ('ready', 'expired')) = (num_nonnulls(ready_at, expires_at) = 2))
);
comment on table public.exports is
'Archives that people asked for with all their data: how far each is, and when its file goes. Kept for 30 days.';

create table private.export_files (
  export_id uuid not null references public.exports (id) on delete cascade,
  position integer not null check (position >= 0),
  name text not null check (name ~ '^[A-Za-z0-9_./-]{1,200}$'),
  byte_size bigint not null check (byte_size >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- Of a media file it is known only after all of its bytes were copied.
  crc bigint check (crc between 0 and 4294967295),
  starts_at bigint not null check (starts_at >= 0),
  object_key text not null,
  lines integer,
  primary key (export_id, position)
);
comment on table private.export_files is
'What an archive that is being made will hold, in its order. Gone as soon as the archive is ready.';

create index exports_user_id_idx on public.exports (user_id, created_at);
create unique index exports_under_way_idx on public.exports (user_id) where state in ('gathering', 'copying');
create index exports_due_idx on public.exports (created_at) where state in ('gathering', 'copying');
create index exports_expires_at_idx on public.exports (expires_at) where state = 'ready';
create index exports_created_at_idx on public.exports (created_at);

-- A folder in the queue of deletions stands for everything below it, uploads that were never completed among it. The
-- earlier time counts.
create function private.queue_folder_deletion(p_folder text, p_due_at timestamptz) returns void
language sql
set search_path = ''
as $$
  insert into private.object_deletions as d (object_key, due_at)
  values (p_folder, p_due_at)
  on conflict (object_key) do update set due_at = least(d.due_at, excluded.due_at)
$$;

-- A function that is at work this moment may write for as long as it may live.
create function private.queue_export_deletion() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.queue_folder_deletion(old.folder, now() + interval '2 minutes');
  return old;
end
$$;

create trigger queue_export_deletion
after delete on public.exports
for each row execute function private.queue_export_deletion();
create trigger queue_former_folder_deletion
after update on public.exports
for each row when (new.folder <> old.folder or (new.state = 'failed' and old.state <> 'failed'))
execute function private.queue_export_deletion();

create function private.new_export_folder() returns text
language sql
set search_path = ''
as $$ select 'exports/' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') || '/' $$;

create function private.export_view(p public.exports) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p.id,
    'state', case when p.state = 'ready' and p.expires_at <= now() then 'expired' else p.state end,
    'with_media', p.with_media, 'dataset', p.dataset, 'parts', p.parts, 'part_size', p.part_size,
    'byte_size', p.byte_size, 'content_hash', p.content_hash, 'created_at', p.created_at, 'ready_at', p.ready_at,
    'expires_at', p.expires_at, 'downloaded_at', p.downloaded_at
  )
$$;

-- One at a time, and three within a day: whoever asks again meanwhile is told how far the first is.
create function private.start_export(p_with_media boolean) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_export public.exports;
  v_limit_ends_at timestamptz;
begin
  perform private.require_fresh_session();
  perform pg_advisory_xact_lock(hashtextextended('private.start_export ' || auth.uid(), 0));
  select * into v_export from public.exports as e
  where e.user_id = auth.uid() and e.state in ('gathering', 'copying');
  if v_export.id is not null then
    return private.export_view(v_export);
  end if;
  select e.created_at + interval '1 day' into v_limit_ends_at from public.exports as e
  where e.user_id = auth.uid() and e.created_at > now() - interval '1 day'
  order by e.created_at desc
  offset 2
  limit 1;
  if found then
    perform private.refuse_for_now(
      'too_many_exports', ceil(extract(epoch from v_limit_ends_at - now()))::integer
    );
  end if;
  insert into public.exports (user_id, request_id, with_media, folder)
  values (
    auth.uid(),
    private.open_privacy_request(
      'access', 'account', auth.uid(), null, jsonb_build_object('with_media', p_with_media::text)
    ),
    p_with_media,
    private.new_export_folder()
  )
  returning * into v_export;
  perform private.note_privacy_request(
    v_export.request_id, 'identity_checked', p_detail => '{"method": "fresh_session", "result": "confirmed"}'
  );
  perform private.audit(
    'export_asked', null, null, v_export.id, 'user', v_export.user_id, null,
    jsonb_build_object('request_id', v_export.request_id)
  );
  return private.export_view(v_export);
end
$$;

create function public.start_export(p_with_media boolean) returns jsonb
language sql
set search_path = ''
as $$ select private.start_export(p_with_media) $$;

create function private.export_status(p_export_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  select * into v_export from public.exports as e where e.id = p_export_id and e.user_id = auth.uid();
  if v_export.id is null then
    perform private.refuse(404, 'not_found');
  end if;
  return private.export_view(v_export);
end
$$;

create function public.export_status(p_export_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.export_status(p_export_id) $$;

-- An open browser that somebody finds is no proof of who asks, so the session must be fresh here too.
create function private.download_export(p_export_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  select * into v_export from public.exports as e
  where e.id = p_export_id and e.user_id = auth.uid() and e.state = 'ready' and e.expires_at > now()
  for update;
  if v_export.id is null then
    perform private.refuse(404, 'not_found');
  end if;
  perform private.require_fresh_session();
  if v_export.downloaded_at is null then
    update public.exports as e set downloaded_at = now() where e.id = p_export_id;
    perform private.close_request(v_export.request_id);
  end if;
  perform private.audit('export_downloaded', null, null, v_export.id, 'user', v_export.user_id, null, null);
  return jsonb_build_object(
    'folder', v_export.folder, 'byte_size', v_export.byte_size, 'expires_at', v_export.expires_at,
    'created_at', v_export.created_at
  );
end
$$;

create function public.download_export(p_export_id uuid) returns jsonb
language sql
set search_path = ''
as $$ select private.download_export(p_export_id) $$;

-- For one worker, for as long as a function may live and a little more. Null: not now, or not any more.
create function private.claim_export(p_export_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  update public.exports as e
  set epoch = e.epoch + 1, lease_expires_at = now() + interval '90 seconds'
  where
    e.id = p_export_id and e.state in ('gathering', 'copying')
    and (e.lease_expires_at is null or e.lease_expires_at <= now())
    and e.created_at > now() - interval '1 day'
  returning * into v_export;
  return case when v_export.id is not null then to_jsonb(v_export) - 'user_id' - 'request_id' end;
end
$$;

create function public.claim_export(p_export_id uuid) returns jsonb
language sql
set search_path = ''
as $$ select private.claim_export(p_export_id) $$;

create function private.release_export(p_export_id uuid, p_epoch bigint) returns void
language sql
security definer
set search_path = ''
as $$ update public.exports as e set lease_expires_at = null where e.id = p_export_id and e.epoch = p_epoch $$;

create function public.release_export(p_export_id uuid, p_epoch bigint) returns void
language sql
set search_path = ''
as $$ select private.release_export(p_export_id, p_epoch) $$;

-- What belongs to a person: of the projects they own everything, of the others they are in what they made themselves.
create function private.joined_project_ids(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$ select m.project_id from public.project_members as m where m.user_id = p_user_id $$;

create function private.owned_project_ids(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select m.project_id from public.project_members as m where m.user_id = p_user_id and m.role = 'owner'
$$;

create function private.content_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select c.id from public.contents as c where c.project_id in (select private.owned_project_ids(p_user_id))
  union
  select c.id from public.contents as c
  where c.created_by = p_user_id and c.project_id in (select private.joined_project_ids(p_user_id))
$$;

create function private.media_asset_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select a.id from public.media_assets as a where a.project_id in (select private.owned_project_ids(p_user_id))
  union
  select a.id from public.media_assets as a
  where a.created_by = p_user_id and a.project_id in (select private.joined_project_ids(p_user_id))
$$;

create function private.connection_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select c.id from public.connections as c where c.project_id in (select private.owned_project_ids(p_user_id))
  union
  select c.id from public.connections as c
  where c.connected_by = p_user_id and c.project_id in (select private.joined_project_ids(p_user_id))
$$;

create function private.publication_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select p.id from public.publications as p where p.project_id in (select private.owned_project_ids(p_user_id))
  union
  select p.id from public.publications as p
  where p.created_by = p_user_id and p.project_id in (select private.joined_project_ids(p_user_id))
$$;

-- One function for each table: exported_<name>(person, key of the last row, how many) gives the next rows in the order
-- of their key. Every column stands by its name, so that a new one leaves only when somebody wants it to, and the id of
-- another person never does. shared/privacy/export/schema.py names the same columns for whoever reads the archive.
create function private.exported_account(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      u.id, u.email, u.email_confirmed_at, u.created_at, u.updated_at, u.last_sign_in_at, u.raw_user_meta_data
    from auth.users as u
    where u.id = p_user_id and p_after is null
    limit p_limit
  ) as x
$$;

-- Not their ids: the token of a session holds its id. In plpgsql, and by way of JSON, because auth is not our schema.
create function private.exported_sessions(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select jsonb_build_array(s.id::text), jsonb_build_object(
    'created_at', s.created_at, 'user_agent', to_jsonb(s) ->> 'user_agent', 'ip', to_jsonb(s) ->> 'ip'
  )
  from auth.sessions as s
  where s.user_id = p_user_id and (p_after is null or s.id::text > p_after ->> 0)
  order by s.id::text
  limit p_limit;
end
$$;

create function private.exported_projects(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select p.id, p.name, case when p.created_by = p_user_id then p.created_by end as created_by, p.created_at
    from public.project_members as m
    inner join public.projects as p on m.project_id = p.id
    where m.user_id = p_user_id and (p_after is null or p.id > (p_after ->> 0)::uuid)
    order by p.id
    limit p_limit
  ) as x
$$;

create function private.exported_project_members(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.project_id), to_jsonb(x)
  from (
    select m.project_id, m.user_id, m.role, m.created_at
    from public.project_members as m
    where m.user_id = p_user_id and (p_after is null or m.project_id > (p_after ->> 0)::uuid)
    order by m.project_id
    limit p_limit
  ) as x
$$;

create function private.exported_contents(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      c.id, c.project_id, c.type, c.title, c.description, c.tags,
      case when c.created_by = p_user_id then c.created_by end as created_by, c.created_at, c.updated_at
    from private.content_ids_of(p_user_id) as mine (id)
    inner join public.contents as c on mine.id = c.id
    where p_after is null or mine.id > (p_after ->> 0)::uuid
    order by mine.id
    limit p_limit
  ) as x
$$;

create function private.exported_media_assets(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      a.id, a.project_id, a.content_id, a.object_key, a.media_type, a.byte_size, a.sha256, a.state, a.refusal,
      a.width, a.height, a.duration_ms, a.frame_rate, a.video_codec, a.audio_codec, a.bit_rate, a.audio_sample_rate,
      a.audio_channels, a.chroma, a.progressive, a.fast_start, a.edit_list, a.multi_picture,
      case when a.created_by = p_user_id then a.created_by end as created_by, a.created_at, a.completed_at
    from private.media_asset_ids_of(p_user_id) as mine (id)
    inner join public.media_assets as a on mine.id = a.id
    where p_after is null or mine.id > (p_after ->> 0)::uuid
    order by mine.id
    limit p_limit
  ) as x
$$;

create function private.exported_connections(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      c.id, c.project_id, c.platform, c.platform_account_id, c.callback_ids, c.display_name, c.account_type, c.status,
      c.status_reason, c.status_since, case when c.connected_by = p_user_id then c.connected_by end as connected_by,
      c.connected_at, c.updated_at
    from private.connection_ids_of(p_user_id) as mine (id)
    inner join public.connections as c on mine.id = c.id
    where p_after is null or mine.id > (p_after ->> 0)::uuid
    order by mine.id
    limit p_limit
  ) as x
$$;

create function private.exported_disconnections(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      d.id, d.connection_id, d.project_id, d.platform,
      case when d.disconnected_by = p_user_id then d.disconnected_by end as disconnected_by, d.disconnected_at,
      d.tokens_deleted, d.revocation, d.revocation_at, d.cause
    from public.disconnections as d
    where
      d.project_id in (select private.joined_project_ids(p_user_id))
      and (d.project_id in (select private.owned_project_ids(p_user_id)) or d.disconnected_by = p_user_id)
      and (p_after is null or d.id > (p_after ->> 0)::uuid)
    order by d.id
    limit p_limit
  ) as x
$$;

create function private.exported_access_endings(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select a.id, a.connection_id, a.project_id, a.platform, a.cause, a.tokens_deleted, a.ended_at
    from public.access_endings as a
    where
      a.project_id in (select private.joined_project_ids(p_user_id))
      and (
        a.project_id in (select private.owned_project_ids(p_user_id))
        or a.connection_id in (select private.connection_ids_of(p_user_id))
      )
      and (p_after is null or a.id > (p_after ->> 0)::uuid)
    order by a.id
    limit p_limit
  ) as x
$$;

create function private.exported_publications(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      p.id, p.project_id, p.content_id, p.connection_id, p.platform, p.kind, p.caption, p.options, p.cover_asset_id,
      p.state, p.state_since, p.reason, p.container_id, p.publish_id, p.post_id, p.permalink,
      p.platform_ids_cleared_at, case when p.created_by = p_user_id then p.created_by end as created_by, p.created_at,
      p.confirmed_at, p.updated_at, p.finished_at
    from private.publication_ids_of(p_user_id) as mine (id)
    inner join public.publications as p on mine.id = p.id
    where p_after is null or mine.id > (p_after ->> 0)::uuid
    order by mine.id
    limit p_limit
  ) as x
$$;

create function private.exported_publication_items(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.publication_id, x.position), to_jsonb(x)
  from (
    select i.publication_id, i.position, i.media_asset_id, i.alt_text, i.container_id
    from private.publication_ids_of(p_user_id) as mine (id)
    inner join public.publication_items as i on mine.id = i.publication_id
    where
      p_after is null
      or (mine.id >= (p_after ->> 0)::uuid
        and (i.publication_id, i.position) > ((p_after ->> 0)::uuid, (p_after ->> 1)::smallint))
    order by i.publication_id, i.position
    limit p_limit
  ) as x
$$;

create function private.exported_publication_events(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.publication_id, x.id), to_jsonb(x)
  from (
    select e.publication_id, e.id, e.at, e.event, e.state, e.detail
    from private.publication_ids_of(p_user_id) as mine (id)
    inner join public.publication_events as e on mine.id = e.publication_id
    where
      p_after is null
      or (mine.id >= (p_after ->> 0)::uuid
        and (e.publication_id, e.id) > ((p_after ->> 0)::uuid, (p_after ->> 1)::bigint))
    order by e.publication_id, e.id
    limit p_limit
  ) as x
$$;

create function private.exported_consents(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select c.id, c.user_id, c.publication_id, c.subject, c.text_version, c.given_at
    from public.consents as c
    where c.user_id = p_user_id and (p_after is null or c.id > (p_after ->> 0)::uuid)
    order by c.id
    limit p_limit
  ) as x
$$;

create function private.exported_objections(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.purpose), to_jsonb(x)
  from (
    select o.user_id, o.purpose, o.created_at
    from public.objections as o
    where o.user_id = p_user_id and (p_after is null or o.purpose > (p_after ->> 0)::public.purpose)
    order by o.purpose
    limit p_limit
  ) as x
$$;

create function private.exported_restrictions(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(r.user_id), jsonb_build_object('user_id', r.user_id, 'created_at', r.created_at)
  from public.restrictions as r
  where r.user_id = p_user_id and p_after is null
  limit p_limit
$$;

create function private.exported_profiles(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select
    jsonb_build_array(r.user_id),
    jsonb_build_object('user_id', r.user_id, 'display_name', r.display_name, 'updated_at', r.updated_at)
  from public.profiles as r
  where r.user_id = p_user_id and p_after is null
  limit p_limit
$$;

create function private.exported_caption_usage(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.day), to_jsonb(x)
  from (
    select u.user_id, u.day, u.used
    from private.caption_usage as u
    where u.user_id = p_user_id and (p_after is null or u.day > (p_after ->> 0)::date)
    order by u.day
    limit p_limit
  ) as x
$$;

create function private.exported_notices(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      n.id, n.user_id, n.project_id, n.kind, n.platform, n.connection_id, n.publication_id, n.cause, n.created_at,
      n.read_at
    from public.notices as n
    where n.user_id = p_user_id and (p_after is null or n.id > (p_after ->> 0)::uuid)
    order by n.id
    limit p_limit
  ) as x
$$;

-- Not by which operator: that is another person.
create function private.exported_privacy_requests(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select r.id, r.request_id, r.kind, r.event, r.channel, r.user_id, r.at, r.due_at, r.actor_kind, r.detail
    from public.privacy_requests as r
    where r.user_id = p_user_id and (p_after is null or r.id > (p_after ->> 0)::bigint)
    order by r.id
    limit p_limit
  ) as x
$$;

-- The next rows of one table, at most so many and about so many bytes, but at least one: {lines, after, last}. Null
-- when the export is gone. In UTC, whatever the server's own time zone is.
create function private.export_rows(
  p_export_id uuid, p_dataset text, p_after jsonb, p_rows integer, p_bytes integer
) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
  v_user_id uuid := (select e.user_id from public.exports as e where e.id = p_export_id);
  v_lines jsonb;
  v_after jsonb;
  v_read integer;
begin
  if v_user_id is null then
    return null;
  end if;
  execute format(
    'with page as ('
    '  select r.key, r.line, r.n, sum(octet_length(r.line::text)) over (order by r.n) as size'
    '  from private.%I($1, $2, $3) with ordinality as r (key, line, n)'
    '), taken as (select p.* from page as p where p.size <= $4 or p.n = 1)'
    ' select coalesce(jsonb_agg(t.line order by t.n), ''[]''),'
    '   (array_agg(t.key order by t.n desc))[1],'
    '   (select count(*) from page)'
    ' from taken as t',
    'exported_' || p_dataset
  ) into v_lines, v_after, v_read using v_user_id, p_after, p_rows, p_bytes;
  return jsonb_build_object(
    'lines', v_lines, 'after', v_after, 'last', v_read < p_rows and jsonb_array_length(v_lines) = v_read
  );
end
$$;

create function public.export_rows(
  p_export_id uuid, p_dataset text, p_after jsonb, p_rows integer, p_bytes integer
) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.export_rows(p_export_id, p_dataset, p_after, p_rows, p_bytes) $$;

create function private.add_export_files(p_export_id uuid, p_files jsonb) returns void
language sql
set search_path = ''
as $$
  insert into private.export_files (export_id, position, name, byte_size, sha256, crc, starts_at, object_key, lines)
  select p_export_id, f.position, f.name, f.byte_size, f.sha256, f.crc, f.starts_at, f.object_key, f.lines
  from jsonb_to_recordset(p_files) as f (
    position integer, name text, byte_size bigint, sha256 text, crc bigint, starts_at bigint, object_key text,
    lines integer
  )
$$;

-- Files that are complete, and where to read on. False: somebody else is at work on it, or it is gone.
create function private.save_export_files(
  p_export_id uuid, p_epoch bigint, p_files jsonb, p_directory_at bigint, p_dataset text, p_after jsonb
) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.exports as e
  set
    dataset = p_dataset, after = p_after, directory_at = p_directory_at,
    files = e.files + jsonb_array_length(p_files)
  where e.id = p_export_id and e.epoch = p_epoch and e.state = 'gathering';
  if not found then
    return false;
  end if;
  perform private.add_export_files(p_export_id, p_files);
  return true;
end
$$;

create function public.save_export_files(
  p_export_id uuid, p_epoch bigint, p_files jsonb, p_directory_at bigint, p_dataset text, p_after jsonb
) returns boolean
language sql
set search_path = ''
as $$ select private.save_export_files(p_export_id, p_epoch, p_files, p_directory_at, p_dataset, p_after) $$;

-- Nothing is added any more: how long the archive is, and how it is cut.
create function private.seal_export(
  p_export_id uuid, p_epoch bigint, p_files jsonb, p_directory_at bigint, p_byte_size bigint, p_part_size bigint,
  p_content_hash text
) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.exports as e
  set
    state = 'copying', files = e.files + jsonb_array_length(p_files), directory_at = p_directory_at,
    byte_size = p_byte_size, part_size = p_part_size, content_hash = p_content_hash
  where e.id = p_export_id and e.epoch = p_epoch and e.state = 'gathering';
  if not found then
    return false;
  end if;
  perform private.add_export_files(p_export_id, p_files);
  return true;
end
$$;

create function public.seal_export(
  p_export_id uuid, p_epoch bigint, p_files jsonb, p_directory_at bigint, p_byte_size bigint, p_part_size bigint,
  p_content_hash text
) returns boolean
language sql
set search_path = ''
as $$
  select private.seal_export(
    p_export_id, p_epoch, p_files, p_directory_at, p_byte_size, p_part_size, p_content_hash
  )
$$;

create function private.read_export_files(p_export_id uuid, p_from integer, p_limit integer) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(page) - 'export_id' order by page.position), '[]')
  from (
    select * from private.export_files as f
    where f.export_id = p_export_id and f.position >= p_from
    order by f.position
    limit p_limit
  ) as page
$$;

create function public.read_export_files(p_export_id uuid, p_from integer, p_limit integer) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.read_export_files(p_export_id, p_from, p_limit) $$;

-- One more part is stored. p_crcs: {position: crc} of the files that ended in it.
create function private.save_export_part(
  p_export_id uuid, p_epoch bigint, p_parts integer, p_file integer, p_crc bigint, p_crcs jsonb
) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.exports as e
  set parts = p_parts, file = p_file, crc = p_crc
  where e.id = p_export_id and e.epoch = p_epoch and e.state = 'copying' and e.parts = p_parts - 1;
  if not found then
    return false;
  end if;
  update private.export_files as f
  set crc = c.value::bigint
  from jsonb_each_text(p_crcs) as c
  where f.export_id = p_export_id and f.position = c.key::integer;
  return true;
end
$$;

create function public.save_export_part(
  p_export_id uuid, p_epoch bigint, p_parts integer, p_file integer, p_crc bigint, p_crcs jsonb
) returns boolean
language sql
set search_path = ''
as $$ select private.save_export_part(p_export_id, p_epoch, p_parts, p_file, p_crc, p_crcs) $$;

-- The archive is whole. Its time is counted from here, and its deletion stands in the queue from now on.
create function private.finish_export(p_export_id uuid, p_epoch bigint) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  update public.exports as e
  set state = 'ready', ready_at = now(), expires_at = now() + interval '24 hours', lease_expires_at = null
  where e.id = p_export_id and e.epoch = p_epoch and e.state = 'copying'
  returning * into v_export;
  if v_export.id is null then
    return false;
  end if;
  delete from private.export_files as f where f.export_id = p_export_id;
  perform private.queue_folder_deletion(v_export.folder || 'staged/', now());
  perform private.queue_folder_deletion(v_export.folder, v_export.expires_at);
  if not private.has_event(v_export.request_id, 'executed') then
    perform private.note_privacy_request(
      v_export.request_id, 'executed', p_detail => jsonb_build_object('content_hash', v_export.content_hash)
    );
  end if;
  perform private.enqueue_mail('export_ready', v_export.user_id, v_export.id::text, '{}');
  return true;
end
$$;

create function public.finish_export(p_export_id uuid, p_epoch bigint) returns boolean
language sql
set search_path = ''
as $$ select private.finish_export(p_export_id, p_epoch) $$;

-- A file went while it was to be copied. From the beginning, in a folder of its own, so that nothing of the first
-- attempt can get into it; after the tenth there is no other.
create function private.restart_export(p_export_id uuid, p_epoch bigint, p_missing text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.exports as e
  set
    state = case when e.restarts < 10 then 'gathering' else 'failed' end::public.export_state,
    restarts = least(e.restarts + 1, 10),
    missing = array_remove(e.missing || p_missing, null),
    folder = private.new_export_folder(),
    dataset = null, after = null, files = 0, directory_at = 0,
    byte_size = null, part_size = null, content_hash = null, parts = 0, file = 0, crc = 0
  where e.id = p_export_id and e.epoch = p_epoch and e.state in ('gathering', 'copying');
  if not found then
    return false;
  end if;
  delete from private.export_files as f where f.export_id = p_export_id;
  return true;
end
$$;

create function public.restart_export(p_export_id uuid, p_epoch bigint, p_missing text) returns boolean
language sql
set search_path = ''
as $$ select private.restart_export(p_export_id, p_epoch, p_missing) $$;

create function private.due_exports(p_limit integer) returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select e.id from public.exports as e
  where e.state in ('gathering', 'copying') and (e.lease_expires_at is null or e.lease_expires_at <= now())
  order by e.created_at
  limit p_limit
$$;

create function public.due_exports(p_limit integer) returns setof uuid
language sql
stable
set search_path = ''
as $$ select private.due_exports(p_limit) $$;

-- After their 24 hours, and those that could not be made within a day: {expired, failed}.
create function private.expire_exports(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_expired integer;
  v_failed integer;
begin
  with dead as (
    select e.id from public.exports as e
    where e.state = 'ready' and e.expires_at <= now()
    limit p_batch
    for update skip locked
  )
  update public.exports as e set state = 'expired' from dead as d where e.id = d.id;
  get diagnostics v_expired = row_count;
  with dead as (
    select e.id from public.exports as e
    where e.state in ('gathering', 'copying') and e.created_at <= now() - interval '1 day'
    limit p_batch
    for update skip locked
  ), given_up as (
    update public.exports as e set state = 'failed', lease_expires_at = null, epoch = e.epoch + 1
    from dead as d
    where e.id = d.id
    returning e.id
  ), forgotten as (
    delete from private.export_files as f using given_up as g where f.export_id = g.id
  )
  select count(*) into v_failed from given_up;
  return jsonb_build_object('expired', v_expired, 'failed', v_failed);
end
$$;

create function public.expire_exports(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.expire_exports(p_batch) $$;

-- Joins the purge. What was asked and answered stays in the requests.
create function private.purge_exports(p_batch integer) returns jsonb
language sql
security definer
set search_path = ''
as $$
  with dead as (
    select e.id from public.exports as e
    where e.created_at <= now() - interval '30 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.exports as e using dead as d where e.id = d.id returning e.id
  )
  select jsonb_build_object('exports', count(*)) from gone
$$;

create function public.purge_exports(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_exports(p_batch) $$;

alter table public.exports enable row level security;
alter table private.export_files enable row level security;

create policy exports_select on public.exports for select to authenticated
using (user_id = (select auth.uid()));

grant select (
  id, state, with_media, byte_size, content_hash, created_at, ready_at, expires_at, downloaded_at
) on public.exports to authenticated;
grant execute on function private.start_export, public.start_export to authenticated;
grant execute on function private.export_status, public.export_status to authenticated;
grant execute on function private.download_export, public.download_export to authenticated;
grant execute on function private.claim_export, public.claim_export to service_role;
grant execute on function private.release_export, public.release_export to service_role;
grant execute on function private.export_rows, public.export_rows to service_role;
grant execute on function private.save_export_files, public.save_export_files to service_role;
grant execute on function private.seal_export, public.seal_export to service_role;
grant execute on function private.read_export_files, public.read_export_files to service_role;
grant execute on function private.save_export_part, public.save_export_part to service_role;
grant execute on function private.finish_export, public.finish_export to service_role;
grant execute on function private.restart_export, public.restart_export to service_role;
grant execute on function private.due_exports, public.due_exports to service_role;
grant execute on function private.expire_exports, public.expire_exports to service_role;
grant execute on function private.purge_exports, public.purge_exports to service_role;
