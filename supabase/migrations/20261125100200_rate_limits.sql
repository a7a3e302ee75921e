-- How often one person may do what costs a platform, Anthropic, the storage or the database something. Counted here,
-- because every function that our endpoints call for a user can be called past them as well.
--
-- Not counted: following and resolving a publication, which its lease and its ladder of waits bound; completing an
-- upload and disconnecting, which end what was counted when it began; a callback, which needs a counted start.

-- For a while only: shared/database.py makes Retry-After of the detail.
create function private.refuse_for_now(p_code text, p_seconds integer) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PT429', message = p_code, detail = least(greatest(p_seconds, 1), 86400)::text;
end
$$;

-- Every limit there is: so many at once, and one more whenever period / calls has passed. Honest use meets none.
create function private.rate_limits_of_all() returns table (action text, calls integer, period interval, code text)
language sql
immutable
set search_path = ''
as $$
  values
    ('connect', 20, interval '1 hour', 'too_many_connects'),
    ('upload', 300, interval '1 hour', 'too_many_uploads'),
    ('preflight', 120, interval '1 hour', 'too_many_preflights'),
    ('publish', 120, interval '1 hour', 'too_many_publications'),
    ('caption', 10, interval '1 minute', 'too_many_captions'),
    ('create_project', 30, interval '1 hour', 'too_many_projects'),
    ('create_content', 600, interval '1 hour', 'too_many_contents')
$$;

-- The generic cell rate algorithm: one time for each person and action, however often it was done. No index on the
-- time, so that counting updates a row in place; only the purge looks for it, in a table that stays small.
create table private.rate_limits (
  user_id uuid not null references auth.users (id) on delete cascade,
  action text not null check (action ~ '^[a-z_]{1,40}$'),
  arrival_at timestamptz not null,
  primary key (user_id, action)
);
comment on table private.rate_limits is
'How much of a limit is used: when a person who does no more of it will have all of it again.';

alter table private.rate_limits enable row level security;

-- Takes one, or refuses and takes nothing. The limit is in the condition of the update, so that any number of
-- requests at once cannot pass it together. The system, which is nobody, has no limit.
create function private.take_rate(p_action text) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_limit record;
  v_last_arrival_at timestamptz;
begin
  if auth.uid() is null then
    return;
  end if;
  select l.code, l.period / l.calls as step, now() + l.period - l.period / l.calls as latest into strict v_limit
  from private.rate_limits_of_all() as l
  where l.action = p_action;
  insert into private.rate_limits as r (user_id, action, arrival_at)
  values (auth.uid(), p_action, now() + v_limit.step)
  on conflict (user_id, action) do update
  set arrival_at = greatest(r.arrival_at, now()) + v_limit.step
  where r.arrival_at <= v_limit.latest;
  if not found then
    select r.arrival_at into v_last_arrival_at
    from private.rate_limits as r
    where r.user_id = auth.uid() and r.action = p_action;
    perform private.refuse_for_now(
      v_limit.code, ceil(extract(epoch from v_last_arrival_at - v_limit.latest))::integer
    );
  end if;
end
$$;

-- After the insert and not before it: a row that met a conflict was none, and a refusal undoes all of the transaction
-- in either case. A foreign key has locked the person by then, so that an erasure at the same moment waits its turn.
-- By its name it comes before audit_click: too many clicks of one person take no lock that everybody waits for.
create function private.apply_limit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.take_rate(tg_argv[0]);
  return null;
end
$$;

create trigger apply_limit
after insert on private.oauth_states
for each row execute function private.apply_limit('connect');

create trigger apply_limit
after insert on public.media_assets
for each row execute function private.apply_limit('upload');

create trigger apply_limit
after insert on public.publications
for each row execute function private.apply_limit('publish');

create trigger apply_limit
after insert on public.projects
for each row execute function private.apply_limit('create_project');

create trigger apply_limit
after insert on public.contents
for each row execute function private.apply_limit('create_content');

-- Inserts nothing, but asks the platform. Volatile, because it counts now.
create or replace function public.preflight(p_request jsonb) returns jsonb
language sql
set search_path = ''
as $$
  select private.take_rate('preflight');
  select private.preflight(p_request);
$$;

-- As before, and not all of a day's captions in one minute. The day comes first: of two limits that are reached, the
-- one with the longer wait is the truth.
create or replace function private.take_caption_quota() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_limit constant integer := 50;
  v_today date := (now() at time zone 'utc')::date;
  v_used integer;
begin
  if exists (
    select 1 from public.objections as o where o.user_id = auth.uid() and o.purpose = 'ai_captions'
  ) then
    perform private.refuse(403, 'captions_objected');
  end if;
  insert into private.caption_usage as u (user_id, day, used)
  values (auth.uid(), v_today, 1)
  on conflict (user_id, day) do update set used = u.used + 1 where u.used < v_limit
  returning u.used into v_used;
  if v_used is null then
    perform private.refuse_for_now(
      'caption_quota_reached',
      ceil(extract(epoch from (v_today + 1)::timestamp at time zone 'utc' - now()))::integer
    );
  end if;
  perform private.take_rate('caption');
  return v_limit - v_used;
end
$$;

-- Joins the purge. A time that has passed says the same as no row; a day later nobody is about to change it.
create function private.purge_rate_limits(p_batch integer) returns jsonb
language sql
security definer
set search_path = ''
as $$
  with dead as (
    select r.user_id, r.action from private.rate_limits as r
    where r.arrival_at <= now() - interval '1 day'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.rate_limits as r using dead as d
    where r.user_id = d.user_id and r.action = d.action
    returning r.user_id
  )
  select jsonb_build_object('rate_limits', count(*)) from gone
$$;

create function public.purge_rate_limits(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_rate_limits(p_batch) $$;

grant execute on function private.take_rate to authenticated;
grant execute on function private.purge_rate_limits, public.purge_rate_limits to service_role;
