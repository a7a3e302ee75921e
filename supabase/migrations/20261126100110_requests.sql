-- The life of a request about one's data: which line may follow which, the clock and its extension, what an operator
-- does for a person who writes a mail, the reminders, and the end of the lines themselves.

-- What an operator may not do: the words are with the command, in ops/requests.py.
create function private.refuse_operation(p_code text) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT409', message = p_code;
end
$$;

-- One more than the month of the law, at most: two months after it (GDPR, Art. 12(3)).
create function private.privacy_request_latest(p_received_at timestamptz) returns timestamptz
language sql
immutable
set search_path = ''
as $$ select (p_received_at at time zone 'utc' + interval '3 months') at time zone 'utc' $$;

-- What is not done in the account itself is over when the person has an answer.
create function private.is_request_closed(p_last public.privacy_requests) returns boolean
language sql
immutable
set search_path = ''
as $$ select p_last.event = 'answered' or (p_last.channel = 'account' and p_last.event = 'executed') $$;

create function private.last_of_request(p_request_id uuid) returns public.privacy_requests
language sql
stable
set search_path = ''
as $$
  select r from public.privacy_requests as r where r.request_id = p_request_id order by r.id desc limit 1
$$;

-- The last line of each that still has to be dealt with.
create function private.open_requests() returns setof public.privacy_requests
language sql
stable
set search_path = ''
as $$
  select last.*
  from public.privacy_requests as r
  cross join lateral private.last_of_request(r.request_id) as last
  where
    r.event = 'received'
    and not exists (
      select 1 from public.privacy_requests as done
      where done.request_id = r.request_id and private.is_request_closed(done)
    )
  order by last.due_at, last.id
$$;

create function private.has_event(
  p_request_id uuid, p_event public.privacy_request_event, p_detail jsonb default '{}'
) returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select 1 from public.privacy_requests as r
    where r.request_id = p_request_id and r.event = p_event and r.detail @> p_detail
  )
$$;

-- Which line may come next, and what it has to say. Two who write about the same request take turns.
create function private.keep_request_order() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_last public.privacy_requests;
  v_first public.privacy_requests;
begin
  -- That a request begins once is for its index to say.
  if new.event = 'received' then
    return new;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('request ' || new.request_id, 0));
  v_last := private.last_of_request(new.request_id);
  if v_last.id is null then
    perform private.refuse_operation('request_out_of_order');
  elsif v_last.event = 'answered' then
    perform private.refuse_operation('request_closed');
  elsif v_last.event = 'executed' and new.event not in ('executed', 'answered', 'reminded') then
    perform private.refuse_operation('request_executed');
  elsif private.has_event(new.request_id, 'refused') and new.event not in ('answered', 'reminded') then
    perform private.refuse_operation('request_refused');
  end if;
  case new.event
    when 'identity_checked' then
      if num_nulls(new.detail ->> 'method', new.detail ->> 'result') > 0 then
        perform private.refuse_operation('identity_incomplete');
      end if;
    when 'refused' then
      if num_nulls(new.detail ->> 'reason', new.detail ->> 'complaint_route') > 0 then
        perform private.refuse_operation('reason_missing');
      end if;
    when 'extended' then
      select * into v_first from public.privacy_requests as r
      where r.request_id = new.request_id and r.event = 'received';
      if new.kind = 'erasure' then
        -- The Data Policy promises 30 days, and no more.
        perform private.refuse_operation('erasure_is_not_extended');
      elsif private.has_event(new.request_id, 'extended') then
        perform private.refuse_operation('extended_already');
      elsif new.at > v_first.due_at then
        perform private.refuse_operation('extended_too_late');
      elsif new.due_at > private.privacy_request_latest(v_first.at) or new.due_at <= v_first.due_at then
        perform private.refuse_operation('extension_out_of_range');
      elsif new.detail ->> 'reason' is null then
        perform private.refuse_operation('reason_missing');
      end if;
    when 'executed' then
      -- Whoever writes a mail may be anybody. What the system carries out was proven by a session.
      if new.channel = 'email' and new.operator is not null
        and not private.has_event(new.request_id, 'identity_checked', '{"result": "confirmed"}') then
        perform private.refuse_operation('identity_not_confirmed');
      end if;
    else
      null;
  end case;
  return new;
end
$$;

create trigger keep_request_order
before insert on public.privacy_requests
for each row execute function private.keep_request_order();

-- Whoever writes a line, and from wherever: it is in the log whose chain shows every change.
create function private.audit_request() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.audit(
    'privacy_request_' || new.event, null, null, new.request_id, new.actor_kind::text,
    case when new.actor_kind = 'user' then new.user_id end, new.operator,
    jsonb_build_object(
      'kind', new.kind, 'channel', new.channel,
      'detail_sha256', encode(sha256(convert_to(new.detail::text, 'UTF8')), 'hex')
    )
  );
  return null;
end
$$;

create trigger audit_request
after insert on public.privacy_requests
for each row execute function private.audit_request();

-- A request that came by mail. The address finds the person, and is not kept; nobody found is a request all the same.
-- The clock runs from when the mail arrived, not from when somebody read it.
create function private.open_mailed_request(
  p_kind public.privacy_request_kind, p_email text, p_received_at timestamptz, p_operator text
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_request_id uuid := gen_random_uuid();
  v_user_id uuid := (select u.id from auth.users as u where lower(u.email) = lower(btrim(p_email)) limit 1);
begin
  if p_received_at > now() or p_received_at < now() - interval '1 year' then
    perform private.refuse_operation('received_when');
  end if;
  insert into private.audit_people (user_id)
  select v_user_id where v_user_id is not null
  on conflict (user_id) do nothing;
  insert into public.privacy_requests (
    request_id, kind, event, channel, user_id, person, at, due_at, actor_kind, operator
  )
  values (
    v_request_id, p_kind, 'received', 'email', v_user_id,
    (select a.pseudonym from private.audit_people as a where a.user_id = v_user_id),
    p_received_at, private.privacy_request_due(p_received_at), 'operator', p_operator
  );
  return private.request_summary(private.last_of_request(v_request_id));
end
$$;

-- For an operator: where a request is, and nothing that names the person.
create function private.request_summary(p_last public.privacy_requests) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'request_id', p_last.request_id, 'kind', p_last.kind, 'channel', p_last.channel, 'event', p_last.event,
    'person_known', p_last.person is not null, 'due_at', p_last.due_at,
    'closed', private.is_request_closed(p_last),
    'days_left', floor(extract(epoch from p_last.due_at - now()) / 86400)::integer
  )
$$;

create function private.list_requests() returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.request_summary(r) order by r.due_at, r.id), '[]')
  from private.open_requests() as r
$$;

create function private.show_request(p_request_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_last public.privacy_requests := private.last_of_request(p_request_id);
begin
  if v_last.id is null then
    perform private.refuse(404, 'not_found');
  end if;
  return private.request_summary(v_last) || jsonb_build_object('lines', (
    select jsonb_agg(jsonb_build_object(
      'at', r.at, 'event', r.event, 'due_at', r.due_at, 'actor_kind', r.actor_kind, 'operator', r.operator,
      'detail', r.detail
    ) order by r.id)
    from public.privacy_requests as r
    where r.request_id = p_request_id
  ));
end
$$;

-- The check of who is asking, the refusal, and the answer that ends it.
create function private.note_request(
  p_request_id uuid, p_event public.privacy_request_event, p_operator text, p_detail jsonb
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_outcome text := p_detail ->> 'outcome';
  v_last public.privacy_requests := private.last_of_request(p_request_id);
begin
  if p_event not in ('identity_checked', 'refused', 'answered') then
    perform private.refuse_operation('request_out_of_order');
  elsif p_event = 'answered' and v_last.event <> 'answered' and not coalesce(case v_outcome
    when 'done' then private.has_event(p_request_id, 'executed')
    when 'refused' then private.has_event(p_request_id, 'refused')
    when 'nothing_held' then v_last.person is null or v_last.user_id is null
  end, false) then
    perform private.refuse_operation('answer_does_not_fit');
  end if;
  perform private.note_privacy_request(p_request_id, p_event, p_operator, p_detail);
  return private.request_summary(private.last_of_request(p_request_id));
end
$$;

-- To its latest, unless an earlier day is enough.
create function private.extend_request(
  p_request_id uuid, p_reason text, p_until timestamptz, p_operator text
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.note_privacy_request(
    p_request_id, 'extended', p_operator, jsonb_build_object('reason', p_reason),
    coalesce(p_until, (
      select private.privacy_request_latest(r.at) from public.privacy_requests as r
      where r.request_id = p_request_id and r.event = 'received'
    ))
  );
  return private.request_summary(private.last_of_request(p_request_id));
end
$$;

-- Carries an objection or a restriction out, which a person can do in their account as well; of every other kind it
-- says that it was done. The line comes first: what it may not say must not happen either.
create function private.execute_request(
  p_request_id uuid, p_purpose public.purpose, p_withdraw boolean, p_operator text
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_last public.privacy_requests := private.last_of_request(p_request_id);
  v_detail jsonb := '{}';
begin
  if v_last.id is null then
    perform private.refuse(404, 'not_found');
  elsif v_last.person is null or (v_last.user_id is null and v_last.kind in ('objection', 'restriction')) then
    perform private.refuse_operation('nothing_to_execute');
  elsif v_last.kind = 'erasure' then
    perform private.refuse_operation('erasure_executes_itself');
  elsif v_last.kind <> 'objection' and p_purpose is not null then
    perform private.refuse_operation('purpose_only_with_objection');
  elsif not private.has_event(p_request_id, 'identity_checked', '{"result": "confirmed"}') then
    perform private.refuse_operation('identity_not_confirmed');
  end if;
  -- An objection to something that has no switch is carried out by hand, and only written down.
  if p_purpose is not null and p_withdraw then
    delete from public.objections as o where o.user_id = v_last.user_id and o.purpose = p_purpose;
  elsif p_purpose is not null then
    insert into public.objections (user_id, purpose) values (v_last.user_id, p_purpose) on conflict do nothing;
  elsif v_last.kind = 'restriction' and p_withdraw then
    delete from public.restrictions as r where r.user_id = v_last.user_id;
  elsif v_last.kind = 'restriction' then
    insert into public.restrictions (user_id) values (v_last.user_id) on conflict do nothing;
  end if;
  if p_purpose is not null or v_last.kind = 'restriction' then
    v_detail := jsonb_strip_nulls(jsonb_build_object(
      'purpose', p_purpose, 'change', case when p_withdraw then 'cleared' else 'set' end
    )) || private.counted_stop(v_last.user_id, not p_withdraw);
  end if;
  perform private.note_privacy_request(p_request_id, 'executed', p_operator, v_detail);
  return private.request_summary(private.last_of_request(p_request_id)) || v_detail;
end
$$;

-- What the system itself has done for somebody, whatever an operator wrote down before it was through.
create function private.close_request(p_request_id uuid, p_answer jsonb default '{}') returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('request ' || p_request_id, 0));
  if (private.last_of_request(p_request_id)).event = 'answered' then
    return;
  end if;
  if not private.has_event(p_request_id, 'refused') and not private.has_event(p_request_id, 'executed') then
    perform private.note_privacy_request(p_request_id, 'executed');
  end if;
  perform private.note_privacy_request(p_request_id, 'answered', null, p_answer);
end
$$;

-- Whoever has no account any more cannot be answered about it: what they asked otherwise ends with it.
create function private.close_requests_of(p_user_id uuid, p_but uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_last public.privacy_requests;
begin
  for v_last in
    select * from private.open_requests() as r where r.user_id = p_user_id and r.request_id <> p_but
  loop
    perform private.note_privacy_request(
      v_last.request_id, 'answered', null, '{"outcome": "nothing_held", "cause": "account_erased"}'
    );
  end loop;
end
$$;

-- Seven days and one day before a request is due: a line each, once, and again when an extension has moved the day.
create function private.remind_due_requests() returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_last public.privacy_requests;
  v_days text;
  v_reminded integer := 0;
  v_soon integer := 0;
  v_overdue integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('private.remind_due_requests', 0));
  for v_last in
    select * from private.open_requests() as r where r.due_at <= now() + interval '7 days'
  loop
    if v_last.due_at <= now() then
      v_overdue := v_overdue + 1;
    else
      v_soon := v_soon + 1;
    end if;
    v_days := case when v_last.due_at <= now() + interval '1 day' then '1' else '7' end;
    if not exists (
      select 1 from public.privacy_requests as r
      where
        r.request_id = v_last.request_id and r.event = 'reminded' and r.due_at = v_last.due_at
        and r.detail ->> 'days_left' = v_days
    ) then
      perform private.note_privacy_request(
        v_last.request_id, 'reminded', null, jsonb_build_object('days_left', v_days)
      );
      v_reminded := v_reminded + 1;
    end if;
  end loop;
  return jsonb_build_object('reminded', v_reminded, 'due_soon', v_soon, 'overdue', v_overdue);
end
$$;

create function private.is_kept_request(p_request_id uuid) returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select 1 from public.privacy_requests as r
    where r.request_id = p_request_id and r.at > now() - interval '3 years'
  )
$$;

-- Joins the purge: all lines of a request go together, three years after the last of them.
create function private.purge_requests(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_ended uuid[];
begin
  v_ended := array(
    select distinct r.request_id
    from public.privacy_requests as r
    where r.at <= now() - interval '3 years' and not private.is_kept_request(r.request_id)
    limit p_batch
  );
  delete from public.privacy_requests as r where r.request_id = any (v_ended);
  return jsonb_build_object('privacy_requests', cardinality(v_ended));
end
$$;

create function public.open_mailed_request(
  p_kind public.privacy_request_kind, p_email text, p_received_at timestamptz, p_operator text
) returns jsonb
language sql
set search_path = ''
as $$ select private.open_mailed_request(p_kind, p_email, p_received_at, p_operator) $$;

create function public.list_requests() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.list_requests() $$;

create function public.show_request(p_request_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.show_request(p_request_id) $$;

create function public.note_request(
  p_request_id uuid, p_event public.privacy_request_event, p_operator text, p_detail jsonb
) returns jsonb
language sql
set search_path = ''
as $$ select private.note_request(p_request_id, p_event, p_operator, p_detail) $$;

create function public.extend_request(p_request_id uuid, p_reason text, p_until timestamptz, p_operator text)
returns jsonb
language sql
set search_path = ''
as $$ select private.extend_request(p_request_id, p_reason, p_until, p_operator) $$;

create function public.execute_request(
  p_request_id uuid, p_purpose public.purpose, p_withdraw boolean, p_operator text
) returns jsonb
language sql
set search_path = ''
as $$ select private.execute_request(p_request_id, p_purpose, p_withdraw, p_operator) $$;

create function public.remind_due_requests() returns jsonb
language sql
set search_path = ''
as $$ select private.remind_due_requests() $$;

create function public.purge_requests(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_requests(p_batch) $$;

grant execute on function private.open_mailed_request, public.open_mailed_request to service_role;
grant execute on function private.list_requests, public.list_requests to service_role;
grant execute on function private.show_request, public.show_request to service_role;
grant execute on function private.note_request, public.note_request to service_role;
grant execute on function private.extend_request, public.extend_request to service_role;
grant execute on function private.execute_request, public.execute_request to service_role;
grant execute on function private.remind_due_requests, public.remind_due_requests to service_role;
grant execute on function private.purge_requests, public.purge_requests to service_role;
