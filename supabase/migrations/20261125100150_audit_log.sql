-- Who did what, when: append-only, chained by hashes, without a token, a caption or a name. Nobody is granted anything
-- on these tables, and not even their owner changes a line by mistake.

create type private.audit_actor as enum ('user', 'platform', 'operator', 'system');

-- The log must outlive an account without naming a person: it knows people by pseudonyms, and erasing the account
-- erases what the pseudonym meant. The chain stays whole.
create table private.audit_people (
  user_id uuid primary key references auth.users (id) on delete cascade,
  pseudonym uuid not null unique default gen_random_uuid()
);
comment on table private.audit_people is
'Whom a pseudonym of the audit log means, for as long as that person has an account.';

-- Flat, text only: what an independent reader can spell in exactly one way to hash it again.
create function private.is_flat_text(p_value jsonb) returns boolean
language sql
immutable
set search_path = ''
as $$
  select jsonb_typeof(p_value) = 'object' and not exists (
    select 1
    from jsonb_each(case when jsonb_typeof(p_value) = 'object' then p_value else '{}' end) as e
    where jsonb_typeof(e.value) <> 'string'
  )
$$;

create table private.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  action text not null check (action ~ '^[a-z_]{1,60}$'),
  actor_kind private.audit_actor not null,
  -- A pseudonym of private.audit_people: it stays when the person goes.
  actor uuid,
  operator text check (char_length(operator) between 1 and 64),
  platform public.platform,
  -- Without foreign keys: the log outlives what it speaks of.
  project_id uuid,
  subject_id uuid,
  detail jsonb not null default '{}' check (private.is_flat_text(detail) and octet_length(detail::text) <= 2000),
  check ((actor_kind = 'operator') = (operator is not null)),
  check (actor_kind = 'user' or actor is null)
);
comment on table private.audit_log is
'Connects, disconnects, publications, ended accesses, rotations, switches: who, what, when. Ids and codes only.';

-- Apart from the log, so that neither table is ever updated: a line gets its place in the chain when it is committed.
create table private.audit_chain (
  position bigint primary key check (position > 0),
  entry_id bigint not null unique references private.audit_log (id),
  hash text not null check (hash ~ '^[0-9a-f]{64}$')
);
comment on table private.audit_chain is
'The SHA-256 of each line of the audit log together with the hash of the line before it.';

create function private.keep_audit() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = '42501', message = 'the audit log is append-only';
end
$$;

create trigger keep_audit_log
before update or delete or truncate on private.audit_log
for each statement execute function private.keep_audit();
create trigger keep_audit_chain
before update or delete or truncate on private.audit_chain
for each statement execute function private.keep_audit();

-- The bytes that are hashed: every part behind its length in bytes, '-' for null, so that no two lines ever spell the
-- same. ops/audit.py spells them again from the columns, without this function.
create function private.audit_text(p_position bigint, p_previous text, p_entry private.audit_log) returns text
language sql
stable
set search_path = ''
as $$
  select string_agg(coalesce(octet_length(part.value) || ':' || part.value, '-'), '' order by part.n)
  from (
    select n, value
    from unnest(array[
      p_position::text, p_previous, ((extract(epoch from p_entry.at) * 1000000)::bigint)::text, p_entry.action,
      p_entry.actor_kind::text, p_entry.actor::text, p_entry.operator, p_entry.platform::text,
      p_entry.project_id::text, p_entry.subject_id::text
    ]) with ordinality as fixed (value, n)
    union all
    select 100 + 2 * d.n + side.n, side.value
    from (
      select e.key, e.value, row_number() over (order by e.key collate "C") as n
      from jsonb_each_text(p_entry.detail) as e
    ) as d
    cross join lateral (values (0, d.key), (1, d.value)) as side (n, value)
  ) as part
$$;

-- At commit, so that the lock on the end of the chain is the last one a transaction takes and is held for the length
-- of a commit: two that audit cannot wait for each other in a circle.
create function private.chain_audit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_last private.audit_chain;
begin
  perform pg_advisory_xact_lock(hashtextextended('private.audit_chain', 0));
  select * into v_last from private.audit_chain as c order by c.position desc limit 1;
  insert into private.audit_chain (position, entry_id, hash)
  values (
    coalesce(v_last.position, 0) + 1, new.id,
    encode(sha256(convert_to(
      private.audit_text(coalesce(v_last.position, 0) + 1, coalesce(v_last.hash, ''), new), 'UTF8'
    )), 'hex')
  );
  return null;
end
$$;

create constraint trigger chain_audit
after insert on private.audit_log
deferrable initially deferred
for each row execute function private.chain_audit();

-- The one way in. A person who is gone already is audited without one.
create function private.audit(
  p_action text,
  p_platform public.platform,
  p_project_id uuid,
  p_subject_id uuid,
  p_actor_kind text,
  p_user_id uuid,
  p_operator text,
  p_detail jsonb
) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.audit_people (user_id)
  select u.id from auth.users as u where u.id = p_user_id
  on conflict (user_id) do nothing;
  insert into private.audit_log (action, actor_kind, actor, operator, platform, project_id, subject_id, detail)
  values (
    p_action, p_actor_kind::private.audit_actor,
    (select a.pseudonym from private.audit_people as a where a.user_id = p_user_id),
    p_operator, p_platform, p_project_id, p_subject_id, coalesce(p_detail, '{}')
  );
end
$$;

-- What an operator does with a command of ops/.
create function private.record_operation(
  p_action text, p_operator text, p_platform public.platform, p_detail jsonb
) returns void
language sql
security definer
set search_path = ''
as $$ select private.audit(p_action, p_platform, null, null, 'operator', null, p_operator, p_detail) $$;

create function public.record_operation(p_action text, p_operator text, p_platform public.platform, p_detail jsonb)
returns void
language sql
set search_path = ''
as $$ select private.record_operation(p_action, p_operator, p_platform, p_detail) $$;

-- Triggers and not calls: whatever new function connects, disconnects or publishes is audited without knowing it.
create function private.audit_connection() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or new.connected_at <> old.connected_at then
    perform private.audit(
      'account_connected', new.platform, new.project_id, new.id, 'user', new.connected_by, null, null
    );
  elsif new.status = 'needs_reconnect' and old.status = 'active' then
    perform private.audit(
      'access_ended', new.platform, new.project_id, new.id,
      case when new.status_reason = 'revoked_on_platform' then 'platform' else 'system' end, null, null,
      jsonb_build_object('reason', new.status_reason)
    );
  end if;
  return null;
end
$$;

create trigger audit_connection
after insert or update on public.connections
for each row execute function private.audit_connection();

create function private.audit_disconnection() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.audit(
    'account_disconnected', new.platform, new.project_id, new.connection_id,
    case new.cause when 'user' then 'user' when 'platform_deletion' then 'platform' else 'system' end,
    new.disconnected_by, null,
    jsonb_build_object('cause', new.cause, 'tokens_deleted', new.tokens_deleted::text)
  );
  return null;
end
$$;

create trigger audit_disconnection
after insert on public.disconnections
for each row execute function private.audit_disconnection();

create function private.audit_publication() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.audit(
      'publish_clicked', new.platform, new.project_id, new.id, 'user', new.created_by, null,
      jsonb_build_object('kind', new.kind)
    );
  else
    perform private.audit(
      'publication_' || new.state, new.platform, new.project_id, new.id, 'system', null, null,
      jsonb_strip_nulls(jsonb_build_object('reason', new.reason))
    );
  end if;
  return null;
end
$$;

create trigger audit_click
after insert on public.publications
for each row execute function private.audit_publication();
create trigger audit_outcome
after update on public.publications
for each row when (new.state in ('published', 'failed', 'unknown') and new.state <> old.state)
execute function private.audit_publication();

-- For whoever verifies: the log in the order of its chain, from after a position. Nothing is left out: an entry that
-- was removed shows as null, and the first page counts the lines that nobody chained.
create function private.read_audit(p_after bigint, p_limit integer) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'entries', coalesce(jsonb_agg(jsonb_build_object(
      'position', page.position, 'hash', page.hash,
      'at_microseconds', ((extract(epoch from e.at) * 1000000)::bigint)::text, 'at', e.at, 'action', e.action,
      'actor_kind', e.actor_kind, 'actor', e.actor, 'operator', e.operator, 'platform', e.platform,
      'project_id', e.project_id, 'subject_id', e.subject_id, 'detail', e.detail
    ) order by page.position), '[]'),
    'unchained', case when p_after = 0 then (
      select count(*) from private.audit_log as l
      where not exists (select 1 from private.audit_chain as c where c.entry_id = l.id)
    ) else 0 end
  )
  from (
    select c.position, c.hash, c.entry_id
    from private.audit_chain as c
    where c.position > p_after
    order by c.position
    limit p_limit
  ) as page
  left join private.audit_log as e on page.entry_id = e.id
$$;

create function public.read_audit(p_after bigint, p_limit integer) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.read_audit(p_after, p_limit) $$;

alter table private.audit_people enable row level security;
alter table private.audit_log enable row level security;
alter table private.audit_chain enable row level security;

grant execute on function private.record_operation, public.record_operation to service_role;
grant execute on function private.read_audit, public.read_audit to service_role;
