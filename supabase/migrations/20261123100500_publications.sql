-- A publication is one explicit click on Publish: at most one post, whatever crashes. The row is the truth; every
-- message, poll and cron run is only a nudge to look at it again.

create type public.publication_kind as enum ('photo', 'video', 'reel', 'story', 'carousel');
create type public.publication_state as enum (
  'queued', 'preparing', 'processing', 'committing', 'published', 'failed', 'unknown'
);

create table public.publications (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  content_id uuid references public.contents (id) on delete set null,
  connection_id uuid references public.connections (id) on delete set null,
  platform public.platform not null,
  kind public.publication_kind not null,
  caption text not null check (char_length(caption) <= 4000),
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  state public.publication_state not null default 'queued',
  -- A code of shared/publishing/reasons.py, never words of a platform.
  reason text check (reason ~ '^[a-z0-9_]{1,80}$'),
  -- What the platform calls it: Instagram's container before, TikTok's publish_id after the irreversible call.
  container_id text,
  publish_id text,
  post_id text,
  permalink text,
  -- Only the worker that raised the epoch last may write; it lets go at the end of its step or when the lease ends.
  epoch bigint not null default 0,
  lease_expires_at timestamptz,
  next_step_at timestamptz default now(),
  looks integer not null default 0,
  attempts integer not null default 0,
  -- When the irreversible call was last about to be made.
  intent_at timestamptz,
  idempotency_key text not null check (idempotency_key ~ '^[\x21-\x7e]{8,128}$'),
  request_hash text not null check (request_hash ~ '^[0-9a-f]{64}$'),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (created_by, idempotency_key),
  check ((state in ('published', 'failed')) = (finished_at is not null)),
  check (state <> 'published' or num_nonnulls(post_id, container_id, publish_id) > 0),
  check (state not in ('failed', 'unknown') or reason is not null)
);
comment on table public.publications is 'One click on Publish, what was asked for, and what became of it.';

create table public.publication_items (
  publication_id uuid not null references public.publications (id) on delete cascade,
  position smallint not null check (position between 0 and 34),
  media_asset_id uuid references public.media_assets (id) on delete set null,
  alt_text text check (char_length(alt_text) between 1 and 1000),
  primary key (publication_id, position)
);
comment on table public.publication_items is 'The media of a publication in the order they are shown.';

create table public.publication_events (
  id bigint generated always as identity primary key,
  publication_id uuid not null references public.publications (id) on delete cascade,
  at timestamptz not null default clock_timestamp(),
  event text not null check (event ~ '^[a-z0-9_]{1,60}$'),
  state public.publication_state not null,
  -- Ids and codes a platform gave; an allow-list in shared/publishing decides which.
  detail jsonb not null default '{}'
);
comment on table public.publication_events is
'The timeline a user reads: every step of a publication, when, and what the platform called it.';

create table public.consents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  publication_id uuid references public.publications (id) on delete set null,
  subject text not null check (subject ~ '^[a-z0-9_]{1,60}$'),
  text_version text not null check (char_length(text_version) between 1 and 40),
  given_at timestamptz not null default now()
);
comment on table public.consents is
'Proof that a person agreed to a text, which version of it, when, and for which publication.';

create index publications_project_id_idx on public.publications (project_id, created_at);
create index publications_content_id_idx on public.publications (content_id);
create index publications_connection_id_idx on public.publications (connection_id);
create index publications_due_idx on public.publications (next_step_at)
where state not in ('published', 'failed') and next_step_at is not null;
create index publication_items_media_asset_id_idx on public.publication_items (media_asset_id);
create index publication_events_publication_id_idx on public.publication_events (publication_id, id);
create index consents_user_id_idx on public.consents (user_id);
create index consents_publication_id_idx on public.consents (publication_id);

create trigger touch_updated_at
before update on public.publications
for each row execute function private.touch_updated_at();

-- The platforms differ in where the irreversible call stands. Instagram: a container is prepared and processed
-- first and media_publish commits. TikTok: init commits, and the processing comes after it.
create function private.may_become(
  p_platform public.platform, p_from public.publication_state, p_to public.publication_state
) returns boolean
language sql
immutable
set search_path = ''
as $$
  select (p_from, p_to) in (
    ('queued', 'preparing'),
    ('queued', 'failed'),
    ('preparing', 'failed'),
    ('processing', 'failed'),
    ('committing', 'failed'),
    ('committing', 'unknown'),
    ('unknown', 'published'),
    ('unknown', 'failed')
  ) or case p_platform
    when 'instagram' then (p_from, p_to) in (
      ('preparing', 'processing'),
      ('processing', 'preparing'),
      ('processing', 'committing'),
      ('processing', 'published'),
      ('committing', 'processing'),
      ('committing', 'published'),
      ('unknown', 'processing')
    )
    when 'tiktok' then (p_from, p_to) in (
      ('preparing', 'committing'),
      ('committing', 'preparing'),
      ('committing', 'processing'),
      ('processing', 'published'),
      ('processing', 'unknown'),
      ('unknown', 'processing')
    )
  end
$$;

create function private.keep_publication_states() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.state <> old.state and not private.may_become(old.platform, old.state, new.state) then
    raise exception using
      errcode = 'P0001', message = 'illegal_transition',
      detail = format('%s: %s to %s', old.platform, old.state, new.state);
  end if;
  if new.state in ('published', 'failed') then
    new.finished_at := coalesce(old.finished_at, now());
    new.next_step_at := null;
    new.lease_expires_at := null;
  end if;
  return new;
end
$$;

create trigger keep_publication_states
before update on public.publications
for each row execute function private.keep_publication_states();

-- What a user may know of a publication, in one shape for every answer.
create function private.publication_view(p public.publications) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', p.id, 'project_id', p.project_id, 'content_id', p.content_id, 'connection_id', p.connection_id,
    'platform', p.platform, 'kind', p.kind, 'caption', p.caption, 'state', p.state, 'reason', p.reason,
    'post_id', p.post_id, 'permalink', p.permalink, 'created_at', p.created_at, 'finished_at', p.finished_at,
    'next_step_at', p.next_step_at
  )
$$;

create function private.kind_of(p_platform public.platform, p_media_types text[])
returns public.publication_kind
language sql
immutable
set search_path = ''
as $$
  select case
    when p_platform = 'instagram' and p_media_types = '{image/jpeg}' then 'photo'
    when p_platform = 'tiktok' and p_media_types = '{video/mp4}' then 'video'
  end::public.publication_kind
$$;
comment on function private.kind_of is
'The kind follows from the probed media. Null: this combination cannot be published.';

-- p_request: content_id, connection_id, platform, caption, options, items [{media_asset_id, alt_text}]. The record of
-- a consent is made here from the options that will be posted, so that the two can never say different things.
create function private.create_publication(p_request jsonb, p_idempotency_key text, p_request_hash text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_asked public.publications := jsonb_populate_record(null::public.publications, p_request);
  v_connection public.connections;
  v_media_types text[];
  v_consent jsonb := p_request #> '{options,music_usage}';
  v_publication public.publications;
  v_created boolean := false;
begin
  select * into v_publication
  from public.publications as p
  where p.created_by = auth.uid() and p.idempotency_key = p_idempotency_key;
  if v_publication.id is not null then
    perform private.require_role(v_publication.project_id, 'editor');
  else
    v_asked.project_id := (select c.project_id from public.contents as c where c.id = v_asked.content_id);
    perform private.require_role(v_asked.project_id, 'editor');
    select * into v_connection
    from public.connections as c
    where c.id = v_asked.connection_id and c.project_id = v_asked.project_id;
    if v_connection.id is null then
      perform private.refuse(404, 'not_found');
    elsif v_connection.status <> 'active' then
      perform private.refuse(409, 'reconnect_needed');
    elsif v_connection.platform <> v_asked.platform then
      perform private.refuse(422, 'platform_mismatch');
    elsif v_asked.platform = 'tiktok' and v_consent ->> 'agreed' is distinct from 'true' then
      perform private.refuse(422, 'consent_missing');
    end if;
    select array_agg(a.media_type order by i.ordinality) into v_media_types
    from jsonb_array_elements(p_request -> 'items') with ordinality as i (item, ordinality)
    inner join public.media_assets as a
      on a.id = (i.item ->> 'media_asset_id')::uuid and a.content_id = v_asked.content_id and a.state = 'ready';
    if cardinality(v_media_types) is distinct from jsonb_array_length(p_request -> 'items') then
      perform private.refuse(422, 'media_not_ready');
    end if;
    v_asked.kind := private.kind_of(v_asked.platform, v_media_types);
    if v_asked.kind is null then
      perform private.refuse(422, 'kind_not_supported');
    end if;
    insert into public.publications (
      project_id, content_id, connection_id, platform, kind, caption, options, idempotency_key, request_hash,
      created_by
    )
    values (
      v_asked.project_id, v_asked.content_id, v_asked.connection_id, v_asked.platform, v_asked.kind, v_asked.caption,
      v_asked.options, p_idempotency_key, p_request_hash, auth.uid()
    )
    on conflict (created_by, idempotency_key) do nothing
    returning * into v_publication;
    v_created := v_publication.id is not null;
  end if;
  if v_created then
    insert into public.publication_items (publication_id, position, media_asset_id, alt_text)
    select
      v_publication.id, i.ordinality - 1, (i.item ->> 'media_asset_id')::uuid, i.item ->> 'alt_text'
    from jsonb_array_elements(p_request -> 'items') with ordinality as i (item, ordinality);
    if v_publication.platform = 'tiktok' then
      insert into public.consents (user_id, publication_id, subject, text_version)
      values (
        auth.uid(), v_publication.id,
        case
          when v_publication.options ->> 'branded_content' = 'true' then 'tiktok_branded_content_and_music_usage'
          else 'tiktok_music_usage'
        end,
        v_consent ->> 'text_version'
      );
    end if;
    insert into public.publication_events (publication_id, event, state)
    values (v_publication.id, 'publish_clicked', 'queued');
  elsif v_publication.id is null then
    -- Another request with this key won the insert between our look and ours.
    select * into v_publication
    from public.publications as p
    where p.created_by = auth.uid() and p.idempotency_key = p_idempotency_key;
  end if;
  if v_publication.request_hash <> p_request_hash then
    perform private.refuse(422, 'idempotency_key_reused');
  end if;
  return jsonb_build_object('created', v_created, 'publication', private.publication_view(v_publication));
end
$$;

create function public.create_publication(p_request jsonb, p_idempotency_key text, p_request_hash text)
returns jsonb
language sql
set search_path = ''
as $$ select private.create_publication(p_request, p_idempotency_key, p_request_hash) $$;

create function private.may_advance(p_publication_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  select * into v_publication from public.publications as p where p.id = p_publication_id;
  perform private.require_role(v_publication.project_id, 'editor');
  return private.publication_view(v_publication);
end
$$;

create function public.may_advance(p_publication_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.may_advance(p_publication_id) $$;

-- Takes the publication for one step, or answers null: not due, finished, or in another worker's hands. The answer
-- holds all that the step needs, tokens included (encrypted), so that the platform is called after one round trip.
create function private.claim_publication(p_publication_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = case when p.state = 'queued' then 'preparing' else p.state end,
    epoch = p.epoch + 1,
    lease_expires_at = now() + make_interval(secs => p_lease_seconds)
  where
    p.id = p_publication_id
    and p.state not in ('published', 'failed')
    and p.next_step_at <= now()
    and (p.lease_expires_at is null or p.lease_expires_at <= now())
  returning * into v_publication;
  if v_publication.id is null then
    return null;
  end if;
  return jsonb_build_object(
    'publication', private.publication_view(v_publication) || jsonb_build_object(
      'options', v_publication.options, 'container_id', v_publication.container_id,
      'publish_id', v_publication.publish_id, 'epoch', v_publication.epoch, 'looks', v_publication.looks,
      'attempts', v_publication.attempts,
      'seconds_since_intent', extract(epoch from now() - v_publication.intent_at),
      'age_seconds', extract(epoch from now() - v_publication.created_at)
    ),
    'items', (
      select jsonb_agg(
        jsonb_build_object(
          'object_key', a.object_key, 'media_type', a.media_type, 'byte_size', a.byte_size, 'width', a.width,
          'height', a.height, 'duration_ms', a.duration_ms, 'frame_rate', a.frame_rate, 'video_codec', a.video_codec,
          'alt_text', i.alt_text
        ) order by i.position
      )
      from public.publication_items as i
      inner join public.media_assets as a on i.media_asset_id = a.id
      where i.publication_id = v_publication.id
    ),
    'account', private.account_for_step(v_publication.connection_id)
  );
end
$$;

create function public.claim_publication(p_publication_id uuid, p_lease_seconds integer) returns jsonb
language sql
set search_path = ''
as $$ select private.claim_publication(p_publication_id, p_lease_seconds) $$;

-- The one way a state changes: compare and set on state and epoch. Null: somebody else moved on, so stop.
-- p_changes may hold container_id, publish_id, post_id, permalink, reason, looks, attempts, next_step_seconds; what it
-- does not name stays, but for reason, which goes when the state does. p_release lets the lease go.
create function private.record_step(
  p_publication_id uuid,
  p_epoch bigint,
  p_from public.publication_state,
  p_to public.publication_state,
  p_changes jsonb,
  p_event text,
  p_detail jsonb,
  p_release boolean
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = p_to,
    reason = case when p_from = p_to then coalesce(p_changes ->> 'reason', p.reason) else p_changes ->> 'reason' end,
    container_id = case when p_changes ? 'container_id' then p_changes ->> 'container_id' else p.container_id end,
    publish_id = coalesce(p_changes ->> 'publish_id', p.publish_id),
    post_id = coalesce(p_changes ->> 'post_id', p.post_id),
    permalink = coalesce(p_changes ->> 'permalink', p.permalink),
    looks = coalesce((p_changes ->> 'looks')::integer, p.looks),
    attempts = coalesce((p_changes ->> 'attempts')::integer, p.attempts),
    intent_at = case when p_to = 'committing' then now() else p.intent_at end,
    next_step_at = case
      when p_changes ? 'next_step_seconds'
        then now() + make_interval(secs => (p_changes ->> 'next_step_seconds')::double precision)
      else p.next_step_at
    end,
    lease_expires_at = case when p_release then null else p.lease_expires_at end
  where p.id = p_publication_id and p.epoch = p_epoch and p.state = p_from
  returning * into v_publication;
  if v_publication.id is null then
    return null;
  end if;
  if p_event is not null then
    insert into public.publication_events (publication_id, event, state, detail)
    values (p_publication_id, p_event, p_to, p_detail);
  end if;
  return private.publication_view(v_publication);
end
$$;

create function public.record_step(
  p_publication_id uuid,
  p_epoch bigint,
  p_from public.publication_state,
  p_to public.publication_state,
  p_changes jsonb,
  p_event text,
  p_detail jsonb,
  p_release boolean
) returns jsonb
language sql
set search_path = ''
as $$
  select private.record_step(p_publication_id, p_epoch, p_from, p_to, p_changes, p_event, p_detail, p_release)
$$;

create function private.due_publications(p_limit integer) returns setof uuid
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
  order by p.next_step_at
  limit p_limit
$$;

create function public.due_publications(p_limit integer) returns setof uuid
language sql
stable
set search_path = ''
as $$ select private.due_publications(p_limit) $$;

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

alter table public.publications enable row level security;
alter table public.publication_items enable row level security;
alter table public.publication_events enable row level security;
alter table public.consents enable row level security;

create policy publications_select on public.publications for select to authenticated
using (project_id in (select private.project_ids()));
create policy publication_items_select on public.publication_items for select to authenticated
using (publication_id in (select p.id from public.publications as p));
create policy publication_events_select on public.publication_events for select to authenticated
using (publication_id in (select p.id from public.publications as p));
create policy consents_select on public.consents for select to authenticated
using (user_id = (select auth.uid()));

grant select (
  id, project_id, content_id, connection_id, platform, kind, caption, options, state, reason, post_id, permalink,
  next_step_at, created_by, created_at, updated_at, finished_at
) on public.publications to authenticated;
grant select on public.publication_items, public.publication_events, public.consents to authenticated;
grant execute on function private.create_publication, public.create_publication to authenticated;
grant execute on function private.may_advance, public.may_advance to authenticated;
grant execute on function private.claim_publication, public.claim_publication to service_role;
grant execute on function private.record_step, public.record_step to service_role;
grant execute on function private.due_publications, public.due_publications to service_role;
grant execute on function private.mark_reconnect, public.mark_reconnect to service_role;
grant execute on function private.disconnect_connection, public.disconnect_connection to service_role;
