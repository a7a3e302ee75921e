-- What TikTok tells us by itself, after its signature was checked. Deliveries come at least once, in any order, for 72
-- hours; what they say is applied in one transaction with the note that they were seen.

create table private.webhook_deliveries (
  digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
  platform public.platform not null,
  received_at timestamptz not null default now()
);
comment on table private.webhook_deliveries is
'The SHA-256 of every delivery that was applied, so that it is applied once.';

create index webhook_deliveries_received_at_idx on private.webhook_deliveries (received_at);
alter table private.webhook_deliveries enable row level security;

-- What TikTok called the jobs that came to nothing before a publication tried again.
create table private.former_jobs (
  publish_id text primary key,
  publication_id uuid not null references public.publications (id) on delete cascade
);
comment on table private.former_jobs is
'So that a late word about a job that failed is never taken for one about the next.';

create index former_jobs_publication_id_idx on private.former_jobs (publication_id);
alter table private.former_jobs enable row level security;

create function private.keep_former_job() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.former_jobs (publish_id, publication_id) values (old.publish_id, old.id) on conflict do nothing;
  return new;
end
$$;

create trigger keep_former_job
after update on public.publications
for each row when (old.publish_id is not null and new.publish_id is distinct from old.publish_id)
execute function private.keep_former_job();

create index publications_without_job_idx on public.publications (intent_at)
where platform = 'tiktok' and publish_id is null and intent_at is not null;

-- The publication an event speaks of. A publish_id that nobody stored belongs to an init whose answer was lost: it is
-- given to the one publication that can have made it, and to none when two can. Among those that can are the ones whose
-- user has settled the doubt, and those of the project whose account was disconnected, because of them nobody knows any
-- more which account it was.
create function private.publication_of_event(
  p_connection_id uuid, p_publish_id text, p_at timestamptz, p_may_bind boolean
) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_known public.publications;
  v_waiting public.publications[];
begin
  select * into v_known from public.publications as p where p.platform = 'tiktok' and p.publish_id = p_publish_id;
  if v_known.id is not null then
    return case when v_known.connection_id is null or v_known.connection_id = p_connection_id then v_known.id end;
  end if;
  if not p_may_bind or exists (select 1 from private.former_jobs as f where f.publish_id = p_publish_id) then
    return null;
  end if;
  v_waiting := array(
    select p
    from public.publications as p
    where
      (
        p.connection_id = p_connection_id
        or (
          p.connection_id is null
          and p.project_id = (select c.project_id from public.connections as c where c.id = p_connection_id)
        )
      )
      and p.platform = 'tiktok'
      and p.publish_id is null
      and (p.state in ('committing', 'unknown') or p.reason in ('confirmed_by_user', 'denied_by_user'))
      and p.kind = case when p_publish_id like 'p\_pub\_%' then 'photo' else 'video' end::public.publication_kind
      -- TikTok delivers for 72 hours; its clock and ours may differ by a little.
      and p.intent_at between p_at - interval '4 days' and p_at + interval '1 minute'
  );
  if cardinality(v_waiting) > 1 and exists (select 1 from unnest(v_waiting) as w where (w).state = 'committing') then
    -- One of them is about to learn its own publish_id. TikTok delivers this again.
    perform private.refuse(503, 'try_again_later');
  elsif
    cardinality(v_waiting) = 1
    and (v_waiting[1]).connection_id = p_connection_id
    -- It fetches media for an hour after init, and is through soon after.
    and (v_waiting[1]).intent_at >= p_at - interval '2 hours'
  then
    update public.publications as p set publish_id = p_publish_id where p.id = (v_waiting[1]).id;
    return (v_waiting[1]).id;
  end if;
  return null;
end
$$;

-- p_event: digest, name, open_id, publish_id, post_id, create_time, and the outcome it brings: published, failed (with
-- a reason), or null when it decides nothing. Answers {outcome: applied | seen_before |
-- nothing_to_do, publication_id}. Whoever holds the lease is overtaken: TikTok knows better.
create function private.apply_tiktok_event(p_event jsonb) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_at timestamptz := to_timestamp((p_event ->> 'create_time')::double precision);
  v_outcome text := p_event ->> 'outcome';
  v_connection_id uuid;
  v_publication_id uuid;
  v_publication public.publications;
begin
  insert into private.webhook_deliveries (digest, platform)
  values (p_event ->> 'digest', 'tiktok')
  on conflict do nothing;
  if not found then
    return jsonb_build_object('outcome', 'seen_before', 'publication_id', null);
  end if;
  select c.id into v_connection_id
  from public.connections as c
  where c.platform = 'tiktok' and c.platform_account_id = p_event ->> 'open_id';
  v_publication_id := private.publication_of_event(
    v_connection_id, p_event ->> 'publish_id', v_at, p_event ->> 'name' in ('webhook_complete', 'webhook_failed')
  );
  select * into v_publication from public.publications as p where p.id = v_publication_id for update;
  if v_publication.id is null then
    return jsonb_build_object('outcome', 'nothing_to_do', 'publication_id', null);
  end if;
  if v_outcome is not null and v_publication.state in ('committing', 'processing', 'unknown') then
    update public.publications as p
    set
      state = v_outcome::public.publication_state,
      reason = case when v_outcome = 'failed' then p_event ->> 'reason' end,
      post_id = coalesce(p_event ->> 'post_id', p.post_id),
      epoch = p.epoch + 1
    where p.id = v_publication.id
    returning * into v_publication;
  elsif v_publication.state = 'published' and p_event ->> 'post_id' is not null then
    -- One job gives one post; should TikTok ever name a second, the first stays.
    update public.publications as p
    set post_id = coalesce(p.post_id, p_event ->> 'post_id')
    where p.id = v_publication.id
    returning * into v_publication;
  elsif v_outcome is null and v_publication.state in ('committing', 'processing', 'unknown') then
    -- It decides nothing, so the platform is asked, at once.
    update public.publications as p
    set next_step_at = now()
    where p.id = v_publication.id
    returning * into v_publication;
  end if;
  insert into public.publication_events (publication_id, event, state, detail)
  values (
    v_publication.id, p_event ->> 'name', v_publication.state,
    jsonb_strip_nulls(jsonb_build_object('publish_id', p_event ->> 'publish_id', 'post_id', p_event ->> 'post_id'))
  );
  return jsonb_build_object('outcome', 'applied', 'publication_id', v_publication.id);
end
$$;

create function public.apply_tiktok_event(p_event jsonb) returns jsonb
language sql
set search_path = ''
as $$ select private.apply_tiktok_event(p_event) $$;

-- The creator removed us inside TikTok. An old delivery must not end an access that was given after it.
create function private.end_tiktok_access(p_event jsonb) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection_id uuid;
begin
  insert into private.webhook_deliveries (digest, platform)
  values (p_event ->> 'digest', 'tiktok')
  on conflict do nothing;
  if not found then
    return false;
  end if;
  select c.id into v_connection_id
  from public.connections as c
  where
    c.platform = 'tiktok' and c.platform_account_id = p_event ->> 'open_id'
    and c.connected_at <= to_timestamp((p_event ->> 'create_time')::double precision)
  for update;
  delete from private.connection_tokens as t where t.connection_id = v_connection_id;
  if not found then
    return false;
  end if;
  update public.connections as c
  set status = 'needs_reconnect', status_reason = 'revoked_on_platform'
  where c.id = v_connection_id;
  return true;
end
$$;

create function public.end_tiktok_access(p_event jsonb) returns boolean
language sql
set search_path = ''
as $$ select private.end_tiktok_access(p_event) $$;

-- Joins the purge: what of this migration and the one before must not remain. A redelivery comes for 72 hours.
create function private.purge_publishing(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_deliveries integer;
  v_uploads integer;
  v_pauses integer;
begin
  with dead as (
    select d.digest from private.webhook_deliveries as d
    where d.received_at <= now() - interval '7 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.webhook_deliveries as d using dead as x where d.digest = x.digest returning d.digest
  )
  select count(*) into v_deliveries from gone;

  with dead as (
    select u.publication_id from private.tiktok_uploads as u
    where u.expires_at <= now() - interval '1 hour'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.tiktok_uploads as u using dead as x
    where u.publication_id = x.publication_id
    returning u.publication_id
  )
  select count(*) into v_uploads from gone;

  with dead as (
    select s.id from private.pauses as s
    where s.ends_at <= now()
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.pauses as s using dead as x where s.id = x.id returning s.id
  )
  select count(*) into v_pauses from gone;

  return jsonb_build_object('webhook_deliveries', v_deliveries, 'tiktok_uploads', v_uploads, 'pauses', v_pauses);
end
$$;

create function public.purge_publishing(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_publishing(p_batch) $$;

grant execute on function private.apply_tiktok_event, public.apply_tiktok_event to service_role;
grant execute on function private.end_tiktok_access, public.end_tiktok_access to service_role;
grant execute on function private.purge_publishing, public.purge_publishing to service_role;
