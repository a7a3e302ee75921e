-- Tokens never have a version again that other tokens of the account had. Counted from 1 for each row, the tokens of a
-- reconnect had that of those whose access had ended, and whoever was late with the old ones ended or overwrote them.

-- Far above what any row has counted to by itself.
create sequence private.token_versions as bigint start with 1000000 owned by private.connection_tokens.version;

alter table private.connection_tokens alter column version set default nextval('private.token_versions');
comment on column private.connection_tokens.version is
'Which tokens these are: a new one with each new token, never given twice. Who saw another version acts on nothing.';

-- As before, with a version from the sequence.
create or replace function private.store_connection(p_connection jsonb, p_tokens jsonb) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new public.connections := jsonb_populate_record(null::public.connections, p_connection);
  v_tokens private.connection_tokens := jsonb_populate_record(null::private.connection_tokens, p_tokens);
  v_connection public.connections;
begin
  perform private.require_role(v_new.project_id, 'editor', v_new.connected_by);
  insert into public.connections as c (
    id, project_id, platform, platform_account_id, callback_ids, display_name, account_type, connected_by
  )
  values (
    v_new.id, v_new.project_id, v_new.platform, v_new.platform_account_id, v_new.callback_ids, v_new.display_name,
    v_new.account_type, v_new.connected_by
  )
  on conflict (platform, platform_account_id) do update
  set
    callback_ids = excluded.callback_ids,
    display_name = excluded.display_name,
    account_type = excluded.account_type,
    status = 'active',
    status_reason = null,
    connected_by = excluded.connected_by,
    connected_at = now()
  where c.id = excluded.id and c.project_id = excluded.project_id
  returning * into v_connection;
  if v_connection.id is null then
    perform private.refuse(409, 'connected_elsewhere');
  elsif exists (select 1 from public.disconnections as d where d.connection_id = v_connection.id) then
    -- The id was disconnected while its new tokens were on the way. It is closed; ask for another.
    perform private.refuse(409, 'disconnected_meanwhile');
  end if;
  insert into private.connection_tokens as t (
    connection_id, access_token, refresh_token, access_expires_at, refresh_expires_at
  )
  values (
    v_connection.id, v_tokens.access_token, v_tokens.refresh_token, v_tokens.access_expires_at,
    v_tokens.refresh_expires_at
  )
  on conflict (connection_id) do update
  set
    access_token = excluded.access_token,
    access_expires_at = excluded.access_expires_at,
    refresh_token = coalesce(excluded.refresh_token, t.refresh_token),
    refresh_expires_at = coalesce(excluded.refresh_expires_at, t.refresh_expires_at),
    issued_at = now(),
    version = excluded.version;
  return jsonb_build_object('id', v_connection.id, 'display_name', v_connection.display_name);
end
$$;

-- As before, with a version from the sequence.
create or replace function private.save_refreshed(p_connection_id uuid, p_version bigint, p_tokens jsonb)
returns boolean
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
    version = default,
    refresh_lease_until = null
  where t.connection_id = p_connection_id and t.version = p_version;
  return found;
end
$$;
