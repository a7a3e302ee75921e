-- Renewing tokens: one platform call however many callers, and a disconnect that comes in between wins. TikTok kills
-- the old refresh token at once, so two callers who both refresh would lose the connection.

alter table private.connection_tokens add column refresh_lease_until timestamptz;
comment on column private.connection_tokens.refresh_lease_until is 'Somebody is renewing these tokens until then.';

create index connection_tokens_issued_at_idx on private.connection_tokens (issued_at);

-- Null: somebody else renews or has renewed this version, or the account is gone. Look at account_for_step() again.
create function private.begin_refresh(p_connection_id uuid, p_version bigint, p_lease_seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_tokens private.connection_tokens;
begin
  update private.connection_tokens as t
  set refresh_lease_until = now() + make_interval(secs => p_lease_seconds)
  where
    t.connection_id = p_connection_id
    and t.version = p_version
    and (t.refresh_lease_until is null or t.refresh_lease_until <= now())
  returning * into v_tokens;
  if v_tokens.connection_id is null then
    return null;
  end if;
  return jsonb_build_object(
    'platform', (select c.platform from public.connections as c where c.id = p_connection_id),
    'access_token', v_tokens.access_token, 'refresh_token', v_tokens.refresh_token
  );
end
$$;

create function public.begin_refresh(p_connection_id uuid, p_version bigint, p_lease_seconds integer) returns jsonb
language sql
set search_path = ''
as $$ select private.begin_refresh(p_connection_id, p_version, p_lease_seconds) $$;

-- False: the version moved on or the account was disconnected meanwhile, and the new tokens must not be kept. An
-- answer without a refresh token leaves the stored one in force.
create function private.save_refreshed(p_connection_id uuid, p_version bigint, p_tokens jsonb) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new private.connection_tokens := jsonb_populate_record(null::private.connection_tokens, p_tokens);
begin
  update private.connection_tokens as t
  set
    access_token = v_new.access_token,
    access_expires_at = v_new.access_expires_at,
    refresh_token = coalesce(v_new.refresh_token, t.refresh_token),
    refresh_expires_at = coalesce(v_new.refresh_expires_at, t.refresh_expires_at),
    issued_at = now(),
    version = t.version + 1,
    refresh_lease_until = null
  where t.connection_id = p_connection_id and t.version = p_version;
  return found;
end
$$;

create function public.save_refreshed(p_connection_id uuid, p_version bigint, p_tokens jsonb) returns boolean
language sql
set search_path = ''
as $$ select private.save_refreshed(p_connection_id, p_version, p_tokens) $$;

-- What a step needs of an account, its access token encrypted. Null once it is disconnected.
create function private.account_for_step(p_connection_id uuid) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'connection_id', c.id, 'platform_account_id', c.platform_account_id, 'status', c.status,
    'access_token', t.access_token, 'version', t.version, 'can_refresh', t.refresh_token is not null,
    'access_seconds_left', extract(epoch from t.access_expires_at - now())
  )
  from public.connections as c
  left join private.connection_tokens as t on c.id = t.connection_id
  where c.id = p_connection_id
$$;

create function public.account_for_step(p_connection_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.account_for_step(p_connection_id) $$;

-- Renewed ahead of time: Instagram's only token in its last ten days (Meta refuses one younger than a day), and
-- TikTok's in the last fourteen of its refresh token. TikTok's access token is renewed when it is needed.
create function private.due_refreshes(p_limit integer) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('connection_id', due.connection_id, 'version', due.version)), '[]')
  from (
    select t.connection_id, t.version
    from private.connection_tokens as t
    where
      t.issued_at <= now() - interval '25 hours'
      and (t.refresh_lease_until is null or t.refresh_lease_until <= now())
      and coalesce(t.refresh_expires_at, t.access_expires_at) > now()
      and case
        when t.refresh_token is null then t.access_expires_at <= now() + interval '10 days'
        else t.refresh_expires_at <= now() + interval '14 days'
      end
    order by coalesce(t.refresh_expires_at, t.access_expires_at)
    limit p_limit
  ) as due
$$;

create function public.due_refreshes(p_limit integer) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.due_refreshes(p_limit) $$;

grant execute on function private.begin_refresh, public.begin_refresh to service_role;
grant execute on function private.save_refreshed, public.save_refreshed to service_role;
grant execute on function private.account_for_step, public.account_for_step to service_role;
grant execute on function private.due_refreshes, public.due_refreshes to service_role;
