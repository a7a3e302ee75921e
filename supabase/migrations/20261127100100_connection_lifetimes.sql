-- How long a connection lasts, for the people of its project, who cannot read anything of a token.

-- Whether the cron renews these tokens before they end, as things stand: not those of an account that asks to be
-- connected again, nor while its platform is switched off, nor those that nobody wants used.
create function private.is_renewed(p_connection public.connections, p_tokens private.connection_tokens)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select
    p_connection.status = 'active'
    and coalesce(p_tokens.refresh_expires_at, p_tokens.access_expires_at) > now()
    and not private.is_switched_off(p_connection.platform)
    and not private.is_access_idle(p_connection.id)
$$;

-- As before; what people are told of it and what is done are one rule.
create or replace function private.due_refreshes(p_limit integer) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('connection_id', due.connection_id, 'version', due.version)), '[]')
  from (
    select t.connection_id, t.version
    from private.connection_tokens as t
    inner join public.connections as c on t.connection_id = c.id
    where
      t.issued_at <= now() - interval '25 hours'
      and (t.refresh_lease_until is null or t.refresh_lease_until <= now())
      and private.is_renewed(c, t)
      and case
        when t.refresh_token is null then t.access_expires_at <= now() + interval '10 days'
        else t.refresh_expires_at <= now() + interval '14 days'
      end
    order by coalesce(t.refresh_expires_at, t.access_expires_at)
    limit p_limit
  ) as due
$$;

-- access_ends_at is the end of what can be renewed: of Instagram the token, of TikTok the refresh token, whose access
-- token of hours is renewed when it is needed. Null: there are no tokens any more.
create function private.connection_lifetimes(p_project_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_role(p_project_id, 'viewer');
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'connection_id', c.id, 'access_ends_at', coalesce(t.refresh_expires_at, t.access_expires_at),
        'renews', coalesce(private.is_renewed(c, t), false)
      )
      order by c.connected_at, c.id
    ), '[]')
    from public.connections as c
    left join private.connection_tokens as t on c.id = t.connection_id
    where c.project_id = p_project_id
  );
end
$$;

create function public.connection_lifetimes(p_project_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.connection_lifetimes(p_project_id) $$;

grant execute on function private.connection_lifetimes, public.connection_lifetimes to authenticated;
