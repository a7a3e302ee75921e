-- A large file is sent in parts, and its upload can go on after a lost network, a reload or a day. Storage itself
-- remembers which parts it has; here stands under which id.

-- An upload that is taken up again gets new addresses: from the last one, not from its beginning, it is counted when it
-- is abandoned, and until when something may still arrive.
alter table public.media_assets add column addressed_at timestamptz not null default now();
comment on column public.media_assets.addressed_at is 'When an address to send the file to was last given.';

drop index public.media_assets_abandoned_idx;
create index media_assets_abandoned_idx on public.media_assets (addressed_at) where state = 'uploading';

create table private.media_uploads (
  media_asset_id uuid primary key references public.media_assets (id) on delete cascade,
  upload_id text not null check (char_length(upload_id) between 1 and 2000)
);
comment on table private.media_uploads is 'Under which id storage keeps the parts of a file until they are joined.';

alter table private.media_uploads enable row level security;

-- As before, but counted from the last address.
create or replace function private.queue_object_deletion() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Not before an upload that was still begun with its presigned address must have ended.
  insert into private.object_deletions (object_key, due_at)
  values (old.object_key, greatest(now(), old.addressed_at + interval '6 hours'))
  on conflict do nothing;
  return old;
end
$$;

-- As before, but that the same file, asked for again by the same person, is the upload that is under way. It counts all
-- the same. The lock on the content makes one of two that ask at once.
create or replace function private.reserve_media(
  p_content_id uuid, p_media_type text, p_byte_size bigint, p_sha256 text
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_project_id uuid := (select c.project_id from public.contents as c where c.id = p_content_id);
  v_asset public.media_assets;
begin
  perform private.require_role(v_project_id, 'editor');
  perform 1 from public.contents as c where c.id = p_content_id for no key update;
  update public.media_assets as a
  set addressed_at = now()
  where
    a.id = (
      select x.id from public.media_assets as x
      where
        x.content_id = p_content_id and x.created_by = auth.uid() and x.state = 'uploading'
        and x.media_type = p_media_type and x.byte_size = p_byte_size and x.sha256 = p_sha256
      order by x.created_at
      limit 1
    ) and a.state = 'uploading'
  returning a.* into v_asset;
  if found then
    perform private.take_rate('upload');
    return jsonb_build_object('id', v_asset.id, 'object_key', v_asset.object_key);
  end if;
  insert into public.media_assets (project_id, content_id, object_key, media_type, byte_size, sha256, created_by)
  values (
    v_project_id, p_content_id,
    'media/' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
    || case p_media_type
      when 'image/jpeg' then '.jpg'
      when 'image/webp' then '.webp'
      when 'video/mp4' then '.mp4'
      when 'video/quicktime' then '.mov'
      when 'video/webm' then '.webm'
      else ''
    end,
    p_media_type, p_byte_size, p_sha256, auth.uid()
  )
  returning * into v_asset;
  return jsonb_build_object('id', v_asset.id, 'object_key', v_asset.object_key);
end
$$;

-- What is to be sent in parts, for whoever may send it. Addresses follow at once.
create function private.media_to_send(p_media_asset_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_asset public.media_assets;
begin
  select * into v_asset from public.media_assets as a where a.id = p_media_asset_id;
  perform private.require_role(v_asset.project_id, 'editor');
  update public.media_assets as a set addressed_at = now() where a.id = p_media_asset_id and a.state = 'uploading';
  return to_jsonb(v_asset) - 'created_by';
end
$$;

create function public.media_to_send(p_media_asset_id uuid) returns jsonb
language sql
set search_path = ''
as $$
  select private.take_rate('parts');
  select private.media_to_send(p_media_asset_id);
$$;

create function private.media_upload(p_media_asset_id uuid) returns text
language sql
stable
security definer
set search_path = ''
as $$ select u.upload_id from private.media_uploads as u where u.media_asset_id = p_media_asset_id $$;

create function public.media_upload(p_media_asset_id uuid) returns text
language sql
stable
set search_path = ''
as $$ select private.media_upload(p_media_asset_id) $$;

-- The id that counts, which is another one when somebody else was faster; null when nothing is to be sent any more. One
-- that storage has given up is replaced by whoever names it.
create function private.note_media_upload(p_media_asset_id uuid, p_upload_id text, p_instead_of text) returns text
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1 from public.media_assets as a
  where a.id = p_media_asset_id and a.state = 'uploading'
  for no key update;
  if not found then
    return null;
  end if;
  insert into private.media_uploads as u (media_asset_id, upload_id)
  values (p_media_asset_id, p_upload_id)
  on conflict (media_asset_id) do update set upload_id = excluded.upload_id where u.upload_id = p_instead_of;
  return private.media_upload(p_media_asset_id);
end
$$;

create function public.note_media_upload(p_media_asset_id uuid, p_upload_id text, p_instead_of text) returns text
language sql
set search_path = ''
as $$ select private.note_media_upload(p_media_asset_id, p_upload_id, p_instead_of) $$;

-- Volatile, because it counts now: every completion may read the file's beginning.
create or replace function public.media_to_complete(p_media_asset_id uuid) returns jsonb
language sql
set search_path = ''
as $$
  select private.take_rate('complete');
  select private.media_to_complete(p_media_asset_id);
$$;

-- As before, with what an upload asks for after it has begun. All uploads of an hour may ask for their parts four times
-- and be completed twice; the largest file asks eleven times.
create or replace function private.rate_limits_of_all()
returns table (action text, calls integer, period interval, code text)
language sql
immutable
set search_path = ''
as $$
  values
    ('connect', 20, interval '1 hour', 'too_many_connects'),
    ('upload', 300, interval '1 hour', 'too_many_uploads'),
    ('parts', 1200, interval '1 hour', 'too_many_parts'),
    ('complete', 600, interval '1 hour', 'too_many_completions'),
    ('preflight', 120, interval '1 hour', 'too_many_preflights'),
    ('publish', 120, interval '1 hour', 'too_many_publications'),
    ('caption', 10, interval '1 minute', 'too_many_captions'),
    ('create_project', 30, interval '1 hour', 'too_many_projects'),
    ('create_content', 600, interval '1 hour', 'too_many_contents'),
    ('invite', 30, interval '1 hour', 'too_many_invitations')
$$;

-- As before, but that an upload is abandoned a day after its last address.
create or replace function private.purge(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection_id uuid;
  v_resurrected integer;
  v_expired integer := 0;
  v_states integer;
  v_usage integer;
  v_uploads integer;
  v_runs integer;
  v_removed jsonb;
  v_alarms jsonb;
begin
  -- A receipt says that these are gone. A token beside it came back, for example from a restored backup.
  with gone as (
    delete from private.connection_tokens as t
    where t.connection_id in (
      select d.connection_id
      from public.disconnections as d
      inner join private.connection_tokens as held on d.connection_id = held.connection_id
      limit p_batch
    )
    returning t.connection_id
  ), unconnected as (
    delete from public.connections as c using gone as g where c.id = g.connection_id returning c.id
  )
  select count(*) into v_resurrected from gone;

  -- Dead by their own dates: nothing can be called or renewed with them any more.
  for v_connection_id in
    select t.connection_id
    from private.connection_tokens as t
    inner join public.connections as c on t.connection_id = c.id
    where coalesce(t.refresh_expires_at, t.access_expires_at) <= now()
    limit p_batch
    for update skip locked
  loop
    perform private.end_access(v_connection_id, 'token_expired');
    v_expired := v_expired + 1;
  end loop;

  with dead as (
    select s.id from private.oauth_states as s
    where s.expires_at <= now() or s.consumed_at is not null
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.oauth_states as s using dead as d where s.id = d.id returning s.id
  )
  select count(*) into v_states from gone;

  with dead as (
    select u.user_id, u.day from private.caption_usage as u
    where u.day < (now() at time zone 'utc')::date - 30
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.caption_usage as u using dead as d
    where u.user_id = d.user_id and u.day = d.day
    returning u.user_id
  )
  select count(*) into v_usage from gone;

  with dead as (
    select a.id from public.media_assets as a
    where a.state = 'uploading' and a.addressed_at <= now() - interval '24 hours'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.media_assets as a using dead as d where a.id = d.id returning a.id
  )
  select count(*) into v_uploads from gone;

  with dead as (
    select r.id from private.purge_runs as r
    where r.ran_at <= now() - interval '400 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.purge_runs as r using dead as d where r.id = d.id returning r.id
  )
  select count(*) into v_runs from gone;

  v_removed := jsonb_build_object(
    'expired_tokens', v_expired, 'oauth_states', v_states, 'caption_usage', v_usage, 'abandoned_uploads', v_uploads,
    'purge_runs', v_runs
  );
  v_alarms := jsonb_build_object('tokens_after_disconnect', v_resurrected);
  insert into private.purge_runs (removed, alarms) values (v_removed, v_alarms);
  return jsonb_build_object(
    'removed', v_removed, 'alarms', v_alarms, 'tokens_held', (select count(*) from private.connection_tokens)
  );
end
$$;

grant execute on function private.media_to_send, public.media_to_send to authenticated;
grant execute on function private.media_upload, public.media_upload to service_role;
grant execute on function private.note_media_upload, public.note_media_upload to service_role;
