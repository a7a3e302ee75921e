-- What the platforms' limits hold back: calls that they count, and pauses that they ask for.

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

grant execute on function private.take_calls, public.take_calls to service_role;
grant execute on function private.pause_platform, public.pause_platform to service_role;
