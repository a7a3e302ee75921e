-- What people ask about their data, with its clock: one table, a line per event, never changed. The current state of a
-- request is its last line.

create type public.privacy_request_kind as enum (
  'access', 'rectification', 'erasure', 'restriction', 'portability', 'objection'
);
create type public.privacy_request_event as enum (
  'received', 'identity_checked', 'extended', 'reminded', 'refused', 'executed', 'answered'
);

create table public.privacy_requests (
  id bigint generated always as identity primary key,
  request_id uuid not null,
  kind public.privacy_request_kind not null,
  event public.privacy_request_event not null,
  channel text not null check (channel in ('account', 'email')),
  -- Gone with the account. The pseudonym stays, and means nobody any more.
  user_id uuid references auth.users (id) on delete set null,
  person uuid,
  at timestamptz not null default now(),
  due_at timestamptz not null,
  actor_kind private.audit_actor not null,
  operator text check (char_length(operator) between 1 and 64),
  detail jsonb not null default '{}' check (private.is_flat_text(detail) and octet_length(detail::text) <= 2000),
  check ((actor_kind = 'operator') = (operator is not null))
);
comment on table public.privacy_requests is
'Requests under the Data Policy, section 4: received, checked, extended, refused, executed, answered. Codes and counts
only. Kept for three years after the last event.';

create index privacy_requests_request_id_idx on public.privacy_requests (request_id, id);
create index privacy_requests_user_id_idx on public.privacy_requests (user_id, id);
create index privacy_requests_at_idx on public.privacy_requests (at);
create unique index privacy_requests_received_once_idx on public.privacy_requests (request_id)
where event = 'received';

-- Append-only, but for the account's own end, and for lines past their retention.
create function private.keep_privacy_requests() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.user_id is null and to_jsonb(new) - 'user_id' = to_jsonb(old) - 'user_id' then
    return new;
  elsif tg_op = 'DELETE' and old.at <= now() - interval '3 years' then
    return old;
  end if;
  raise exception using errcode = '42501', message = 'requests are append-only';
end
$$;

create trigger keep_privacy_requests
before update or delete on public.privacy_requests
for each row execute function private.keep_privacy_requests();
create trigger keep_privacy_requests_whole
before truncate on public.privacy_requests
for each statement execute function private.keep_audit();

-- A month by the law (GDPR, Art. 12(3)), thirty days by the Data Policy (4.3): whichever ends first. February is
-- shorter.
create function private.privacy_request_due(p_received_at timestamptz) returns timestamptz
language sql
immutable
set search_path = ''
as $$
  select least(
    (p_received_at at time zone 'utc' + interval '1 month') at time zone 'utc', p_received_at + interval '720 hours'
  )
$$;

create function private.open_privacy_request(
  p_kind public.privacy_request_kind, p_channel text, p_user_id uuid, p_operator text, p_detail jsonb
) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_request_id uuid := gen_random_uuid();
begin
  insert into private.audit_people (user_id)
  select u.id from auth.users as u where u.id = p_user_id
  on conflict (user_id) do nothing;
  insert into public.privacy_requests (
    request_id, kind, event, channel, user_id, person, due_at, actor_kind, operator, detail
  )
  values (
    v_request_id, p_kind, 'received', p_channel, p_user_id,
    (select a.pseudonym from private.audit_people as a where a.user_id = p_user_id),
    private.privacy_request_due(now()),
    case when p_operator is null then 'user' else 'operator' end::private.audit_actor,
    p_operator, coalesce(p_detail, '{}')
  );
  return v_request_id;
end
$$;

-- The next line of a request. Its clock stays where it was, unless a later one is given.
create function private.note_privacy_request(
  p_request_id uuid,
  p_event public.privacy_request_event,
  p_operator text default null,
  p_detail jsonb default null,
  p_due_at timestamptz default null
) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_last public.privacy_requests;
begin
  select * into v_last from public.privacy_requests as r
  where r.request_id = p_request_id
  order by r.id desc
  limit 1;
  if v_last.id is null then
    perform private.refuse(404, 'not_found');
  end if;
  insert into public.privacy_requests (
    request_id, kind, event, channel, user_id, person, due_at, actor_kind, operator, detail
  )
  values (
    p_request_id, v_last.kind, p_event, v_last.channel, v_last.user_id, v_last.person,
    greatest(v_last.due_at, p_due_at),
    case when p_operator is null then 'system' else 'operator' end::private.audit_actor,
    p_operator, coalesce(p_detail, '{}')
  );
end
$$;

-- For what cannot be taken back: whoever found an open browser must not be able to do it. A session that was begun less
-- than ten minutes ago is somebody who has just proven who they are; refreshing a session does not begin one.
create function private.require_fresh_session() returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1 from auth.sessions as s
    where
      s.id::text = (select auth.jwt() ->> 'session_id') and s.user_id = (select auth.uid())
      and s.created_at > now() - interval '10 minutes'
  ) then
    perform private.refuse(403, 'sign_in_again');
  end if;
end
$$;

alter table public.privacy_requests enable row level security;

create policy privacy_requests_select on public.privacy_requests for select to authenticated
using (user_id = (select auth.uid()));

grant select (id, request_id, kind, event, channel, at, due_at, detail) on public.privacy_requests to authenticated;
