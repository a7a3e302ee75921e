-- An access that ends without its owner's click: told by the platform, found dead at a call, or dead by its own dates.
-- One function ends it, whoever says so: tokens gone, receipt written and owners told in the same transaction.

-- Disconnecting has a receipt of its own in public.disconnections.
create table public.access_endings (
  id uuid primary key default gen_random_uuid(),
  -- Without a reference: the receipt outlives the connection.
  connection_id uuid not null,
  project_id uuid not null references public.projects (id) on delete cascade,
  platform public.platform not null,
  cause text not null check (cause ~ '^[a-z0-9_]{1,60}$'),
  tokens_deleted integer not null check (tokens_deleted between 1 and 2),
  ended_at timestamptz not null default now()
);
comment on table public.access_endings is
'The receipt of tokens that were deleted while their connection stays, to be connected again. Names no account.';

create table public.notices (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid not null references public.projects (id) on delete cascade,
  kind text not null constraint notices_kind_is_known check (kind in ('access_ended', 'account_removed')),
  platform public.platform not null,
  -- Without a reference: what it is about may be gone.
  connection_id uuid,
  cause text not null check (cause ~ '^[a-z0-9_]{1,60}$'),
  created_at timestamptz not null default now(),
  read_at timestamptz
);
comment on table public.notices is
'What a person has to be told. Codes only, no name and no words of a platform. Kept for a year.';

-- By the SHA-256 of its signature a request is known again, and only who has the app's secret could guess from it whose
-- it was. No user id is kept: that would be the very data that was to be deleted.
create table private.platform_deletions (
  confirmation_code text primary key check (confirmation_code ~ '^[0-9a-f]{32}$'),
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
  platform public.platform not null,
  received_at timestamptz not null default now(),
  outcome text not null default 'nothing_held'
  check (outcome in ('deleted', 'nothing_held', 'connected_again')),
  tokens_deleted integer not null default 0,
  publications_cleared integer not null default 0
);
comment on table private.platform_deletions is
'What became of a request to delete that a platform handed on, for its status page. Kept for a year.';

create index access_endings_project_id_idx on public.access_endings (project_id, ended_at);
create index notices_user_id_idx on public.notices (user_id, created_at);
create index notices_project_id_idx on public.notices (project_id);
create index notices_created_at_idx on public.notices (created_at);
create index platform_deletions_received_at_idx on private.platform_deletions (received_at);

alter table public.disconnections
add column cause text not null default 'user'
constraint disconnections_cause_is_known check (cause in ('user', 'platform_deletion', 'not_reconnected')),
add constraint disconnections_user_only_if_theirs check (cause = 'user' or disconnected_by is null);

alter table public.connections add column status_since timestamptz not null default now();
comment on column public.connections.status_since is
'An account that nobody connects again is removed, counted from here.';
create index connections_needs_reconnect_idx on public.connections (status_since)
where status = 'needs_reconnect';

create function private.keep_status_since() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.status_since := now();
  return new;
end
$$;

create trigger keep_status_since
before update on public.connections
for each row when (new.status <> old.status)
execute function private.keep_status_since();

-- What came from a platform can be taken back; that something was published stays true. "Is true", because a reason
-- that is null must not let everything through.
alter table public.publications
add column platform_ids_cleared_at timestamptz,
drop constraint publications_published_has_id,
add constraint publications_published_has_id check (
  (
    state <> 'published' or num_nonnulls(post_id, container_id, publish_id, platform_ids_cleared_at) > 0
    or reason = 'confirmed_by_user'
  ) is true
);
comment on column public.publications.platform_ids_cleared_at is
'The creator asked the platform for deletion: link and ids of the post are gone from here since then.';

-- Those who can connect it again.
create function private.tell_editors(
  p_project_id uuid, p_kind text, p_platform public.platform, p_connection_id uuid, p_cause text
) returns void
language sql
set search_path = ''
as $$
  insert into public.notices (user_id, project_id, kind, platform, connection_id, cause)
  select m.user_id, m.project_id, p_kind, p_platform, p_connection_id, p_cause
  from public.project_members as m
  where m.project_id = p_project_id and m.role >= 'editor'
$$;

-- False: there was nothing to end. p_version: only these very tokens. p_at: when a platform says it happened; an access
-- that was given later stays, and because platforms tell whole seconds, one of the same second does not.
create function private.end_access(
  p_connection_id uuid, p_cause text, p_version bigint default null, p_at timestamptz default null
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_deleted integer;
begin
  -- The connection first, as everywhere: two who lock in another order wait for each other.
  select * into v_connection from public.connections as c where c.id = p_connection_id for update;
  if date_trunc('second', v_connection.connected_at) > p_at then
    return false;
  end if;
  delete from private.connection_tokens as t
  where t.connection_id = p_connection_id and (p_version is null or t.version = p_version)
  returning num_nonnulls(t.access_token, t.refresh_token) into v_deleted;
  if v_deleted is null then
    return false;
  end if;
  insert into public.access_endings (connection_id, project_id, platform, cause, tokens_deleted)
  values (v_connection.id, v_connection.project_id, v_connection.platform, p_cause, v_deleted);
  update public.connections as c
  set status = 'needs_reconnect', status_reason = p_cause
  where c.id = p_connection_id;
  perform private.tell_editors(
    v_connection.project_id, 'access_ended', v_connection.platform, v_connection.id, p_cause
  );
  return true;
end
$$;

-- By any id under which the platform may name the account.
create function private.end_access_of(p_platform public.platform, p_callback_id text, p_at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_connection_id uuid;
  v_ended boolean := false;
begin
  for v_connection_id in
    select c.id from public.connections as c
    where c.platform = p_platform and c.callback_ids @> array[p_callback_id]
    order by c.id
  loop
    v_ended := private.end_access(v_connection_id, 'revoked_on_platform', p_at => p_at) or v_ended;
  end loop;
  return v_ended;
end
$$;

-- A call was answered "this token is dead".
create or replace function private.mark_reconnect(p_connection_id uuid, p_version bigint, p_reason text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Whoever saw no token has seen none die.
  if p_version is null then
    return false;
  end if;
  return private.end_access(p_connection_id, p_reason, p_version);
end
$$;

-- The creator removed us inside TikTok.
create or replace function private.end_tiktok_access(p_event jsonb) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.webhook_deliveries (digest, platform)
  values (p_event ->> 'digest', 'tiktok')
  on conflict do nothing;
  if not found then
    return false;
  end if;
  return private.end_access_of(
    'tiktok', p_event ->> 'open_id', to_timestamp((p_event ->> 'create_time')::double precision)
  );
end
$$;

-- The creator removed us inside Instagram. Said twice it changes nothing more, so nothing is kept of it.
create function private.end_instagram_access(p_user_id text, p_issued_at bigint) returns boolean
language sql
security definer
set search_path = ''
as $$ select private.end_access_of('instagram', p_user_id, to_timestamp(p_issued_at)) $$;

create function public.end_instagram_access(p_user_id text, p_issued_at bigint) returns boolean
language sql
set search_path = ''
as $$ select private.end_instagram_access(p_user_id, p_issued_at) $$;

-- The connection goes, and leaves a receipt; what was in flight is settled. The caller holds the connection's row. The
-- answer carries the ciphertext that was deleted, for one attempt to revoke it at the platform; nothing keeps it.
create function private.remove_connection(p_connection public.connections, p_cause text, p_user_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_tokens private.connection_tokens;
  v_receipt public.disconnections;
begin
  delete from private.connection_tokens as t where t.connection_id = p_connection.id returning * into v_tokens;
  insert into public.disconnections (
    connection_id, project_id, platform, disconnected_by, tokens_deleted, revocation, cause
  )
  values (
    p_connection.id, p_connection.project_id, p_connection.platform, p_user_id,
    num_nonnulls(v_tokens.access_token, v_tokens.refresh_token),
    -- Only after a user's own click the platform does not know yet.
    case
      when v_tokens.access_token is null or p_cause <> 'user' then 'unsupported' else 'pending'
    end::public.revocation_outcome,
    p_cause
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
    where p.connection_id = p_connection.id and p.state not in ('published', 'failed')
    returning p.id, p.state
  )
  insert into public.publication_events (publication_id, event, state)
  select s.id, 'account_disconnected', s.state from settled as s;
  delete from public.connections as c where c.id = p_connection.id;
  return jsonb_build_object(
    'receipt', to_jsonb(v_receipt) - 'disconnected_by', 'access_token', v_tokens.access_token,
    'refresh_token', v_tokens.refresh_token, 'access_ended', v_tokens.access_expires_at <= now() + interval '1 minute'
  );
end
$$;

create or replace function private.disconnect_connection(p_connection_id uuid, p_user_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_receipt public.disconnections;
begin
  select * into v_connection from public.connections as c where c.id = p_connection_id for update;
  if v_connection.id is null then
    select * into v_receipt from public.disconnections as d where d.connection_id = p_connection_id;
    perform private.require_role(v_receipt.project_id, 'editor', p_user_id);
    return jsonb_build_object('receipt', to_jsonb(v_receipt) - 'disconnected_by');
  end if;
  perform private.require_role(v_connection.project_id, 'editor', p_user_id);
  return private.remove_connection(v_connection, 'user', p_user_id);
end
$$;

-- Removes what the platform gave about the posts of a connection. Answers of how many. Whoever is at work on one is
-- overtaken, so that nothing of it is written back.
create function private.forget_posts(p_connection_id uuid) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_cleared integer;
begin
  -- Waits for whoever is writing an id this very moment; the statements after it see it.
  perform 1 from public.publications as p where p.connection_id = p_connection_id order by p.id for update;
  update public.publication_items as i
  set container_id = null
  from public.publications as p
  where i.publication_id = p.id and p.connection_id = p_connection_id and i.container_id is not null;
  update public.publication_events as e
  set detail = '{}'
  from public.publications as p
  where e.publication_id = p.id and p.connection_id = p_connection_id and e.detail <> '{}';
  with cleared as (
    update public.publications as p
    set
      post_id = null, permalink = null, container_id = null, platform_ids_cleared_at = now(), epoch = p.epoch + 1
    where p.connection_id = p_connection_id and num_nonnulls(p.post_id, p.permalink, p.container_id) > 0
    returning p.id, p.state
  )
  insert into public.publication_events (publication_id, event, state)
  select c.id, 'platform_ids_cleared', c.state from cleared as c;
  get diagnostics v_cleared = row_count;
  return v_cleared;
end
$$;

-- The creator asked Meta to have everything deleted. Answers the confirmation code: the same for the same request. An
-- account that was connected again after the request was made rests on a new consent, and stays.
create function private.delete_instagram_account(p_user_id text, p_issued_at bigint, p_digest text) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_code text;
  v_connection public.connections;
  v_cleared integer;
  v_removed jsonb;
begin
  insert into private.platform_deletions (confirmation_code, digest, platform)
  values (replace(gen_random_uuid()::text, '-', ''), p_digest, 'instagram')
  on conflict (digest) do nothing
  returning confirmation_code into v_code;
  if v_code is null then
    return (select d.confirmation_code from private.platform_deletions as d where d.digest = p_digest);
  end if;
  for v_connection in
    select * from public.connections as c
    where c.platform = 'instagram' and c.callback_ids @> array[p_user_id]
    order by c.id
    for update
  loop
    if date_trunc('second', v_connection.connected_at) > to_timestamp(p_issued_at) then
      update private.platform_deletions as d
      set outcome = 'connected_again'
      where d.confirmation_code = v_code and d.outcome = 'nothing_held';
      continue;
    end if;
    v_cleared := private.forget_posts(v_connection.id);
    v_removed := private.remove_connection(v_connection, 'platform_deletion', null);
    perform private.tell_editors(
      v_connection.project_id, 'account_removed', v_connection.platform, v_connection.id, 'platform_deletion'
    );
    update private.platform_deletions as d
    set
      outcome = 'deleted',
      tokens_deleted = d.tokens_deleted + (v_removed #>> '{receipt,tokens_deleted}')::integer,
      publications_cleared = d.publications_cleared + v_cleared
    where d.confirmation_code = v_code;
  end loop;
  return v_code;
end
$$;

create function public.delete_instagram_account(p_user_id text, p_issued_at bigint, p_digest text) returns text
language sql
set search_path = ''
as $$ select private.delete_instagram_account(p_user_id, p_issued_at, p_digest) $$;

-- Null: no request has this code.
create function private.deletion_status(p_confirmation_code text) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select to_jsonb(d) - 'digest' from private.platform_deletions as d where d.confirmation_code = p_confirmation_code
$$;

create function public.deletion_status(p_confirmation_code text) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.deletion_status(p_confirmation_code) $$;

-- As before, but that a token which is dead by its own dates has its receipt, and its owners are told.
create or replace function private.purge(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection_id uuid;
  v_resurrected integer;
  v_expired integer := 0;
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
  for v_connection_id in
    select t.connection_id
    from private.connection_tokens as t
    inner join public.connections as c on t.connection_id = c.id
    where coalesce(t.refresh_expires_at, t.access_expires_at) <= now()
    limit p_batch
    for update skip locked
  loop
    perform private.end_access(v_connection_id, 'token_expired');
    v_expired := v_expired + 1;
  end loop;

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

-- Joins the purge. An account that nobody connected again within thirty days is not connected any more, and what is
-- kept until it is disconnected goes.
create function private.purge_endings(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_removed integer := 0;
  v_deletions integer;
  v_notices integer;
begin
  for v_connection in
    select * from public.connections as c
    where c.status = 'needs_reconnect' and c.status_since <= now() - interval '30 days'
    limit p_batch
    for update skip locked
  loop
    perform private.remove_connection(v_connection, 'not_reconnected', null);
    perform private.tell_editors(
      v_connection.project_id, 'account_removed', v_connection.platform, v_connection.id, 'not_reconnected'
    );
    v_removed := v_removed + 1;
  end loop;

  with dead as (
    select d.confirmation_code from private.platform_deletions as d
    where d.received_at <= now() - interval '1 year'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.platform_deletions as d using dead as x
    where d.confirmation_code = x.confirmation_code
    returning d.confirmation_code
  )
  select count(*) into v_deletions from gone;

  with dead as (
    select n.id from public.notices as n
    where n.created_at <= now() - interval '1 year'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.notices as n using dead as x where n.id = x.id returning n.id
  )
  select count(*) into v_notices from gone;

  return jsonb_build_object(
    'not_reconnected', v_removed, 'platform_deletions', v_deletions, 'notices', v_notices
  );
end
$$;

create function public.purge_endings(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_endings(p_batch) $$;

alter table public.access_endings enable row level security;
alter table public.notices enable row level security;
alter table private.platform_deletions enable row level security;

create policy access_endings_select on public.access_endings for select to authenticated
using (project_id in (select private.project_ids()));
create policy notices_select on public.notices for select to authenticated
using (user_id = (select auth.uid()));
create policy notices_update on public.notices for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

grant select on public.access_endings to authenticated;
grant select, update (read_at) on public.notices to authenticated;
grant select (status_since) on public.connections to authenticated;
grant select (platform_ids_cleared_at) on public.publications to authenticated;
grant execute on function private.end_instagram_access, public.end_instagram_access to service_role;
grant execute on function private.delete_instagram_account, public.delete_instagram_account to service_role;
grant execute on function private.deletion_status, public.deletion_status to service_role;
grant execute on function private.purge_endings, public.purge_endings to service_role;
