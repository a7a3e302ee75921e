-- The right to erasure (Data Policy, 4.3): an account and all that belongs to it, step by step, restartable at each of
-- them, with a receipt for each store and a ledger that keeps what was erased from coming back with a backup.

create type private.erasure_state as enum (
  'publications', 'connections', 'projects', 'mail', 'rows', 'objects', 'auth', 'search', 'late_uploads', 'receipt',
  'done'
);

create table private.erasures (
  id uuid primary key default gen_random_uuid(),
  -- Whoever has it may read how far the erasure is: there is no account left to sign in to.
  code text not null unique default replace(gen_random_uuid()::text, '-', '') check (code ~ '^[0-9a-f]{32}$'),
  -- Of public.privacy_requests, which holds the clock.
  request_id uuid not null,
  -- Without a reference, because it must outlive the Auth user by a few steps. Null as soon as all is done.
  user_id uuid unique,
  state private.erasure_state not null default 'publications',
  epoch bigint not null default 0,
  lease_expires_at timestamptz,
  next_step_at timestamptz not null default now(),
  attempts integer not null default 0,
  -- Why the last step did not succeed: a code.
  problem text check (problem ~ '^[a-z_]{1,60}$'),
  -- The last table that was searched for the person.
  searched text,
  requested_at timestamptz not null default now(),
  done_at timestamptz,
  receipt text,
  constraint erasures_done_forgets_whose check ((state = 'done') = (user_id is null)),
  constraint erasures_done_has_receipt check (
    (state = 'done') = (done_at is not null) and (state = 'done') = (receipt is not null)
  )
);
comment on table private.erasures is
'Accounts that are being erased and how far each is. Once done it names nobody. Kept for three years.';

create table private.erasure_projects (
  project_id uuid primary key,
  erasure_id uuid not null references private.erasures (id) on delete cascade
);
comment on table private.erasure_projects is
'Projects that go with their only owner. A line goes with its project.';

create table private.erasure_objects (
  erasure_id uuid not null references private.erasures (id) on delete cascade,
  object_key text not null,
  -- Until then an upload that was begun before the erasure may still arrive under this key.
  due_at timestamptz not null,
  deleted_at timestamptz,
  primary key (erasure_id, object_key)
);
comment on table private.erasure_objects is
'Files that an erasure has to find gone in storage. Deleted when it is done.';

create table private.erasure_receipts (
  erasure_id uuid not null references private.erasures (id) on delete cascade,
  store text not null check (
    store in ('publications', 'connections', 'projects', 'mail', 'database', 'objects', 'auth', 'search')
  ),
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object' and octet_length(counts::text) <= 1000),
  finished_at timestamptz,
  primary key (erasure_id, store)
);
comment on table private.erasure_receipts is
'What was erased from each store, in numbers, and when. Names nobody. Kept as long as the erasure.';

-- An id is 122 random bits, so nobody finds it from its hash by trying, and the hash says nothing to whoever does not
-- hold the id already.
create table private.tombstones (
  kind text not null check (kind in ('user', 'project', 'connection')),
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  at timestamptz not null default now(),
  primary key (kind, digest)
);
comment on table private.tombstones is
'The SHA-256 of ids that must not come back with a backup: erased people, projects, ended connections. Kept for 400
days.';

create index erasures_due_idx on private.erasures (next_step_at) where state <> 'done';
create index erasures_done_at_idx on private.erasures (done_at);
create index erasure_projects_erasure_id_idx on private.erasure_projects (erasure_id);
create index tombstones_at_idx on private.tombstones (at, digest);

create function private.digest_of(p_id uuid) returns text
language sql
immutable
set search_path = ''
as $$ select encode(sha256(convert_to(p_id::text, 'UTF8')), 'hex') $$;

create function private.entomb(p_kind text, p_id uuid) returns void
language sql
security definer
set search_path = ''
as $$
  insert into private.tombstones (kind, digest)
  values (p_kind, private.digest_of(p_id))
  on conflict do nothing
$$;

create function private.has_tombstone(p_kind text, p_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1 from private.tombstones as t where t.kind = p_kind and t.digest = private.digest_of(p_id)
  )
$$;

-- Also an account that was merely disconnected must not come back with its tokens.
create function private.entomb_connection() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.entomb('connection', new.connection_id);
  return null;
end
$$;

create trigger entomb_connection
after insert on public.disconnections
for each row execute function private.entomb_connection();

-- Nothing is begun for a person from the moment of their erasure. After the insert: the foreign key holds the person by
-- then, so that an insert and an erasure at the same moment take turns, and whichever is second sees the first.
create function private.refuse_erased() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.has_tombstone('user', (to_jsonb(new) ->> tg_argv[0])::uuid) then
    perform private.refuse(410, 'account_erased');
  end if;
  return null;
end
$$;

create trigger refuse_erased
after insert on public.projects
for each row execute function private.refuse_erased('created_by');
create trigger refuse_erased
after insert on public.project_members
for each row execute function private.refuse_erased('user_id');
create trigger refuse_erased
after insert on public.contents
for each row execute function private.refuse_erased('created_by');
create trigger refuse_erased
after insert on public.media_assets
for each row execute function private.refuse_erased('created_by');
create trigger refuse_erased
after insert on public.objections
for each row execute function private.refuse_erased('user_id');
create trigger refuse_erased
after insert on public.restrictions
for each row execute function private.refuse_erased('user_id');
create trigger refuse_erased
after insert on public.profiles
for each row execute function private.refuse_erased('user_id');
create trigger refuse_erased
after insert on public.exports
for each row execute function private.refuse_erased('user_id');
create trigger refuse_erased
after insert on private.oauth_states
for each row execute function private.refuse_erased('user_id');
create trigger refuse_erased
after insert on public.publications
for each row execute function private.refuse_erased('created_by');
-- Also when an account is connected once more, which is an update.
create trigger refuse_erased
after insert or update of connected_at on public.connections
for each row execute function private.refuse_erased('connected_by');

-- A click of somebody else, in a project that goes or through an account of the person who goes.
create function private.refuse_ending() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (select 1 from private.erasure_projects as p where p.project_id = new.project_id) then
    perform private.refuse(404, 'not_found');
  elsif exists (
    select 1 from public.connections as c
    where c.id = new.connection_id and private.has_tombstone('user', c.connected_by)
  ) then
    perform private.refuse(409, 'reconnect_needed');
  end if;
  return null;
end
$$;

create trigger refuse_ending
after insert on public.publications
for each row execute function private.refuse_ending();

-- The last gate before the call that posts, for what was sent, found unsent, and would be tried again: the row does not
-- change, so the worker finds itself overtaken and stops.
create function private.hold_ending_commit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.has_tombstone('user', new.created_by)
    or exists (select 1 from private.erasure_projects as p where p.project_id = new.project_id)
    or exists (
      select 1 from public.connections as c
      where c.id = new.connection_id and private.has_tombstone('user', c.connected_by)
    ) then
    return null;
  end if;
  return new;
end
$$;

create trigger hold_ending_commit
before update on public.publications
for each row when (new.state = 'committing' and old.state <> 'committing')
execute function private.hold_ending_commit();

-- A refresh that finds its row unchanged takes it to be in other hands, and makes no call.
create function private.hold_erased_refresh() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select 1 from public.connections as c
    where
      c.id = new.connection_id
      and (
        private.has_tombstone('user', c.connected_by)
        or exists (select 1 from private.erasure_projects as p where p.project_id = c.project_id)
      )
  ) then
    return null;
  end if;
  return new;
end
$$;

create trigger hold_erased_refresh
before update on private.connection_tokens
for each row when (
  new.refresh_lease_until is not null and new.refresh_lease_until is distinct from old.refresh_lease_until
)
execute function private.hold_erased_refresh();

-- As before, but that a session which outlives its account is told so.
create or replace function private.require_role(
  p_project_id uuid, p_at_least public.project_role, p_user_id uuid default auth.uid()
) returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_role public.project_role;
begin
  select m.role into v_role
  from public.project_members as m
  where m.project_id = p_project_id and m.user_id = p_user_id;
  if v_role is null then
    if private.has_tombstone('user', p_user_id) then
      perform private.refuse(410, 'account_erased');
    end if;
    perform private.refuse(404, 'not_found');
  elsif v_role < p_at_least then
    perform private.refuse(403, 'role_too_low');
  end if;
end
$$;

-- As before, but that a project which goes with its owner needs none.
create or replace function private.keep_an_owner() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if old.role = 'owner' and (tg_op = 'DELETE' or new.role <> 'owner') then
    perform 1 from public.projects as p where p.id = old.project_id for update;
    if found and not exists (
      select 1 from public.project_members as m
      where m.project_id = old.project_id and m.role = 'owner' and m.user_id <> old.user_id
    ) and not exists (
      select 1 from private.erasure_projects as e where e.project_id = old.project_id
    ) then
      perform private.refuse(409, 'last_owner');
    end if;
  end if;
  return coalesce(new, old);
end
$$;

-- Every file that is queued within a step of an erasure is one that it must find gone, also those of tables that know
-- nothing of it. Before the insert: then it counts too if it was queued already.
create function private.note_erasure_object() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.erasure_objects (erasure_id, object_key, due_at)
  values (current_setting('itoms.erasure')::uuid, new.object_key, new.due_at)
  on conflict do nothing;
  return new;
end
$$;

create trigger note_erasure_object
before insert on private.object_deletions
for each row when (current_setting('itoms.erasure', true) <> '')
execute function private.note_erasure_object();

-- What becomes of each project of a person. Owned alone and empty of others: it goes. Another owner is there, or the
-- person owns nothing of it: they leave. The only owner, with others in it: they have to say.
create function private.project_fates(p_user_id uuid)
returns table (project_id uuid, name text, fate text, other_members bigint)
language sql
stable
security definer
set search_path = ''
as $$
  select
    p.id, p.name,
    case
      when m.role <> 'owner' or others.owners > 0 then 'left'
      when others.members > 0 then 'blocks'
      else 'deleted'
    end,
    others.members
  from public.project_members as m
  inner join public.projects as p on m.project_id = p.id
  cross join lateral (
    select count(*) as members, count(*) filter (where o.role = 'owner') as owners
    from public.project_members as o
    where o.project_id = m.project_id and o.user_id <> m.user_id
  ) as others
  where m.user_id = p_user_id
  order by p.created_at, p.id
$$;

-- May already be posted: the platform is asked about it, for a while, before its account goes.
create function private.may_be_sent(p public.publications) returns boolean
language sql
immutable
set search_path = ''
as $$
  select p.state in ('committing', 'unknown') or (p.state = 'processing' and p.platform = 'tiktok')
$$;

create function private.erasure_preview() returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := auth.uid();
  v_going uuid[];
begin
  if private.has_tombstone('user', v_user_id) then
    perform private.refuse(410, 'account_erased');
  elsif not exists (select 1 from auth.users as u where u.id = v_user_id) then
    perform private.refuse(404, 'not_found');
  end if;
  v_going := array(select f.project_id from private.project_fates(v_user_id) as f where f.fate <> 'left');
  return jsonb_build_object(
    'projects', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', f.project_id, 'name', f.name, 'fate', f.fate, 'other_members', f.other_members
      )), '[]')
      from private.project_fates(v_user_id) as f
    ),
    'counts', jsonb_build_object(
      'projects', cardinality(v_going),
      'contents', (select count(*) from public.contents as c where c.project_id = any (v_going)),
      'files', (select count(*) from public.media_assets as a where a.project_id = any (v_going)),
      'connections', (
        select count(*) from public.connections as c
        where c.project_id = any (v_going) or c.connected_by = v_user_id
      ),
      'publications', (select count(*) from public.publications as p where p.project_id = any (v_going)),
      'publications_to_cancel', (
        select count(*) from public.publications as p
        where
          p.state not in ('published', 'failed') and not private.may_be_sent(p)
          and (p.project_id = any (v_going) or p.created_by = v_user_id)
      ),
      'publications_under_way', (
        select count(*) from public.publications as p
        where p.state not in ('published', 'failed') and private.may_be_sent(p) and p.project_id = any (v_going)
      )
    )
  );
end
$$;

create function public.erasure_preview() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.erasure_preview() $$;

-- Whoever is at work on one is overtaken before the call that posts.
create function private.cancel_unsent(p private.erasures) returns integer
language sql
set search_path = ''
as $$
  with cancelled as (
    update public.publications as u
    set
      state = 'failed',
      reason = case when u.created_by = p.user_id then 'post_cancelled' else 'disconnected' end,
      epoch = u.epoch + 1
    where
      u.state not in ('published', 'failed') and not private.may_be_sent(u)
      and (
        u.project_id in (select g.project_id from private.erasure_projects as g where g.erasure_id = p.id)
        or u.created_by = p.user_id
        or u.connection_id in (select c.id from public.connections as c where c.connected_by = p.user_id)
      )
    returning u.id, u.state, u.reason
  ), told as (
    insert into public.publication_events (publication_id, event, state)
    select
      c.id, case c.reason when 'post_cancelled' then 'cancelled_by_user' else 'account_disconnected' end, c.state
    from cancelled as c
    returning publication_id
  )
  select count(*)::integer from told
$$;

-- The one beginning of every erasure: by the person, by an operator after a mail, or after a restore. Whoever holds the
-- person's row here is alone with them: every insert that names them waits at its foreign key.
create function private.begin_erasure(p_user_id uuid, p_request_id uuid, p_delete_projects uuid[])
returns private.erasures
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure private.erasures;
  v_going uuid[];
begin
  perform 1 from auth.users as u where u.id = p_user_id for update;
  if not found then
    perform private.refuse(404, 'not_found');
  end if;
  select * into v_erasure from private.erasures as e where e.user_id = p_user_id;
  if v_erasure.id is not null then
    return v_erasure;
  end if;
  perform 1 from public.projects as p
  where p.id in (select m.project_id from public.project_members as m where m.user_id = p_user_id)
  order by p.id
  for update;
  if exists (
    select 1 from unnest(p_delete_projects) as named (id)
    where named.id not in (
      select m.project_id from public.project_members as m where m.user_id = p_user_id and m.role = 'owner'
    )
  ) then
    perform private.refuse(404, 'not_found');
  elsif exists (
    select 1 from private.project_fates(p_user_id) as f
    where f.fate = 'blocks' and f.project_id <> all (p_delete_projects)
  ) then
    perform private.refuse(409, 'erasure_blocked');
  end if;
  -- A tombstone: it went with this person before, and came back with a backup.
  v_going := array(
    select f.project_id from private.project_fates(p_user_id) as f
    where f.fate <> 'left' or private.has_tombstone('project', f.project_id)
  );
  perform 1 from public.connections as c
  where c.connected_by = p_user_id or c.project_id = any (v_going)
  order by c.id
  for update;

  insert into private.erasures (request_id, user_id) values (p_request_id, p_user_id) returning * into v_erasure;
  insert into private.erasure_projects (project_id, erasure_id)
  select going.id, v_erasure.id from unnest(v_going) as going (id);
  perform private.entomb('user', p_user_id);
  perform private.entomb('project', going.id) from unnest(v_going) as going (id);

  update public.connections as c
  set status = 'needs_reconnect', status_reason = 'account_erased'
  where (c.connected_by = p_user_id or c.project_id = any (v_going)) and c.status = 'active';
  delete from private.oauth_states as s where s.user_id = p_user_id or s.project_id = any (v_going);
  perform private.note_erased(
    v_erasure.id, 'publications', jsonb_build_object('cancelled', private.cancel_unsent(v_erasure)), false
  );
  delete from public.project_members as m where m.user_id = p_user_id or m.project_id = any (v_going);
  -- An archive that is being made is of no use to anybody any more.
  perform set_config('itoms.erasure', v_erasure.id::text, true);
  delete from public.exports as e where e.user_id = p_user_id;
  perform set_config('itoms.erasure', '', true);
  perform private.close_requests_of(p_user_id, p_request_id);
  -- No session is renewed any more. The tokens that are out end by themselves within the hour.
  delete from auth.sessions as s where s.user_id = p_user_id;
  return v_erasure;
end
$$;

create function private.erasure_answer(p private.erasures) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'erasure_id', p.id, 'code', p.code, 'request_id', p.request_id, 'state', p.state, 'requested_at', p.requested_at
  )
$$;

-- The person's own click. Asked again it answers the same: whoever did not get the answer could not ask otherwise.
create function private.start_erasure(p_delete_projects uuid[]) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := auth.uid();
  v_erasure private.erasures;
  v_request_id uuid;
begin
  perform 1 from auth.users as u where u.id = v_user_id for update;
  select * into v_erasure from private.erasures as e where e.user_id = v_user_id;
  if v_erasure.id is not null then
    return private.erasure_answer(v_erasure);
  elsif private.has_tombstone('user', v_user_id) then
    perform private.refuse(410, 'account_erased');
  end if;
  perform private.require_fresh_session();
  v_request_id := private.open_privacy_request('erasure', 'account', v_user_id, null, '{}');
  perform private.note_privacy_request(
    v_request_id, 'identity_checked', null, '{"method": "fresh_session", "result": "confirmed"}'
  );
  v_erasure := private.begin_erasure(v_user_id, v_request_id, p_delete_projects);
  perform private.audit('erasure_started', null, null, v_erasure.id, 'user', v_user_id, null, null);
  return private.erasure_answer(v_erasure);
end
$$;

create function public.start_erasure(p_delete_projects uuid[]) returns jsonb
language sql
set search_path = ''
as $$ select private.start_erasure(p_delete_projects) $$;

-- The saga

create function private.claim_erasure(p_erasure_id uuid, p_lease_seconds integer) returns bigint
language sql
security definer
set search_path = ''
as $$
  update private.erasures as e
  set epoch = e.epoch + 1, lease_expires_at = now() + make_interval(secs => p_lease_seconds)
  where
    e.id = p_erasure_id
    and e.state <> 'done'
    and e.next_step_at <= now()
    and (e.lease_expires_at is null or e.lease_expires_at <= now())
  returning e.epoch
$$;
comment on function private.claim_erasure is 'The epoch to work under. Null: done, not due, or in other hands.';

create function public.claim_erasure(p_erasure_id uuid, p_lease_seconds integer) returns bigint
language sql
set search_path = ''
as $$ select private.claim_erasure(p_erasure_id, p_lease_seconds) $$;

create function private.hold_erasure(p_erasure_id uuid, p_epoch bigint) returns private.erasures
language sql
set search_path = ''
as $$
  select * from private.erasures as e
  where e.id = p_erasure_id and e.epoch = p_epoch and e.state <> 'done'
  for update
$$;
comment on function private.hold_erasure is 'All null: whoever asks was overtaken, and stops.';

create function private.move_erasure(p_erasure_id uuid, p_to private.erasure_state) returns jsonb
language sql
set search_path = ''
as $$
  update private.erasures as e
  set state = p_to, attempts = 0, problem = null
  where e.id = p_erasure_id
  returning '{}'::jsonb
$$;

create function private.rest_erasure(p_erasure_id uuid, p_until timestamptz, p_problem text) returns jsonb
language sql
set search_path = ''
as $$
  update private.erasures as e
  set
    lease_expires_at = null, next_step_at = p_until, problem = p_problem,
    attempts = e.attempts + case when p_problem is null then 0 else 1 end
  where e.id = p_erasure_id
  returning jsonb_build_object('rest', true)
$$;

-- Adds to the numbers of a store. With p_finished it is done.
create function private.note_erased(p_erasure_id uuid, p_store text, p_counts jsonb, p_finished boolean)
returns void
language sql
set search_path = ''
as $$
  insert into private.erasure_receipts as r (erasure_id, store, counts, finished_at)
  values (p_erasure_id, p_store, p_counts, case when p_finished then now() end)
  on conflict (erasure_id, store) do update
  set
    counts = (
      select coalesce(jsonb_object_agg(
        k.name, coalesce((r.counts ->> k.name)::bigint, 0) + coalesce((excluded.counts ->> k.name)::bigint, 0)
      ), '{}')
      from jsonb_object_keys(r.counts || excluded.counts) as k (name)
    ),
    finished_at = coalesce(r.finished_at, excluded.finished_at)
$$;

-- What may be posted already gets a quarter of an hour to find its outcome; after that its account goes all the same.
create function private.erase_publications(p private.erasures) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_open integer;
begin
  -- What was found unsent meanwhile is not tried again.
  perform private.note_erased(
    p.id, 'publications', jsonb_build_object('cancelled', private.cancel_unsent(p)), false
  );
  select count(*) into v_open
  from public.publications as u
  where
    u.state not in ('published', 'failed') and u.next_step_at is not null
    and (
      u.project_id in (select g.project_id from private.erasure_projects as g where g.erasure_id = p.id)
      or u.connection_id in (select c.id from public.connections as c where c.connected_by = p.user_id)
    );
  if v_open > 0 and now() < p.requested_at + interval '15 minutes' then
    return private.rest_erasure(p.id, now() + interval '20 seconds', null);
  end if;
  perform private.note_erased(p.id, 'publications', jsonb_build_object('outcome_unknown', v_open), true);
  return private.move_erasure(p.id, 'connections');
end
$$;

-- One account at a time: its tokens are deleted here, and told to the platform by whoever called, from memory.
create function private.erase_connection(p private.erasures) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_removed jsonb;
begin
  select * into v_connection
  from public.connections as c
  where
    c.connected_by = p.user_id
    or c.project_id in (select g.project_id from private.erasure_projects as g where g.erasure_id = p.id)
  order by c.id
  limit 1
  for update;
  if v_connection.id is null then
    perform private.note_erased(p.id, 'connections', '{}', true);
    return private.move_erasure(p.id, 'projects');
  end if;
  v_removed := private.remove_connection(v_connection, 'user', p.user_id);
  perform private.tell_editors(
    v_connection.project_id, 'account_removed', v_connection.platform, v_connection.id, 'account_erased'
  );
  perform private.note_erased(
    p.id, 'connections',
    jsonb_build_object('removed', 1, 'tokens_deleted', (v_removed #>> '{receipt,tokens_deleted}')::integer), false
  );
  return jsonb_build_object('removed', v_removed);
end
$$;

-- A bounded batch of one project; the project itself when nothing large is left in it.
create function private.erase_project(p private.erasures, p_batch integer) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_project_id uuid := (
    select g.project_id from private.erasure_projects as g where g.erasure_id = p.id order by g.project_id limit 1
  );
  v_publications integer;
  v_contents integer;
  v_files integer;
begin
  if v_project_id is null then
    perform private.note_erased(p.id, 'projects', '{}', true);
    return private.move_erasure(p.id, 'mail');
  end if;
  delete from public.publications as u
  where u.id in (select x.id from public.publications as x where x.project_id = v_project_id limit p_batch);
  get diagnostics v_publications = row_count;
  delete from public.media_assets as a
  where a.id in (select x.id from public.media_assets as x where x.project_id = v_project_id limit p_batch);
  get diagnostics v_files = row_count;
  delete from public.contents as c
  where
    c.id in (
      select x.id from public.contents as x
      where
        x.project_id = v_project_id
        and not exists (select 1 from public.media_assets as a where a.content_id = x.id)
      limit p_batch
    );
  get diagnostics v_contents = row_count;
  perform private.note_erased(
    p.id, 'projects',
    jsonb_build_object('publications', v_publications, 'contents', v_contents, 'files', v_files), false
  );
  if greatest(v_publications, v_contents, v_files) < p_batch then
    delete from public.projects as x where x.id = v_project_id;
    delete from private.erasure_projects as g where g.project_id = v_project_id;
    perform private.note_erased(p.id, 'projects', '{"projects": 1}', false);
  end if;
  return '{}';
end
$$;

-- What waits to be sent to the person is not sent any more.
create function private.erase_mail(p private.erasures) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_mails integer;
begin
  -- Who goes because of a breach has a right to be told of it first; a hundred thousand notices take 18 hours.
  if p.requested_at > now() - interval '20 hours' and private.is_to_be_told_of_breach(p.user_id) then
    return private.rest_erasure(p.id, now() + interval '1 minute', null);
  end if;
  delete from private.mail_outbox as m where m.user_id = p.user_id;
  get diagnostics v_mails = row_count;
  perform private.note_erased(p.id, 'mail', jsonb_build_object('mails', v_mails), true);
  return private.move_erasure(p.id, 'rows');
end
$$;

-- Every reference to the Auth user, as the catalog knows them: what would be deleted with it is deleted now, in
-- batches, and what would forget it forgets it now. So no table can be overlooked, and the deletion of the user is a
-- small one.
create function private.erase_rows(p private.erasures, p_batch integer) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_link record;
  v_rows integer;
  v_total integer := 0;
begin
  for v_link in
    select c.conrelid::regclass::text as holder, quote_ident(a.attname) as name, c.confdeltype = 'c' as goes
    from pg_catalog.pg_constraint as c
    inner join pg_catalog.pg_attribute as a on c.conrelid = a.attrelid and a.attnum = c.conkey[1]
    where
      c.contype = 'f' and c.confrelid = 'auth.users'::regclass
      and c.connamespace in ('public'::regnamespace, 'private'::regnamespace)
    order by 1, 2
  loop
    execute format(
      case
        when v_link.goes then 'delete from %1$s' else 'update %1$s set %2$s = null'
      end
      || ' where ctid = any (array(select x.ctid from %1$s as x where x.%2$s = $1 limit $2))',
      v_link.holder, v_link.name
    ) using p.user_id, p_batch;
    get diagnostics v_rows = row_count;
    v_total := v_total + v_rows;
    perform private.note_erased(
      p.id, 'database',
      jsonb_build_object(case when v_link.goes then 'rows_deleted' else 'names_removed' end, v_rows), false
    );
  end loop;
  if v_total > 0 then
    return '{}';
  end if;
  perform private.note_erased(p.id, 'database', '{}', true);
  return private.move_erasure(p.id, 'objects');
end
$$;

create function private.erase_objects(p private.erasures, p_batch integer) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_keys text[] := array(
    select o.object_key from private.erasure_objects as o
    where o.erasure_id = p.id and o.deleted_at is null
    order by o.object_key
    limit p_batch
  );
begin
  if cardinality(v_keys) > 0 then
    return jsonb_build_object('object_keys', to_jsonb(v_keys));
  end if;
  perform private.note_erased(p.id, 'objects', '{"files": 0}', false);
  return private.move_erasure(p.id, 'auth');
end
$$;

create function private.erase_auth(p private.erasures) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_user auth.users;
begin
  select * into v_user from auth.users as u where u.id = p.user_id;
  if v_user.id is not null then
    return jsonb_build_object(
      'user_id', v_user.id, 'request_id', p.request_id,
      -- Who came back with a backup was told when they went.
      'email', case when not private.has_event(p.request_id, 'received', '{"cause": "restore"}') then v_user.email end
    );
  end if;
  perform private.note_erased(p.id, 'auth', '{"accounts": 1}', true);
  return private.move_erasure(p.id, 'search');
end
$$;

-- Looks for the id in every row of every table there is, a few seconds at a time. Supabase Auth notes in its own log
-- whom it deleted, with the address, and keeps sign-ins that were never finished: those lines go. Anything else that is
-- found is a mistake of ours, and an alarm.
create function private.search_erased(p private.erasures) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_pattern text := '%' || p.user_id::text || '%';
  v_started_at timestamptz := clock_timestamp();
  v_last text := coalesce(p.searched, '');
  v_table record;
  v_rows bigint;
begin
  for v_table in
    select t.name, t.is_left_by_auth, t.is_open
    from (
      select
        c.oid::regclass::text as name,
        c.oid in (to_regclass('auth.audit_log_entries'), to_regclass('auth.flow_state')) as is_left_by_auth,
        has_table_privilege(c.oid, 'select') as is_open
      from pg_catalog.pg_class as c
      inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
      where
        n.nspname in ('public', 'private', 'auth') and c.relkind in ('r', 'p')
        and c.oid <> 'private.erasures'::regclass
    ) as t
    where t.name > v_last
    order by t.name
  loop
    v_rows := 0;
    if not v_table.is_open then
      perform private.note_erased(p.id, 'search', '{"tables_closed": 1}', false);
    elsif v_table.is_left_by_auth then
      execute format('delete from %s as t where t::text like $1', v_table.name) using v_pattern;
      get diagnostics v_rows = row_count;
      perform private.note_erased(p.id, 'search', jsonb_build_object('auth_log_lines', v_rows), false);
      v_rows := 0;
    else
      perform private.note_erased(p.id, 'search', '{"tables": 1}', false);
      execute format('select count(*) from %s as t where t::text like $1', v_table.name) into v_rows
      using v_pattern;
    end if;
    if v_rows > 0 then
      update private.erasures as e set searched = null where e.id = p.id;
      return private.rest_erasure(p.id, now() + interval '10 minutes', 'rows_left');
    end if;
    v_last := v_table.name;
    if clock_timestamp() > v_started_at + interval '2 seconds' then
      update private.erasures as e set searched = v_last where e.id = p.id;
      return '{}';
    end if;
  end loop;
  perform private.note_erased(p.id, 'search', '{}', true);
  return private.move_erasure(p.id, 'late_uploads');
end
$$;

-- An upload that was begun before may arrive after its file was deleted: what may have come is deleted once more.
create function private.erase_late_uploads(p private.erasures, p_batch integer) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_keys text[] := array(
    select o.object_key from private.erasure_objects as o
    where o.erasure_id = p.id and o.deleted_at < o.due_at and o.due_at <= now()
    order by o.object_key
    limit p_batch
  );
  v_next_at timestamptz;
begin
  if cardinality(v_keys) > 0 then
    return jsonb_build_object('object_keys', to_jsonb(v_keys));
  end if;
  select min(o.due_at) into v_next_at
  from private.erasure_objects as o
  where o.erasure_id = p.id and o.deleted_at < o.due_at;
  if v_next_at is not null then
    return private.rest_erasure(p.id, v_next_at, null);
  end if;
  perform private.note_erased(p.id, 'objects', '{}', true);
  return private.move_erasure(p.id, 'receipt');
end
$$;

create function private.erasure_stores(p_erasure_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('store', r.store, 'counts', r.counts, 'finished_at', r.finished_at) order by r.store
  ), '[]')
  from private.erasure_receipts as r
  where r.erasure_id = p_erasure_id
$$;

-- One short step. The answer names what only the caller can do before the next one: removed (an account, to be told to
-- its platform), object_keys (files to delete), user_id (the Auth user to delete), receipt (to be signed). rest: later.
-- Null: overtaken.
create function private.advance_erasure(p_erasure_id uuid, p_epoch bigint, p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure private.erasures := private.hold_erasure(p_erasure_id, p_epoch);
begin
  if v_erasure.id is null then
    return null;
  end if;
  perform set_config('itoms.erasure', p_erasure_id::text, true);
  return case v_erasure.state
    when 'publications' then private.erase_publications(v_erasure)
    when 'connections' then private.erase_connection(v_erasure)
    when 'projects' then private.erase_project(v_erasure, p_batch)
    when 'mail' then private.erase_mail(v_erasure)
    when 'rows' then private.erase_rows(v_erasure, p_batch)
    when 'objects' then private.erase_objects(v_erasure, p_batch)
    when 'auth' then private.erase_auth(v_erasure)
    when 'search' then private.search_erased(v_erasure)
    when 'late_uploads' then private.erase_late_uploads(v_erasure, p_batch)
    when 'receipt' then jsonb_build_object('receipt', jsonb_build_object(
      'receipt_id', v_erasure.id, 'requested_at', v_erasure.requested_at, 'done_at', now(),
      'stores', private.erasure_stores(v_erasure.id)
    ))
  end;
end
$$;

create function public.advance_erasure(p_erasure_id uuid, p_epoch bigint, p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.advance_erasure(p_erasure_id, p_epoch, p_batch) $$;

-- What the platform answered about a grant whose tokens are gone already.
create function private.record_erased_grant(
  p_erasure_id uuid, p_epoch bigint, p_disconnection_id uuid, p_outcome public.revocation_outcome
) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  if (private.hold_erasure(p_erasure_id, p_epoch)).id is null then
    return false;
  end if;
  perform private.record_revocation(p_disconnection_id, p_outcome);
  perform private.note_erased(
    p_erasure_id, 'connections', jsonb_build_object('revocation_' || p_outcome::text, 1), false
  );
  return true;
end
$$;

create function public.record_erased_grant(
  p_erasure_id uuid, p_epoch bigint, p_disconnection_id uuid, p_outcome public.revocation_outcome
) returns boolean
language sql
set search_path = ''
as $$ select private.record_erased_grant(p_erasure_id, p_epoch, p_disconnection_id, p_outcome) $$;

-- Storage said that these are gone, and was asked again. A file under whose key an upload may still arrive stays on the
-- list of files to delete as well.
create function private.record_erased_objects(p_erasure_id uuid, p_epoch bigint, p_object_keys text[])
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_files integer;
begin
  if (private.hold_erasure(p_erasure_id, p_epoch)).id is null then
    return false;
  end if;
  select count(*) into v_files
  from private.erasure_objects as o
  where o.erasure_id = p_erasure_id and o.object_key = any (p_object_keys) and o.deleted_at is null;
  update private.erasure_objects as o
  set deleted_at = now()
  where o.erasure_id = p_erasure_id and o.object_key = any (p_object_keys);
  delete from private.object_deletions as d
  using private.erasure_objects as o
  where
    o.erasure_id = p_erasure_id and o.object_key = any (p_object_keys) and o.due_at <= now()
    and d.object_key = o.object_key;
  perform private.note_erased(p_erasure_id, 'objects', jsonb_build_object('files', v_files), false);
  return true;
end
$$;

create function public.record_erased_objects(p_erasure_id uuid, p_epoch bigint, p_object_keys text[]) returns boolean
language sql
set search_path = ''
as $$ select private.record_erased_objects(p_erasure_id, p_epoch, p_object_keys) $$;

-- A step did not succeed: later again, less and less often.
create function private.pause_erasure(p_erasure_id uuid, p_epoch bigint, p_problem text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure private.erasures := private.hold_erasure(p_erasure_id, p_epoch);
begin
  if v_erasure.id is null then
    return false;
  end if;
  perform private.rest_erasure(
    p_erasure_id,
    now() + least(interval '15 seconds' * power(2, least(v_erasure.attempts, 10)), interval '10 minutes'),
    p_problem
  );
  return true;
end
$$;

create function public.pause_erasure(p_erasure_id uuid, p_epoch bigint, p_problem text) returns boolean
language sql
set search_path = ''
as $$ select private.pause_erasure(p_erasure_id, p_epoch, p_problem) $$;

-- The worker's time is up, not the step's.
create function private.release_erasure(p_erasure_id uuid, p_epoch bigint) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  if (private.hold_erasure(p_erasure_id, p_epoch)).id is null then
    return false;
  end if;
  perform private.rest_erasure(p_erasure_id, now(), null);
  return true;
end
$$;

create function public.release_erasure(p_erasure_id uuid, p_epoch bigint) returns boolean
language sql
set search_path = ''
as $$ select private.release_erasure(p_erasure_id, p_epoch) $$;

-- From here on nothing of ours says whose erasure it was.
create function private.finish_erasure(p_erasure_id uuid, p_epoch bigint, p_receipt text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure private.erasures := private.hold_erasure(p_erasure_id, p_epoch);
begin
  if v_erasure.state is distinct from 'receipt' then
    return false;
  end if;
  update private.erasures as e
  set
    state = 'done', user_id = null, searched = null, lease_expires_at = null, problem = null, done_at = now(),
    receipt = p_receipt
  where e.id = p_erasure_id;
  delete from private.erasure_objects as o where o.erasure_id = p_erasure_id;
  perform private.close_request(v_erasure.request_id);
  perform private.audit('erasure_finished', null, null, p_erasure_id, 'system', null, null, null);
  return true;
end
$$;

create function public.finish_erasure(p_erasure_id uuid, p_epoch bigint, p_receipt text) returns boolean
language sql
set search_path = ''
as $$ select private.finish_erasure(p_erasure_id, p_epoch, p_receipt) $$;

-- Those whose next step is due, and how many are late: begun a day ago and still not done.
create function private.due_erasures(p_limit integer) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'due', (
      select coalesce(jsonb_agg(d.id order by d.next_step_at), '[]')
      from (
        select e.id, e.next_step_at from private.erasures as e
        where
          e.state <> 'done' and e.next_step_at <= now()
          and (e.lease_expires_at is null or e.lease_expires_at <= now())
        order by e.next_step_at
        limit p_limit
      ) as d
    ),
    'open', (select count(*) from private.erasures as e where e.state <> 'done'),
    'late', (
      select count(*) from private.erasures as e
      where e.state <> 'done' and e.requested_at <= now() - interval '24 hours'
    )
  )
$$;

create function public.due_erasures(p_limit integer) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.due_erasures(p_limit) $$;

-- For whoever has the code. Null: no erasure has it.
create function private.erasure_status(p_code text) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'erasure_id', e.id, 'state', e.state, 'problem', e.problem, 'requested_at', e.requested_at, 'done_at', e.done_at,
    'next_step_at', e.next_step_at, 'receipt', e.receipt, 'stores', private.erasure_stores(e.id)
  )
  from private.erasures as e
  where e.code = p_code
$$;

create function public.erasure_status(p_code text) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.erasure_status(p_code) $$;

-- By mail: an operator opens the request, checks who is asking, and runs it. Opened twice it is one request.
create function private.open_erasure(p_email text, p_operator text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (select u.id from auth.users as u where lower(u.email) = lower(p_email));
  v_request_id uuid;
begin
  perform 1 from auth.users as u where u.id = v_user_id for update;
  if not found then
    perform private.refuse(404, 'not_found');
  end if;
  select r.request_id into v_request_id
  from public.privacy_requests as r
  where r.user_id = v_user_id and r.kind = 'erasure'
  group by r.request_id
  having not bool_or(r.event in ('refused', 'executed'))
  limit 1;
  if v_request_id is null then
    v_request_id := private.open_privacy_request('erasure', 'email', v_user_id, p_operator, '{}');
    perform private.audit('erasure_opened', null, null, v_request_id, 'operator', null, p_operator, null);
  end if;
  return (
    select jsonb_build_object('request_id', r.request_id, 'received_at', r.at, 'due_at', r.due_at)
    from public.privacy_requests as r
    where r.request_id = v_request_id and r.event = 'received'
  ) || jsonb_build_object('projects', (
    select coalesce(jsonb_agg(jsonb_build_object('id', f.project_id, 'other_members', f.other_members)), '[]')
    from private.project_fates(v_user_id) as f
    where f.fate = 'blocks'
  ));
end
$$;

create function public.open_erasure(p_email text, p_operator text) returns jsonb
language sql
set search_path = ''
as $$ select private.open_erasure(p_email, p_operator) $$;

create function private.run_erasure(
  p_request_id uuid, p_operator text, p_identity text, p_delete_projects uuid[]
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid := (
    select r.user_id from public.privacy_requests as r
    where r.request_id = p_request_id and r.event = 'received' and r.kind = 'erasure'
  );
  v_erasure private.erasures;
begin
  select * into v_erasure from private.erasures as e where e.request_id = p_request_id;
  if v_erasure.id is not null then
    return private.erasure_answer(v_erasure);
  elsif v_user_id is null then
    perform private.refuse(404, 'not_found');
  end if;
  v_erasure := private.begin_erasure(v_user_id, p_request_id, p_delete_projects);
  perform private.note_privacy_request(
    p_request_id, 'identity_checked', p_operator, jsonb_build_object('method', p_identity, 'result', 'confirmed')
  );
  perform private.audit('erasure_started', null, null, v_erasure.id, 'operator', null, p_operator, null);
  return private.erasure_answer(v_erasure);
end
$$;

create function public.run_erasure(p_request_id uuid, p_operator text, p_identity text, p_delete_projects uuid[])
returns jsonb
language sql
set search_path = ''
as $$ select private.run_erasure(p_request_id, p_operator, p_identity, p_delete_projects) $$;

-- For an operator: what is open, the oldest first.
create function private.open_erasures() returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'requests', (
      select coalesce(
        jsonb_agg(jsonb_build_object('request_id', q.request_id, 'due_at', q.due_at) order by q.due_at), '[]'
      )
      from (
        select r.request_id, max(r.due_at) as due_at
        from public.privacy_requests as r
        where r.kind = 'erasure'
        group by r.request_id
        having not bool_or(r.event in ('refused', 'executed'))
      ) as q
      where not exists (select 1 from private.erasures as e where e.request_id = q.request_id)
    ),
    'erasures', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'erasure_id', e.id, 'request_id', e.request_id, 'state', e.state, 'problem', e.problem,
        'requested_at', e.requested_at, 'late', e.requested_at <= now() - interval '24 hours'
      ) order by e.requested_at), '[]')
      from private.erasures as e
      where e.state <> 'done'
    ),
    'tombstones', (select count(*) from private.tombstones)
  )
$$;

create function public.open_erasures() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.open_erasures() $$;

-- The ledger: out of the database, and back into one that was restored.

-- In the order of time, so that a page never misses what comes in meanwhile but at the end.
create function private.read_tombstones(p_after_at timestamptz, p_after_digest text, p_limit integer) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('kind', page.kind, 'digest', page.digest, 'at', page.at) order by page.at, page.digest
  ), '[]')
  from (
    select t.kind, t.digest, t.at from private.tombstones as t
    where (t.at, t.digest) > (p_after_at, p_after_digest)
    order by t.at, t.digest
    limit p_limit
  ) as page
$$;

create function public.read_tombstones(p_after_at timestamptz, p_after_digest text, p_limit integer) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.read_tombstones(p_after_at, p_after_digest, p_limit) $$;

create function private.store_tombstones(p_tombstones jsonb) returns integer
language sql
security definer
set search_path = ''
as $$
  with stored as (
    insert into private.tombstones (kind, digest, at)
    select t.kind, t.digest, t.at
    from jsonb_to_recordset(p_tombstones) as t (kind text, digest text, at timestamptz)
    on conflict do nothing
    returning kind
  )
  select count(*)::integer from stored
$$;

create function public.store_tombstones(p_tombstones jsonb) returns integer
language sql
set search_path = ''
as $$ select private.store_tombstones(p_tombstones) $$;

-- Somebody who was erased is here again, and with them what they shared with others. The erasure begins anew. Where
-- they are the only owner once more, but were not when they went, somebody else had become one: the strongest of the
-- others, the oldest first.
create function private.erase_again(p_user_id uuid, p_operator text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasure private.erasures;
begin
  update public.project_members as m
  set role = 'owner'
  from private.project_fates(p_user_id) as f
  where
    f.fate = 'blocks' and not private.has_tombstone('project', f.project_id)
    and m.project_id = f.project_id
    and m.user_id = (
      select o.user_id from public.project_members as o
      where o.project_id = f.project_id and o.user_id <> p_user_id
      order by o.role desc, o.created_at, o.user_id
      limit 1
    );
  v_erasure := private.begin_erasure(
    p_user_id,
    private.open_privacy_request('erasure', 'email', p_user_id, p_operator, '{"cause": "restore"}'),
    array(select f.project_id from private.project_fates(p_user_id) as f where f.fate = 'blocks')
  );
  perform private.audit('erasure_replayed', null, null, v_erasure.id, 'operator', null, p_operator, null);
  return v_erasure.id;
end
$$;

-- One batch. Projects that went with an owner go with that owner again, whoever else has become one in the backup;
-- a connection whose receipt is younger than the backup goes without a word to its platform, which knows already.
create function private.replay_tombstones(p_limit integer, p_operator text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id uuid;
  v_connection public.connections;
  v_removed jsonb;
  v_erasure_ids uuid[] := '{}';
  v_connections integer := 0;
begin
  for v_user_id in
    select u.id from auth.users as u
    where
      private.has_tombstone('user', u.id) and not exists (select 1 from private.erasures as e where e.user_id = u.id)
    order by u.id
    limit p_limit
  loop
    v_erasure_ids := v_erasure_ids || private.erase_again(v_user_id, p_operator);
  end loop;
  for v_connection in
    select * from public.connections as c
    where private.has_tombstone('connection', c.id) and not private.has_tombstone('user', c.connected_by)
    order by c.id
    limit p_limit
    for update
  loop
    v_removed := private.remove_connection(v_connection, 'user', null);
    update public.disconnections as d
    set revocation = 'skipped', revocation_at = now()
    where d.id = (v_removed #>> '{receipt,id}')::uuid;
    v_connections := v_connections + 1;
  end loop;
  return jsonb_build_object('erasure_ids', to_jsonb(v_erasure_ids), 'connections', v_connections);
end
$$;

create function public.replay_tombstones(p_limit integer, p_operator text) returns jsonb
language sql
set search_path = ''
as $$ select private.replay_tombstones(p_limit, p_operator) $$;

-- Joins the purge. No backup is older than 400 days.
create function private.purge_erasures(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_erasures integer;
  v_tombstones integer;
begin
  with dead as (
    select e.id from private.erasures as e
    where e.done_at <= now() - interval '3 years'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.erasures as e using dead as d where e.id = d.id returning e.id
  )
  select count(*) into v_erasures from gone;

  with dead as (
    select t.kind, t.digest from private.tombstones as t
    where t.at <= now() - interval '400 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.tombstones as t using dead as d
    where t.kind = d.kind and t.digest = d.digest
    returning t.kind
  )
  select count(*) into v_tombstones from gone;
  return jsonb_build_object('erasures', v_erasures, 'tombstones', v_tombstones);
end
$$;

create function public.purge_erasures(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_erasures(p_batch) $$;

alter table private.erasures enable row level security;
alter table private.erasure_projects enable row level security;
alter table private.erasure_objects enable row level security;
alter table private.erasure_receipts enable row level security;
alter table private.tombstones enable row level security;

grant execute on function private.erasure_preview, public.erasure_preview to authenticated;
grant execute on function private.start_erasure, public.start_erasure to authenticated;
grant execute on function private.claim_erasure, public.claim_erasure to service_role;
grant execute on function private.advance_erasure, public.advance_erasure to service_role;
grant execute on function private.record_erased_grant, public.record_erased_grant to service_role;
grant execute on function private.record_erased_objects, public.record_erased_objects to service_role;
grant execute on function private.pause_erasure, public.pause_erasure to service_role;
grant execute on function private.release_erasure, public.release_erasure to service_role;
grant execute on function private.finish_erasure, public.finish_erasure to service_role;
grant execute on function private.due_erasures, public.due_erasures to service_role;
grant execute on function private.erasure_status, public.erasure_status to service_role;
grant execute on function private.open_erasure, public.open_erasure to service_role;
grant execute on function private.run_erasure, public.run_erasure to service_role;
grant execute on function private.open_erasures, public.open_erasures to service_role;
grant execute on function private.read_tombstones, public.read_tombstones to service_role;
grant execute on function private.store_tombstones, public.store_tombstones to service_role;
grant execute on function private.replay_tombstones, public.replay_tombstones to service_role;
grant execute on function private.purge_erasures, public.purge_erasures to service_role;
