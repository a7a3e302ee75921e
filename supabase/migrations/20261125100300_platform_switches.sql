-- The kill switch of a platform: one command, no deploy. While it is off, nothing of ours calls the platform; switched
-- on again, nothing goes out that its creator may no longer expect.

create table private.platform_switches (
  platform public.platform primary key,
  switched_off_at timestamptz,
  -- A click from before then, and not yet posted, waits for its creator to say again that it should go out.
  confirm_before timestamptz
);
comment on table private.platform_switches is
'Whether a platform may be called, and which clicks are too old now that it may again.';
insert into private.platform_switches (platform)
select p.platform from unnest(enum_range(null::public.platform)) as p (platform);

alter table private.platform_switches enable row level security;

alter table public.publications add column confirmed_at timestamptz;
comment on column public.publications.confirmed_at is
'When its creator said again that it should go out, after the platform had been switched off.';
grant select (confirmed_at) on public.publications to authenticated;

-- A disconnect deletes also while the platform may not be called; then the platform is not told.
alter type public.revocation_outcome add value 'skipped';

create function private.is_switched_off(p_platform public.platform) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    (select s.switched_off_at is not null from private.platform_switches as s where s.platform = p_platform), false
  )
$$;

create function public.is_switched_off(p_platform public.platform) returns boolean
language sql
stable
set search_path = ''
as $$ select private.is_switched_off(p_platform) $$;

-- Clicked so long before the platform came back that its creator may no longer expect it.
create function private.is_old_click(p public.publications) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    (
      select coalesce(p.confirmed_at, p.created_at) < s.confirm_before
      from private.platform_switches as s
      where s.platform = p.platform
    ),
    false
  )
$$;

-- An old click whose next move could post. What may be posted already is not held: asking about it is harmless.
create function private.needs_confirmation(p public.publications) returns boolean
language sql
stable
set search_path = ''
as $$
  select
    (p.state in ('queued', 'preparing') or (p.state = 'processing' and p.platform = 'instagram'))
    and private.is_old_click(p)
$$;

create function private.is_held(p public.publications) returns boolean
language sql
stable
set search_path = ''
as $$ select private.is_switched_off(p.platform) or private.needs_confirmation(p) $$;

-- The last gate before the call that cannot be taken back, for a worker that was at it when the switch was turned: the
-- row does not change, so the worker finds itself overtaken and stops.
create function private.hold_commit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  return case when private.is_switched_off(new.platform) or private.is_old_click(new) then null else new end;
end
$$;

create trigger hold_commit
before update on public.publications
for each row when (new.state = 'committing' and old.state <> 'committing')
execute function private.hold_commit();

-- Nothing is begun that could not be ended: no connect, no click.
create function private.refuse_while_switched_off() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.is_switched_off(new.platform) then
    perform private.refuse(503, 'platform_switched_off');
  end if;
  return new;
end
$$;

create trigger refuse_while_switched_off
before insert on private.oauth_states
for each row execute function private.refuse_while_switched_off();
create trigger refuse_while_switched_off
before insert on public.publications
for each row execute function private.refuse_while_switched_off();

-- Also a person can be told that a click of theirs waits.
alter table public.notices
add column publication_id uuid references public.publications (id) on delete cascade,
drop constraint notices_kind_is_known,
add constraint notices_kind_is_known check (kind in ('access_ended', 'account_removed', 'confirmation_needed'));
create index notices_publication_id_idx on public.notices (publication_id);

-- What an operator is told: since when it is off, how many publications wait, and how many of them for their creator.
create function private.platform_status(p_platform public.platform) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'platform', s.platform, 'switched_off_at', s.switched_off_at,
    'waiting', (
      select count(*)
      from public.publications as p
      where p.platform = s.platform and p.state not in ('published', 'failed')
    ),
    'to_confirm', (
      select count(*) from public.publications as p where p.platform = s.platform and private.needs_confirmation(p)
    )
  )
  from private.platform_switches as s
  where s.platform = p_platform
$$;

create function public.platform_status(p_platform public.platform) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.platform_status(p_platform) $$;

-- Turning it to where it is already changes nothing. Clicks of the last hour before it is switched on go out by
-- themselves: their creators are still there.
create function private.switch_platform(p_platform public.platform, p_on boolean, p_operator text, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  update private.platform_switches as s
  set
    switched_off_at = case when p_on then null else now() end,
    confirm_before = case when p_on then now() - interval '1 hour' else s.confirm_before end
  where s.platform = p_platform and (s.switched_off_at is null) <> p_on;
  if not found then
    return private.platform_status(p_platform);
  end if;
  perform private.audit(
    case when p_on then 'platform_switched_on' else 'platform_switched_off' end, p_platform, null, null, 'operator',
    null, p_operator, jsonb_build_object('reason', p_reason)
  );
  if p_on then
    insert into public.notices (user_id, project_id, kind, platform, connection_id, cause, publication_id)
    select p.created_by, p.project_id, 'confirmation_needed', p.platform, p.connection_id, 'platform_switched_off', p.id
    from public.publications as p
    where p.platform = p_platform and p.created_by is not null and private.needs_confirmation(p);
  end if;
  return private.platform_status(p_platform);
end
$$;

create function public.switch_platform(p_platform public.platform, p_on boolean, p_operator text, p_reason text)
returns jsonb
language sql
set search_path = ''
as $$ select private.switch_platform(p_platform, p_on, p_operator, p_reason) $$;

-- The creator's word about a click that waited too long: it goes out now, or never.
create function private.confirm_publication(p_publication_id uuid, p_go_on boolean) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  select * into v_publication from public.publications as p where p.id = p_publication_id for update;
  perform private.require_role(v_publication.project_id, 'editor');
  if not private.needs_confirmation(v_publication) then
    perform private.refuse(409, 'nothing_to_confirm');
  elsif p_go_on and private.is_switched_off(v_publication.platform) then
    perform private.refuse(503, 'platform_switched_off');
  end if;
  -- Its deadlines count from now, and whoever still holds a lease from before has lost it.
  update public.publications as p
  set
    state = case when p_go_on then p.state else 'failed' end,
    reason = case when p_go_on then p.reason else 'post_cancelled' end,
    confirmed_at = case when p_go_on then now() end,
    state_since = now(),
    next_step_at = now(),
    lease_expires_at = null,
    epoch = p.epoch + 1
  where p.id = p_publication_id
  returning * into v_publication;
  insert into public.publication_events (publication_id, event, state)
  values (
    p_publication_id, case when p_go_on then 'confirmed_by_user' else 'cancelled_by_user' end, v_publication.state
  );
  return private.publication_view(v_publication);
end
$$;

create function public.confirm_publication(p_publication_id uuid, p_go_on boolean) returns jsonb
language sql
set search_path = ''
as $$ select private.confirm_publication(p_publication_id, p_go_on) $$;

-- Joins the purge: a question that nobody answered for a week is answered with no.
create function private.purge_unconfirmed(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_cancelled integer;
begin
  with old as (
    select p.id
    from public.publications as p
    inner join private.platform_switches as s on p.platform = s.platform
    where
      p.state not in ('published', 'failed')
      and s.switched_off_at is null
      and s.confirm_before <= now() - interval '7 days'
      and private.needs_confirmation(p)
    limit p_batch
    for update of p skip locked
  ), cancelled as (
    update public.publications as p
    set state = 'failed', reason = 'not_confirmed', epoch = p.epoch + 1
    from old as o
    where p.id = o.id
    returning p.id, p.state
  ), told as (
    insert into public.publication_events (publication_id, event, state)
    select c.id, 'not_confirmed', c.state from cancelled as c
    returning publication_id
  )
  select count(*) into v_cancelled from told;
  return jsonb_build_object('unconfirmed_publications', v_cancelled);
end
$$;

create function public.purge_unconfirmed(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_unconfirmed(p_batch) $$;

-- As before, and what a user may know of a wait.
create or replace function private.publication_view(p public.publications) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p.id, 'project_id', p.project_id, 'content_id', p.content_id, 'connection_id', p.connection_id,
    'platform', p.platform, 'kind', p.kind, 'caption', p.caption, 'state', p.state, 'reason', p.reason,
    'post_id', p.post_id, 'permalink', p.permalink, 'created_at', p.created_at, 'finished_at', p.finished_at,
    'next_step_at', p.next_step_at, 'needs_confirmation', private.needs_confirmation(p),
    'switched_off', p.state not in ('published', 'failed') and private.is_switched_off(p.platform)
  )
$$;

-- As before, but nothing that is held is claimed, and the age of a click that was confirmed counts from then.
create or replace function private.claim_publication(p_publication_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_paused_until timestamptz := (
    select max(s.ends_at)
    from private.pauses as s
    inner join public.publications as p on s.platform = p.platform
    where p.id = p_publication_id and (s.connection_id is null or s.connection_id = p.connection_id)
  );
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = case when v_paused_until > now() or p.state <> 'queued' then p.state else 'preparing' end,
    epoch = p.epoch + 1,
    next_step_at = greatest(p.next_step_at, v_paused_until),
    lease_expires_at = case
      when v_paused_until > now() then null else now() + make_interval(secs => p_lease_seconds)
    end
  where
    p.id = p_publication_id
    and p.state not in ('published', 'failed')
    and p.next_step_at <= now()
    and (p.lease_expires_at is null or p.lease_expires_at <= now())
    and not private.is_held(p)
  returning * into v_publication;
  if v_publication.id is null or v_paused_until > now() then
    return null;
  end if;
  return jsonb_build_object(
    'publication', private.publication_view(v_publication) || jsonb_build_object(
      'options', v_publication.options, 'container_id', v_publication.container_id,
      'publish_id', v_publication.publish_id, 'epoch', v_publication.epoch, 'looks', v_publication.looks,
      'attempts', v_publication.attempts,
      'seconds_since_intent', extract(epoch from now() - v_publication.intent_at),
      'age_seconds', extract(epoch from now() - coalesce(v_publication.confirmed_at, v_publication.created_at)),
      'state_seconds', extract(epoch from now() - v_publication.state_since)
    ),
    'items', (
      select jsonb_agg(
        private.media_for_step(a) || jsonb_build_object(
          'position', i.position, 'alt_text', i.alt_text, 'container_id', i.container_id
        ) order by i.position
      )
      from public.publication_items as i
      inner join public.media_assets as a on i.media_asset_id = a.id
      where i.publication_id = v_publication.id
    ),
    'item_count', (select count(*) from public.publication_items as i where i.publication_id = v_publication.id),
    'cover', (
      select private.media_for_step(a) || jsonb_build_object('position', 0)
      from public.media_assets as a
      where a.id = v_publication.cover_asset_id
    ),
    'upload', (
      select jsonb_build_object(
        'upload_url', u.upload_url, 'byte_size', u.byte_size, 'chunk_size', u.chunk_size,
        'stored_chunks', u.stored_chunks, 'seconds_left', extract(epoch from u.expires_at - now())
      )
      from private.tiktok_uploads as u
      where u.publication_id = v_publication.id
    ),
    'account', private.account_for_step(v_publication.connection_id)
  );
end
$$;

-- As before, without what is held.
create or replace function private.due_publications(p_limit integer) returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select p.id
  from public.publications as p
  where
    p.state not in ('published', 'failed')
    and p.next_step_at <= now()
    and (p.lease_expires_at is null or p.lease_expires_at <= now())
    and not private.is_held(p)
  order by p.next_step_at
  limit p_limit
$$;

-- As before, and never while the platform is switched off.
create or replace function private.begin_refresh(p_connection_id uuid, p_version bigint, p_lease_seconds integer)
returns jsonb
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
    and not private.is_switched_off((select c.platform from public.connections as c where c.id = t.connection_id))
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

-- As before, without the tokens of a platform that is switched off.
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
      and coalesce(t.refresh_expires_at, t.access_expires_at) > now()
      and not private.is_switched_off(c.platform)
      and case
        when t.refresh_token is null then t.access_expires_at <= now() + interval '10 days'
        else t.refresh_expires_at <= now() + interval '14 days'
      end
    order by coalesce(t.refresh_expires_at, t.access_expires_at)
    limit p_limit
  ) as due
$$;

-- As before; a callback that comes in while the platform is switched off spends its state and redeems nothing.
create or replace function private.consume_oauth_state(
  p_platform public.platform, p_state_hash text, p_cookie_hash text
) returns jsonb
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
  return jsonb_build_object(
    'user_id', v_state.user_id, 'project_id', v_state.project_id,
    'switched_off', private.is_switched_off(v_state.platform)
  );
end
$$;

-- As before; while the platform is switched off it is not asked.
create or replace function private.preflight(p_request jsonb) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_asked public.publications := jsonb_populate_record(null::public.publications, p_request);
  v_connection public.connections;
  v_items jsonb;
begin
  v_asked.project_id := (select c.project_id from public.contents as c where c.id = v_asked.content_id);
  perform private.require_role(v_asked.project_id, 'editor');
  select * into v_connection
  from public.connections as c
  where c.id = v_asked.connection_id and c.project_id = v_asked.project_id;
  if v_connection.id is null then
    perform private.refuse(404, 'not_found');
  elsif v_connection.platform <> v_asked.platform then
    perform private.refuse(422, 'platform_mismatch');
  end if;
  select coalesce(jsonb_agg(private.media_for_step(a) || jsonb_build_object(
    'position', i.ordinality - 1, 'alt_text', i.item ->> 'alt_text', 'container_id', null
  ) order by i.ordinality), '[]') into v_items
  from jsonb_array_elements(p_request -> 'items') with ordinality as i (item, ordinality)
  inner join public.media_assets as a
    on a.id = (i.item ->> 'media_asset_id')::uuid and a.content_id = v_asked.content_id and a.state = 'ready';
  if jsonb_array_length(v_items) <> jsonb_array_length(p_request -> 'items')
    or private.cover_is_missing(v_asked.cover_asset_id, v_asked.content_id) then
    perform private.refuse(422, 'media_not_ready');
  end if;
  return jsonb_build_object(
    'kind', private.kind_of(
      v_asked.platform,
      array(select m.item ->> 'media_type' from jsonb_array_elements(v_items) as m (item)),
      coalesce((p_request #>> '{options,story}')::boolean, false)
    ),
    'items', v_items,
    'cover', (
      select private.media_for_step(a) || jsonb_build_object('position', 0)
      from public.media_assets as a
      where a.id = v_asked.cover_asset_id and a.content_id = v_asked.content_id and a.state = 'ready'
    ),
    'connection_id', v_connection.id,
    'status', v_connection.status,
    'switched_off', private.is_switched_off(v_connection.platform)
  );
end
$$;

grant execute on function private.confirm_publication, public.confirm_publication to authenticated;
grant execute on function private.is_switched_off, public.is_switched_off to service_role;
grant execute on function private.platform_status, public.platform_status to service_role;
grant execute on function private.switch_platform, public.switch_platform to service_role;
grant execute on function private.purge_unconfirmed, public.purge_unconfirmed to service_role;
