-- What must not remain. Everything here can run twice at once, be killed, or not run for a week.

create table private.object_deletions (
  object_key text primary key,
  due_at timestamptz not null default now()
);
comment on table private.object_deletions is 'Files in R2 whose row is gone and which must go too.';

create table private.purge_runs (
  id bigint generated always as identity primary key,
  ran_at timestamptz not null default now(),
  removed jsonb not null,
  alarms jsonb not null
);
comment on table private.purge_runs is 'What each purge found. An alarm is a token that should already have been gone.';

create index object_deletions_due_at_idx on private.object_deletions (due_at);
create index purge_runs_ran_at_idx on private.purge_runs (ran_at);
create index media_assets_abandoned_idx on public.media_assets (created_at) where state = 'uploading';

create function private.queue_object_deletion() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Not before an upload that was still begun with its presigned address must have ended.
  insert into private.object_deletions (object_key, due_at)
  values (old.object_key, greatest(now(), old.created_at + interval '6 hours'))
  on conflict do nothing;
  return old;
end
$$;

create trigger queue_object_deletion
after delete on public.media_assets
for each row execute function private.queue_object_deletion();

-- One bounded batch of every kind. Rows that another run holds are left to it.
create function private.purge(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_resurrected integer;
  v_expired integer;
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
  with dead as (
    select t.connection_id
    from private.connection_tokens as t
    inner join public.connections as c on t.connection_id = c.id
    where coalesce(t.refresh_expires_at, t.access_expires_at) <= now()
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.connection_tokens as t using dead as d
    where t.connection_id = d.connection_id
    returning t.connection_id
  ), marked as (
    update public.connections as c
    set status = 'needs_reconnect', status_reason = 'token_expired'
    from gone as g
    where c.id = g.connection_id
    returning c.id
  )
  select count(*) into v_expired from gone;

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
    where a.state = 'uploading' and a.created_at <= now() - interval '24 hours'
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

create function public.purge(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge(p_batch) $$;

create function private.take_object_deletions(p_limit integer) returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select d.object_key from private.object_deletions as d
  where d.due_at <= now()
  order by d.due_at
  limit p_limit
$$;

create function public.take_object_deletions(p_limit integer) returns setof text
language sql
stable
set search_path = ''
as $$ select private.take_object_deletions(p_limit) $$;

create function private.finish_object_deletions(p_object_keys text[]) returns integer
language sql
security definer
set search_path = ''
as $$
  with gone as (
    delete from private.object_deletions as d where d.object_key = any (p_object_keys) returning d.object_key
  )
  select count(*)::integer from gone
$$;

create function public.finish_object_deletions(p_object_keys text[]) returns integer
language sql
set search_path = ''
as $$ select private.finish_object_deletions(p_object_keys) $$;

-- A refused file goes too, also when the function that refused it did not live to delete it.
create trigger queue_refused_object_deletion
after update on public.media_assets
for each row when (new.state = 'refused' and old.state <> 'refused')
execute function private.queue_object_deletion();

alter table private.object_deletions enable row level security;
alter table private.purge_runs enable row level security;

grant execute on function private.purge, public.purge to service_role;
grant execute on function private.take_object_deletions, public.take_object_deletions to service_role;
grant execute on function private.finish_object_deletions, public.finish_object_deletions to service_role;
