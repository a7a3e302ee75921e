-- Connected accounts, and the custody of their tokens. A connection row exists exactly as long as the account is
-- connected: disconnecting deletes it, and with it everything the Data Policy keeps "until disconnected".

create type public.platform as enum ('instagram', 'tiktok');
create type public.connection_status as enum ('active', 'needs_reconnect');
create type public.revocation_outcome as enum ('pending', 'revoked', 'failed', 'unsupported');

create table public.connections (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  platform public.platform not null,
  -- Instagram: the professional account's id, used in API paths. TikTok: open_id. Text, because 19 digits do not
  -- survive JavaScript.
  platform_account_id text not null check (char_length(platform_account_id) between 1 and 128),
  -- Every id under which the platform may name this account in a callback (Instagram's app-scoped ids; open_id).
  callback_ids text[] not null check (cardinality(callback_ids) between 1 and 4),
  display_name text not null check (char_length(display_name) <= 200),
  account_type text check (char_length(account_type) <= 40),
  status public.connection_status not null default 'active',
  status_reason text,
  connected_by uuid references auth.users (id) on delete set null,
  connected_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (platform, platform_account_id),
  check ((platform = 'instagram') = (account_type is not null)),
  check ((status = 'active') = (status_reason is null))
);
comment on table public.connections is 'A connected account, as sections 1.1 and 1.2 of the Data Policy list it.';

-- The envelope of shared/vault.py: version, key id, 96-bit nonce, ciphertext with its 128-bit tag, all base64url.
-- No token of either platform has this shape, so plaintext cannot be stored by mistake.
create function private.is_token_envelope(p_value text) returns boolean
language sql
immutable
set search_path = ''
as $$
  select p_value ~ '^v1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{23,}$' and char_length(p_value) <= 10000
$$;

create table private.connection_tokens (
  connection_id uuid primary key references public.connections (id) on delete cascade,
  access_token text not null check (private.is_token_envelope(access_token)),
  refresh_token text check (private.is_token_envelope(refresh_token)),
  access_expires_at timestamptz not null,
  refresh_expires_at timestamptz,
  issued_at timestamptz not null default now(),
  version bigint not null default 1,
  check ((refresh_token is null) = (refresh_expires_at is null))
);
comment on table private.connection_tokens is
'OAuth tokens, encrypted by the application. No signed-in user reads this by any path.';

create table private.oauth_states (
  id uuid primary key default gen_random_uuid(),
  state_hash text not null unique check (state_hash ~ '^[0-9a-f]{64}$'),
  cookie_hash text not null check (cookie_hash ~ '^[0-9a-f]{64}$'),
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid not null references public.projects (id) on delete cascade,
  platform public.platform not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '10 minutes',
  consumed_at timestamptz
);
comment on table private.oauth_states is 'A connect that was started: hashes only, ten minutes, used once.';

create table public.disconnections (
  id uuid primary key default gen_random_uuid(),
  connection_id uuid not null unique,
  project_id uuid not null references public.projects (id) on delete cascade,
  platform public.platform not null,
  disconnected_by uuid references auth.users (id) on delete set null,
  disconnected_at timestamptz not null default now(),
  tokens_deleted integer not null,
  revocation public.revocation_outcome not null default 'pending',
  revocation_at timestamptz
);
comment on table public.disconnections is
'The receipt of a disconnect: what was deleted and what the platform answered. Names no account.';

create index connections_project_id_idx on public.connections (project_id);
create index connections_connected_by_idx on public.connections (connected_by);
create index connections_callback_ids_idx on public.connections using gin (callback_ids);
create index connection_tokens_access_expires_at_idx on private.connection_tokens (access_expires_at);
create index connection_tokens_refresh_expires_at_idx on private.connection_tokens (refresh_expires_at);
create index oauth_states_expires_at_idx on private.oauth_states (expires_at);
create index oauth_states_user_id_idx on private.oauth_states (user_id);
create index oauth_states_project_id_idx on private.oauth_states (project_id);
create index disconnections_project_id_idx on public.disconnections (project_id, disconnected_at);
create index disconnections_disconnected_by_idx on public.disconnections (disconnected_by);

create trigger touch_updated_at
before update on public.connections
for each row execute function private.touch_updated_at();

create function private.start_connection(
  p_project_id uuid, p_platform public.platform, p_state_hash text, p_cookie_hash text
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_state private.oauth_states;
begin
  perform private.require_role(p_project_id, 'editor');
  insert into private.oauth_states (state_hash, cookie_hash, user_id, project_id, platform)
  values (p_state_hash, p_cookie_hash, auth.uid(), p_project_id, p_platform)
  returning * into v_state;
  return jsonb_build_object('expires_at', v_state.expires_at);
end
$$;

create function public.start_connection(
  p_project_id uuid, p_platform public.platform, p_state_hash text, p_cookie_hash text
) returns jsonb
language sql
set search_path = ''
as $$ select private.start_connection(p_project_id, p_platform, p_state_hash, p_cookie_hash) $$;

-- The first use spends the state, whatever the rest of the request looks like: a state that was seen in the wrong
-- browser or at the wrong platform's callback must not work afterwards in the right one. Null: do not go on.
create function private.consume_oauth_state(p_platform public.platform, p_state_hash text, p_cookie_hash text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_state private.oauth_states;
begin
  update private.oauth_states as s
  set consumed_at = now()
  where s.state_hash = p_state_hash and s.consumed_at is null and s.expires_at > now()
  returning * into v_state;
  if v_state.platform is distinct from p_platform or v_state.cookie_hash is distinct from p_cookie_hash then
    return null;
  end if;
  return jsonb_build_object('user_id', v_state.user_id, 'project_id', v_state.project_id);
end
$$;

create function public.consume_oauth_state(p_platform public.platform, p_state_hash text, p_cookie_hash text)
returns jsonb
language sql
set search_path = ''
as $$ select private.consume_oauth_state(p_platform, p_state_hash, p_cookie_hash) $$;

-- Encryption binds a token to its connection's id, so the id must be known before there is anything to store.
create function private.connection_id_for(
  p_project_id uuid, p_user_id uuid, p_platform public.platform, p_platform_account_id text
) returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_connection public.connections;
begin
  perform private.require_role(p_project_id, 'editor', p_user_id);
  select * into v_connection
  from public.connections as c
  where c.platform = p_platform and c.platform_account_id = p_platform_account_id;
  if v_connection.project_id <> p_project_id then
    perform private.refuse(409, 'connected_elsewhere');
  end if;
  return coalesce(v_connection.id, gen_random_uuid());
end
$$;

create function public.connection_id_for(
  p_project_id uuid, p_user_id uuid, p_platform public.platform, p_platform_account_id text
) returns uuid
language sql
stable
set search_path = ''
as $$ select private.connection_id_for(p_project_id, p_user_id, p_platform, p_platform_account_id) $$;

-- One transaction for the account and its tokens. A refresh token is never overwritten by nothing: an answer
-- without one leaves the stored one in force.
create function private.store_connection(p_connection jsonb, p_tokens jsonb) returns jsonb
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
    version = t.version + 1;
  return jsonb_build_object('id', v_connection.id, 'display_name', v_connection.display_name);
end
$$;

create function public.store_connection(p_connection jsonb, p_tokens jsonb) returns jsonb
language sql
set search_path = ''
as $$ select private.store_connection(p_connection, p_tokens) $$;

-- Who acts, judged by the caller's own JWT: the id that disconnect_connection() then checks again in the
-- transaction that deletes. A connection that is already gone is found by its receipt, so that asking twice
-- answers twice.
create function private.may_disconnect(p_connection_id uuid) returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_role(coalesce(
    (select c.project_id from public.connections as c where c.id = p_connection_id),
    (select d.project_id from public.disconnections as d where d.connection_id = p_connection_id)
  ), 'editor');
  return auth.uid();
end
$$;

create function public.may_disconnect(p_connection_id uuid) returns uuid
language sql
stable
set search_path = ''
as $$ select private.may_disconnect(p_connection_id) $$;

create function private.record_revocation(p_disconnection_id uuid, p_outcome public.revocation_outcome) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_receipt public.disconnections;
begin
  update public.disconnections as d
  set revocation = p_outcome, revocation_at = now()
  where d.id = p_disconnection_id and d.revocation = 'pending'
  returning * into v_receipt;
  return to_jsonb(v_receipt) - 'disconnected_by';
end
$$;

create function public.record_revocation(p_disconnection_id uuid, p_outcome public.revocation_outcome) returns jsonb
language sql
set search_path = ''
as $$ select private.record_revocation(p_disconnection_id, p_outcome) $$;

alter table public.connections enable row level security;
alter table private.connection_tokens enable row level security;
alter table private.oauth_states enable row level security;
alter table public.disconnections enable row level security;

create policy connections_select on public.connections for select to authenticated
using (project_id in (select private.project_ids()));
create policy disconnections_select on public.disconnections for select to authenticated
using (project_id in (select private.project_ids()));

grant select (
  id, project_id, platform, platform_account_id, display_name, account_type, status, status_reason, connected_by,
  connected_at, updated_at
) on public.connections to authenticated;
grant select on public.disconnections to authenticated;
grant execute on function private.start_connection, public.start_connection to authenticated;
grant execute on function private.may_disconnect, public.may_disconnect to authenticated;
grant execute on function private.consume_oauth_state, public.consume_oauth_state to service_role;
grant execute on function private.connection_id_for, public.connection_id_for to service_role;
grant execute on function private.store_connection, public.store_connection to service_role;
grant execute on function private.record_revocation, public.record_revocation to service_role;
