-- What a reader found: ids of Meta that outlived their account, a click that waited without a word to its creator,
-- words that nobody signed, revokes that never ended, and accounts removed while nobody could reconnect them.

-- Of Instagram nothing that came from Meta is kept after the account is gone: a later request to delete could not be
-- matched to it any more. TikTok asks for no such thing, and its publish_id keeps a late webhook from the wrong post.
create or replace function private.remove_connection(p_connection public.connections, p_cause text, p_user_id uuid)
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
  if p_connection.platform = 'instagram' then
    perform private.forget_posts(p_connection.id);
  end if;
  delete from public.connections as c where c.id = p_connection.id;
  return jsonb_build_object(
    'receipt', to_jsonb(v_receipt) - 'disconnected_by', 'access_token', v_tokens.access_token,
    'refresh_token', v_tokens.refresh_token, 'access_ended', v_tokens.access_expires_at <= now() + interval '1 minute',
    'switched_off', private.is_switched_off(p_connection.platform)
  );
end
$$;

-- Those that were left behind so far.
update public.publication_items as i
set container_id = null
from public.publications as p
where i.publication_id = p.id and p.platform = 'instagram' and p.connection_id is null and i.container_id is not null;
update public.publication_events as e
set detail = '{}'
from public.publications as p
where e.publication_id = p.id and p.platform = 'instagram' and p.connection_id is null and e.detail <> '{}';
update public.publications as p
set post_id = null, permalink = null, container_id = null, platform_ids_cleared_at = now()
where
  p.platform = 'instagram' and p.connection_id is null
  and num_nonnulls(p.post_id, p.permalink, p.container_id) > 0;

-- A doubt that is resolved after the platform came back can turn into a click that waits: its creator has to know.
create function private.tell_of_waiting_click() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if
    new.created_by is not null
    and not private.is_switched_off(new.platform)
    and private.needs_confirmation(new)
    and not private.needs_confirmation(old)
  then
    insert into public.notices (user_id, project_id, kind, platform, connection_id, cause, publication_id)
    values (
      new.created_by, new.project_id, 'confirmation_needed', new.platform, new.connection_id,
      'platform_switched_off', new.id
    );
  end if;
  return null;
end
$$;

create trigger tell_of_waiting_click
after update on public.publications
for each row when (new.state <> old.state and new.state in ('queued', 'preparing', 'processing'))
execute function private.tell_of_waiting_click();

-- The gate of a commit, once more: for the last chunk of an upload that did not arrive and would be sent again.
create function private.may_commit(p_publication_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    (
      select not private.is_switched_off(p.platform) and not private.is_old_click(p)
      from public.publications as p
      where p.id = p_publication_id
    ),
    false
  )
$$;

create function public.may_commit(p_publication_id uuid) returns boolean
language sql
stable
set search_path = ''
as $$ select private.may_commit(p_publication_id) $$;

grant execute on function private.may_commit, public.may_commit to service_role;

-- A person's word about a post decides whether it goes out, or what is believed of it: the log says whose word it was.
create function private.audit_word() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  select * into v_publication from public.publications as p where p.id = new.publication_id;
  perform private.audit(
    'post_' || new.event, v_publication.platform, v_publication.project_id, v_publication.id, 'user', auth.uid(), null,
    jsonb_build_object('state', new.state)
  );
  return null;
end
$$;

create trigger audit_word
after insert on public.publication_events
for each row when (new.event in ('confirmed_by_user', 'cancelled_by_user', 'resolved_by_user'))
execute function private.audit_word();

-- An account that nobody reconnects is removed after thirty days, but not while it cannot be reconnected, and not
-- before there was a week in which it could.
alter table private.platform_switches add column switched_on_at timestamptz;

create function private.keep_switched_on_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.switched_on_at := now();
  return new;
end
$$;

create trigger keep_switched_on_at
before update on private.platform_switches
for each row when (new.switched_off_at is null and old.switched_off_at is not null)
execute function private.keep_switched_on_at();

create or replace function private.purge_endings(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_removed integer := 0;
  v_deletions integer;
  v_notices integer;
  v_unrevoked integer;
begin
  for v_connection in
    select c.*
    from public.connections as c
    inner join private.platform_switches as s on c.platform = s.platform
    where
      c.status = 'needs_reconnect' and c.status_since <= now() - interval '30 days'
      and s.switched_off_at is null
      and (s.switched_on_at is null or s.switched_on_at <= now() - interval '7 days')
    limit p_batch
    for update of c skip locked
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

  -- Whoever was to tell the platform did not live to say how it went, and the token is gone.
  with dead as (
    select d.id from public.disconnections as d
    where d.revocation = 'pending' and d.disconnected_at <= now() - interval '5 minutes'
    limit p_batch
    for update skip locked
  ), settled as (
    update public.disconnections as d
    set revocation = 'failed', revocation_at = now()
    from dead as x
    where d.id = x.id
    returning d.id
  )
  select count(*) into v_unrevoked from settled;

  return jsonb_build_object(
    'not_reconnected', v_removed, 'platform_deletions', v_deletions, 'notices', v_notices,
    'unfinished_revokes', v_unrevoked
  );
end
$$;

create index disconnections_pending_idx on public.disconnections (disconnected_at) where revocation = 'pending';
