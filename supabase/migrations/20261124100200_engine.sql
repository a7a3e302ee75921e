-- The engine for every format: what a platform's limits hold back, deadlines, and the ways out of an unknown.

alter table public.publications add column state_since timestamptz not null default now();
comment on column public.publications.state_since is 'Each state has a deadline, counted from here.';

-- A user who looked on the platform may settle a doubt that nothing else can. Then there may be no id to show.
do $$
declare
  v_check name := (
    select c.conname
    from pg_catalog.pg_constraint as c
    where c.conrelid = 'public.publications'::regclass and c.contype = 'c'
      and pg_catalog.pg_get_constraintdef(c.oid) like '%num_nonnulls%'
  );
begin
  execute format('alter table public.publications drop constraint %I', v_check);
end
$$;
alter table public.publications
add constraint publications_published_has_id check (
  state <> 'published' or num_nonnulls(post_id, container_id, publish_id) > 0 or reason = 'confirmed_by_user'
);

create unique index publications_publish_id_idx on public.publications (publish_id) where publish_id is not null;

-- How often we called what a platform counts, per account. TikTok's windows slide, so the times themselves are kept;
-- there are never more of them than the limit.
create table private.call_budgets (
  connection_id uuid not null references public.connections (id) on delete cascade,
  call text not null check (call ~ '^[a-z_]{1,40}$'),
  taken_at timestamptz[] not null default '{}',
  primary key (connection_id, call)
);
comment on table private.call_budgets is 'Calls of the last minute that a platform counts for one account.';

-- A platform asked for a pause: for one account, or for the app as a whole.
create table private.pauses (
  id bigint generated always as identity primary key,
  platform public.platform not null,
  connection_id uuid references public.connections (id) on delete cascade,
  ends_at timestamptz not null,
  unique nulls not distinct (platform, connection_id)
);
comment on table private.pauses is 'Until when no step of an account, or of all of them, may call its platform.';

create index pauses_connection_id_idx on private.pauses (connection_id);
alter table private.call_budgets enable row level security;
alter table private.pauses enable row level security;

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

-- Takes one of each named call, or none of them. p_limits: {call: calls in the window}. Answers how many seconds to
-- wait; 0 means that they are taken.
create function private.take_calls(p_connection_id uuid, p_limits jsonb, p_window_seconds double precision)
returns double precision
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_since timestamptz := clock_timestamp() - make_interval(secs => p_window_seconds);
  v_wait double precision;
begin
  if not exists (select 1 from public.connections as c where c.id = p_connection_id) then
    return 0;
  end if;
  insert into private.call_budgets (connection_id, call)
  select p_connection_id, l.call from jsonb_each_text(p_limits) as l (call, calls)
  on conflict do nothing;
  perform 1 from private.call_budgets as b
  where b.connection_id = p_connection_id and p_limits ? b.call
  order by b.call
  for update;
  update private.call_budgets as b
  set taken_at = array(select t from unnest(b.taken_at) as t where t > v_since order by t)
  where b.connection_id = p_connection_id and p_limits ? b.call;
  select max(extract(epoch from b.taken_at[cardinality(b.taken_at) - (p_limits ->> b.call)::integer + 1] - v_since))
  into v_wait
  from private.call_budgets as b
  where
    b.connection_id = p_connection_id and p_limits ? b.call
    and cardinality(b.taken_at) >= (p_limits ->> b.call)::integer;
  if v_wait is null then
    update private.call_budgets as b
    set taken_at = b.taken_at || clock_timestamp()
    where b.connection_id = p_connection_id and p_limits ? b.call;
  end if;
  return coalesce(v_wait, 0);
end
$$;

create function public.take_calls(p_connection_id uuid, p_limits jsonb, p_window_seconds double precision)
returns double precision
language sql
set search_path = ''
as $$ select private.take_calls(p_connection_id, p_limits, p_window_seconds) $$;

-- A later end wins: two workers may have heard different things. Without a connection the whole platform is meant.
create function private.pause_platform(p_platform public.platform, p_connection_id uuid, p_seconds double precision)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into private.pauses as s (platform, connection_id, ends_at)
  select p_platform, p_connection_id, now() + make_interval(secs => p_seconds)
  where p_connection_id is null or exists (select 1 from public.connections as c where c.id = p_connection_id)
  on conflict (platform, connection_id) do update set ends_at = greatest(s.ends_at, excluded.ends_at)
$$;

create function public.pause_platform(p_platform public.platform, p_connection_id uuid, p_seconds double precision)
returns void
language sql
set search_path = ''
as $$ select private.pause_platform(p_platform, p_connection_id, p_seconds) $$;

-- The word of a person who looked. Not while a call of ours could still be under way.
create function private.resolve_publication(p_publication_id uuid, p_posted boolean) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  select * into v_publication from public.publications as p where p.id = p_publication_id for update;
  perform private.require_role(v_publication.project_id, 'editor');
  if v_publication.state <> 'unknown' then
    perform private.refuse(409, 'outcome_known');
  elsif v_publication.intent_at > now() - interval '3 minutes' then
    perform private.refuse(409, 'outcome_still_open');
  elsif
    -- TikTok may go on fetching for an hour, and post then.
    v_publication.platform = 'tiktok' and not p_posted
    and v_publication.intent_at > now() - interval '65 minutes'
  then
    perform private.refuse(409, 'outcome_still_open');
  end if;
  update public.publications as p
  set
    state = case when p_posted then 'published' else 'failed' end::public.publication_state,
    reason = case when p_posted then 'confirmed_by_user' else 'denied_by_user' end,
    epoch = p.epoch + 1
  where p.id = p_publication_id
  returning * into v_publication;
  insert into public.publication_events (publication_id, event, state)
  values (p_publication_id, 'resolved_by_user', v_publication.state);
  return private.publication_view(v_publication);
end
$$;

create function public.resolve_publication(p_publication_id uuid, p_posted boolean) returns jsonb
language sql
set search_path = ''
as $$ select private.resolve_publication(p_publication_id, p_posted) $$;

grant execute on function private.take_calls, public.take_calls to service_role;
grant execute on function private.pause_platform, public.pause_platform to service_role;
grant execute on function private.resolve_publication, public.resolve_publication to authenticated;
