-- The end of an access, by the platform or by its owner, and what it means for publications in flight.

-- A platform told us that the token is dead: nothing more is sent with it, and the user is asked to reconnect.
create function private.mark_reconnect(p_connection_id uuid, p_version bigint, p_reason text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The connection first, as everywhere: two who lock in another order wait for each other.
  perform 1 from public.connections as c where c.id = p_connection_id for update;
  delete from private.connection_tokens as t where t.connection_id = p_connection_id and t.version = p_version;
  if not found then
    return false;
  end if;
  update public.connections as c
  set status = 'needs_reconnect', status_reason = p_reason
  where c.id = p_connection_id;
  return true;
end
$$;

create function public.mark_reconnect(p_connection_id uuid, p_version bigint, p_reason text) returns boolean
language sql
set search_path = ''
as $$ select private.mark_reconnect(p_connection_id, p_version, p_reason) $$;

-- Deletes the tokens, writes the receipt and settles what was in flight, in one transaction. The answer carries the
-- ciphertext that was deleted, for one attempt to revoke it at the platform; nothing keeps it.
create function private.disconnect_connection(p_connection_id uuid, p_user_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_tokens private.connection_tokens;
  v_receipt public.disconnections;
begin
  select * into v_connection from public.connections as c where c.id = p_connection_id for update;
  if v_connection.id is null then
    select * into v_receipt from public.disconnections as d where d.connection_id = p_connection_id;
    perform private.require_role(v_receipt.project_id, 'editor', p_user_id);
    return jsonb_build_object('receipt', to_jsonb(v_receipt) - 'disconnected_by');
  end if;
  perform private.require_role(v_connection.project_id, 'editor', p_user_id);
  delete from private.connection_tokens as t where t.connection_id = p_connection_id returning * into v_tokens;
  insert into public.disconnections (connection_id, project_id, platform, disconnected_by, tokens_deleted, revocation)
  values (
    v_connection.id, v_connection.project_id, v_connection.platform, p_user_id,
    num_nonnulls(v_tokens.access_token, v_tokens.refresh_token),
    case when v_tokens.access_token is null then 'unsupported' else 'pending' end::public.revocation_outcome
  )
  returning * into v_receipt;
  with settled as (
    update public.publications as p
    set
      state = case
        when p.state in ('queued', 'preparing') then 'failed'
        when p.state = 'processing' and p.platform = 'instagram' then 'failed'
        else 'unknown'
      end::public.publication_state,
      reason = case when p.state = 'unknown' then p.reason else 'disconnected' end,
      epoch = p.epoch + 1,
      lease_expires_at = null,
      next_step_at = null
    where p.connection_id = p_connection_id and p.state not in ('published', 'failed')
    returning p.id, p.state
  )
  insert into public.publication_events (publication_id, event, state)
  select s.id, 'account_disconnected', s.state from settled as s;
  delete from public.connections as c where c.id = p_connection_id;
  return jsonb_build_object(
    'receipt', to_jsonb(v_receipt) - 'disconnected_by', 'access_token', v_tokens.access_token,
    'refresh_token', v_tokens.refresh_token, 'access_ended', v_tokens.access_expires_at <= now() + interval '1 minute'
  );
end
$$;

create function public.disconnect_connection(p_connection_id uuid, p_user_id uuid) returns jsonb
language sql
set search_path = ''
as $$ select private.disconnect_connection(p_connection_id, p_user_id) $$;

grant execute on function private.mark_reconnect, public.mark_reconnect to service_role;
grant execute on function private.disconnect_connection, public.disconnect_connection to service_role;
