-- The engine for every format: deadlines of each state, the parts of a post while it is prepared, and a claim that
-- waits while a platform wants to be left in peace.

alter table public.publications add column state_since timestamptz not null default now();
comment on column public.publications.state_since is 'Each state has a deadline, counted from here.';

create unique index publications_publish_id_idx on public.publications (publish_id) where publish_id is not null;

create or replace function private.may_become(
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
    ('processing', 'preparing'),
    ('processing', 'published'),
    ('committing', 'processing'),
    ('committing', 'published'),
    ('committing', 'failed'),
    ('committing', 'unknown'),
    ('unknown', 'processing'),
    ('unknown', 'published'),
    ('unknown', 'failed')
  ) or case p_platform
    when 'instagram' then (p_from, p_to) in (('preparing', 'processing'), ('processing', 'committing'))
    when 'tiktok' then (p_from, p_to) in (
      ('preparing', 'committing'), ('committing', 'preparing'), ('processing', 'unknown')
    )
  end
$$;

create or replace function private.keep_publication_states() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.state <> old.state then
    if not private.may_become(old.platform, old.state, new.state) then
      raise exception using
        errcode = 'P0001', message = 'illegal_transition',
        detail = format('%s: %s to %s', old.platform, old.state, new.state);
    end if;
    new.state_since := now();
  end if;
  if new.state in ('published', 'failed') then
    new.finished_at := coalesce(old.finished_at, now());
    new.next_step_at := null;
    new.lease_expires_at := null;
  end if;
  return new;
end
$$;

-- The address for the bytes is of no use once it is decided what became of them.
create function private.forget_upload() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from private.tiktok_uploads as u where u.publication_id = new.id;
  return new;
end
$$;

create trigger forget_upload
after update on public.publications
for each row when (new.state in ('published', 'failed') and old.state <> new.state)
execute function private.forget_upload();

-- After a reconnect the platform can be asked again about what was left unknown, where there is an id to ask about.
create function private.ask_again_after_reconnect() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.publications as p
  set next_step_at = now(), looks = 0
  where
    p.connection_id = new.id and p.state = 'unknown' and p.next_step_at is null
    and num_nonnulls(p.container_id, p.publish_id) > 0;
  return new;
end
$$;

create trigger ask_again_after_reconnect
after update on public.connections
for each row when (new.status = 'active' and old.status <> 'active')
execute function private.ask_again_after_reconnect();

-- As before, with the deadline's clock, the parts of a carousel and the upload under way, and not while a platform
-- wants to be left in peace: then the publication is due when the pause ends.
create or replace function private.claim_publication(p_publication_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_paused_until timestamptz := (
    select max(s.ends_at)
    from private.pauses as s
    inner join public.publications as p on s.platform = p.platform
    where p.id = p_publication_id and (s.connection_id is null or s.connection_id = p.connection_id)
  );
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = case when v_paused_until > now() or p.state <> 'queued' then p.state else 'preparing' end,
    epoch = p.epoch + 1,
    next_step_at = greatest(p.next_step_at, v_paused_until),
    lease_expires_at = case
      when v_paused_until > now() then null else now() + make_interval(secs => p_lease_seconds)
    end
  where
    p.id = p_publication_id
    and p.state not in ('published', 'failed')
    and p.next_step_at <= now()
    and (p.lease_expires_at is null or p.lease_expires_at <= now())
  returning * into v_publication;
  if v_publication.id is null or v_paused_until > now() then
    return null;
  end if;
  return jsonb_build_object(
    'publication', private.publication_view(v_publication) || jsonb_build_object(
      'options', v_publication.options, 'container_id', v_publication.container_id,
      'publish_id', v_publication.publish_id, 'epoch', v_publication.epoch, 'looks', v_publication.looks,
      'attempts', v_publication.attempts,
      'seconds_since_intent', extract(epoch from now() - v_publication.intent_at),
      'age_seconds', extract(epoch from now() - v_publication.created_at),
      'state_seconds', extract(epoch from now() - v_publication.state_since)
    ),
    'items', (
      select jsonb_agg(
        private.media_for_step(a) || jsonb_build_object(
          'position', i.position, 'alt_text', i.alt_text, 'container_id', i.container_id
        ) order by i.position
      )
      from public.publication_items as i
      inner join public.media_assets as a on i.media_asset_id = a.id
      where i.publication_id = v_publication.id
    ),
    'item_count', (select count(*) from public.publication_items as i where i.publication_id = v_publication.id),
    'cover', (
      select private.media_for_step(a) || jsonb_build_object('position', 0)
      from public.media_assets as a
      where a.id = v_publication.cover_asset_id
    ),
    'upload', (
      select jsonb_build_object(
        'upload_url', u.upload_url, 'byte_size', u.byte_size, 'chunk_size', u.chunk_size,
        'stored_chunks', u.stored_chunks, 'seconds_left', extract(epoch from u.expires_at - now())
      )
      from private.tiktok_uploads as u
      where u.publication_id = v_publication.id
    ),
    'account', private.account_for_step(v_publication.connection_id)
  );
end
$$;

-- As before. p_changes may also hold item_containers {position: container id}, which adds to those there are, or null,
-- which drops them all; upload {upload_url, byte_size, chunk_size, expires_in}, or null; and stored_chunks.
create or replace function private.record_step(
  p_publication_id uuid,
  p_epoch bigint,
  p_from public.publication_state,
  p_to public.publication_state,
  p_changes jsonb,
  p_event text,
  p_detail jsonb,
  p_release boolean
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = p_to,
    reason = case when p_from = p_to then coalesce(p_changes ->> 'reason', p.reason) else p_changes ->> 'reason' end,
    container_id = case when p_changes ? 'container_id' then p_changes ->> 'container_id' else p.container_id end,
    publish_id = case when p_changes ? 'publish_id' then p_changes ->> 'publish_id' else p.publish_id end,
    post_id = coalesce(p_changes ->> 'post_id', p.post_id),
    permalink = coalesce(p_changes ->> 'permalink', p.permalink),
    looks = coalesce((p_changes ->> 'looks')::integer, p.looks),
    attempts = coalesce((p_changes ->> 'attempts')::integer, p.attempts),
    intent_at = case when p_to = 'committing' and p_from <> p_to then now() else p.intent_at end,
    next_step_at = case
      when p_changes ? 'next_step_seconds'
        then now() + make_interval(secs => (p_changes ->> 'next_step_seconds')::double precision)
      else p.next_step_at
    end,
    lease_expires_at = case when p_release then null else p.lease_expires_at end
  where p.id = p_publication_id and p.epoch = p_epoch and p.state = p_from
  returning * into v_publication;
  if v_publication.id is null then
    return null;
  end if;
  if p_changes ? 'item_containers' then
    update public.publication_items as i
    set container_id = p_changes -> 'item_containers' ->> i.position::text
    where
      i.publication_id = p_publication_id
      and (p_changes -> 'item_containers' = 'null' or p_changes -> 'item_containers' ? i.position::text);
  end if;
  if p_changes -> 'upload' = 'null' then
    delete from private.tiktok_uploads as u where u.publication_id = p_publication_id;
  elsif p_changes ? 'upload' then
    insert into private.tiktok_uploads (publication_id, upload_url, byte_size, chunk_size, expires_at)
    values (
      p_publication_id, p_changes #>> '{upload,upload_url}', (p_changes #>> '{upload,byte_size}')::bigint,
      (p_changes #>> '{upload,chunk_size}')::bigint,
      now() + make_interval(secs => (p_changes #>> '{upload,expires_in}')::double precision)
    )
    on conflict (publication_id) do update
    set
      upload_url = excluded.upload_url, byte_size = excluded.byte_size, chunk_size = excluded.chunk_size,
      stored_chunks = 0, expires_at = excluded.expires_at;
  end if;
  if p_changes ? 'stored_chunks' then
    update private.tiktok_uploads as u
    set stored_chunks = (p_changes ->> 'stored_chunks')::integer
    where u.publication_id = p_publication_id;
  end if;
  if p_event is not null then
    insert into public.publication_events (publication_id, event, state, detail)
    values (p_publication_id, p_event, p_to, p_detail);
  end if;
  return private.publication_view(v_publication);
end
$$;
