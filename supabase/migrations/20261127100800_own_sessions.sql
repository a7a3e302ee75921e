-- What is held of a person and stands in no table that they can read: where they are signed in, and how many captions
-- they asked for.

-- The token of a session that is gone is good for another hour.
create function private.require_not_erased() returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if private.has_tombstone('user', auth.uid()) then
    perform private.refuse(410, 'account_erased');
  end if;
end
$$;

-- Not their ids: the token of a session holds its id. In plpgsql, because auth is not our schema. Supabase Auth touches
-- updated_at whenever it renews a token, once an hour while a session is in use.
create function private.own_sessions() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_not_erased();
  return (
    select coalesce(jsonb_agg(to_jsonb(x) order by x.is_current desc, x.last_used_at desc, x.since desc), '[]')
    from (
      select
        s.created_at as since, s.updated_at as last_used_at, s.user_agent, host(s.ip) as ip,
        s.id::text is not distinct from (select auth.jwt() ->> 'session_id') as is_current
      from auth.sessions as s
      where s.user_id = (select auth.uid())
      order by is_current desc, s.updated_at desc
      limit 500
    ) as x
  );
end
$$;

create function public.own_sessions() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.own_sessions() $$;

-- The purge leaves 31 days.
create function private.own_caption_usage() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_not_erased();
  return (
    select coalesce(jsonb_agg(jsonb_build_object('day', u.day, 'used', u.used) order by u.day desc), '[]')
    from private.caption_usage as u
    where u.user_id = (select auth.uid())
  );
end
$$;

create function public.own_caption_usage() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.own_caption_usage() $$;

grant execute on function private.own_sessions, public.own_sessions to authenticated;
grant execute on function private.own_caption_usage, public.own_caption_usage to authenticated;
