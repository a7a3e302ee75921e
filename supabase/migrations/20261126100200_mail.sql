-- E-mails to be sent: written in the transaction of whatever they tell of, sent later by a cron. An address stands in
-- auth.users alone; it is read at the moment of sending, and nothing is left of it here.

create type private.mail_state as enum ('queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'unknown');

create table private.mail_outbox (
  id uuid primary key default gen_random_uuid(),
  kind text not null constraint mail_outbox_kind_is_known check (
    kind in (
      'access_ended', 'account_removed', 'confirmation_needed', 'export_ready', 'request_received', 'request_reminder',
      'breach_notice'
    )
  ),
  -- Null: to the operator's own privacy mailbox.
  user_id uuid references auth.users (id) on delete cascade,
  parameters jsonb not null default '{}' check (
    private.is_flat_text(parameters) and octet_length(parameters::text) <= 2000
  ),
  -- What Resend knows a mail by, for 24 hours.
  idempotency_key text not null unique check (
    idempotency_key ~ '^[a-z_]+/[A-Za-z0-9._/-]+$' and octet_length(idempotency_key) <= 200
  ),
  state private.mail_state not null default 'queued',
  reason text check (reason ~ '^[a-z0-9_]{1,60}$'),
  attempts integer not null default 0 check (attempts >= 0),
  -- While it is being sent: the end of the lease.
  next_attempt_at timestamptz not null default now(),
  -- Since when it may have left, without our having heard so.
  doubt_since timestamptz,
  epoch bigint not null default 0,
  provider_id text check (provider_id ~ '^[A-Za-z0-9_-]{1,100}$'),
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  delivered_at timestamptz,
  complained_at timestamptz,
  settled_at timestamptz,
  constraint mail_outbox_has_a_recipient check (
    user_id is not null or kind in ('request_received', 'request_reminder')
  ),
  constraint mail_outbox_is_settled check ((settled_at is null) = (state in ('queued', 'sending')))
);
comment on table private.mail_outbox is
'E-mails that are to be sent, and what became of them: kinds and codes, no address and no text. Kept for 90 days after
they are settled; gone at once with the account.';

create index mail_outbox_user_id_idx on private.mail_outbox (user_id);
-- Notices of a breach wait behind everything else: there may be as many as there are people.
create index mail_outbox_due_idx on private.mail_outbox ((kind = 'breach_notice'), next_attempt_at)
where state in ('queued', 'sending');
create unique index mail_outbox_provider_id_idx on private.mail_outbox (provider_id);
create index mail_outbox_settled_at_idx on private.mail_outbox (settled_at);

create table private.mail_events (
  digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
  received_at timestamptz not null default now()
);
comment on table private.mail_events is
'The SHA-256 of the id of every event of Resend that was written down, so that a replay changes nothing. Kept for a
week.';

create index mail_events_received_at_idx on private.mail_events (received_at);

-- The one way in, for whoever is in a transaction of their own. False: it was there already, or the person is gone.
create function private.enqueue_mail(p_kind text, p_user_id uuid, p_entity_id text, p_parameters jsonb)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.mail_outbox (kind, user_id, parameters, idempotency_key)
  select p_kind, p_user_id, coalesce(p_parameters, '{}'), p_kind || '/' || p_entity_id
  where p_user_id is null or exists (select 1 from auth.users as u where u.id = p_user_id)
  on conflict (idempotency_key) do nothing;
  return found;
end
$$;

-- Who has to be told something is told by mail too: nobody has to look for it.
create function private.mail_notice() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue_mail(
    new.kind, new.user_id, new.id::text, jsonb_build_object('platform', new.platform, 'cause', new.cause)
  );
  return null;
end
$$;

create trigger mail_notice
after insert on public.notices
for each row when (new.kind in ('access_ended', 'account_removed', 'confirmation_needed'))
execute function private.mail_notice();

-- What the text of a mail is made of, beside its kind.
create function private.mail_parameters(p_mail private.mail_outbox) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$ select p_mail.parameters $$;

-- The next mails to send, each for its one holder until the lease ends, with the address of this very moment. A mail
-- that may have left an age ago is not sent again: Resend forgets a key after 24 hours and would take it for a new one.
create function private.claim_mails(p_limit integer, p_lease_seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mails jsonb;
begin
  with due as (
    select m.id, m.doubt_since
    from private.mail_outbox as m
    where m.state in ('queued', 'sending') and m.next_attempt_at <= now()
    order by (m.kind = 'breach_notice'), m.next_attempt_at
    limit p_limit
    for update skip locked
  ), claimed as (
    update private.mail_outbox as m
    set
      state = case when d.doubt_since <= now() - interval '23 hours' then 'unknown' else 'sending' end
      ::private.mail_state,
      reason = case when d.doubt_since <= now() - interval '23 hours' then 'no_answer' end,
      settled_at = case when d.doubt_since <= now() - interval '23 hours' then now() end,
      attempts = m.attempts + 1,
      epoch = m.epoch + 1,
      next_attempt_at = now() + make_interval(secs => p_lease_seconds),
      doubt_since = coalesce(d.doubt_since, now())
    from due as d
    where m.id = d.id
    returning m.id, m.state, d.doubt_since is not null as in_doubt
  )
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'id', m.id, 'epoch', m.epoch + 1, 'kind', m.kind, 'key', m.idempotency_key, 'in_doubt', c.in_doubt,
      'to_operator', m.user_id is null, 'address', u.email, 'parameters', private.mail_parameters(m)
    ) order by (m.kind = 'breach_notice'), m.next_attempt_at
  ), '[]') into v_mails
  from claimed as c
  -- As it was when this statement began, but for what is never changed.
  inner join private.mail_outbox as m on c.id = m.id
  left join auth.users as u on m.user_id = u.id
  where c.state = 'sending';
  return v_mails;
end
$$;

create function public.claim_mails(p_limit integer, p_lease_seconds integer) returns jsonb
language sql
set search_path = ''
as $$ select private.claim_mails(p_limit, p_lease_seconds) $$;

-- What became of claimed mails: [{id, epoch, in_doubt, outcome, reason, provider_id, wait_seconds}]. Outcomes: sent;
-- failed and refused_for_now: it certainly did not leave; unclear: it may have; held: it was not even tried; unknown.
-- Whoever lost the lease, or was overtaken by Resend's own word, changes nothing. Returns how many were written.
create function private.settle_mails(p_results jsonb) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_settled integer;
begin
  with given as (
    select
      r.id, r.epoch, r.outcome, r.reason, r.provider_id, r.wait_seconds,
      r.in_doubt or r.outcome in ('unclear', 'unknown') as in_doubt
    from jsonb_to_recordset(p_results) as r (
      id uuid, epoch bigint, in_doubt boolean, outcome text, reason text, provider_id text, wait_seconds integer
    )
  ), judged as (
    select
      g.*,
      case
        when g.outcome in ('sent', 'unknown') then g.outcome
        when g.outcome = 'failed' or (g.outcome <> 'held' and m.attempts >= 40)
          then case when g.in_doubt then 'unknown' else 'failed' end
        else 'queued'
      end::private.mail_state as state
    from given as g
    inner join private.mail_outbox as m on g.id = m.id
    where m.epoch = g.epoch and m.state = 'sending'
  )
  update private.mail_outbox as m
  set
    state = j.state,
    reason = j.reason,
    provider_id = j.provider_id,
    attempts = m.attempts - case when j.outcome = 'held' then 1 else 0 end,
    next_attempt_at = now() + case
      when j.outcome = 'held' then interval '0'
      else least(interval '1 minute' * 2 ^ least(m.attempts - 1, 10), interval '2 hours')
    end + make_interval(secs => coalesce(j.wait_seconds, 0)),
    doubt_since = case when j.in_doubt then m.doubt_since end,
    sent_at = case when j.state = 'sent' then now() end,
    settled_at = case when j.state <> 'queued' then now() end
  from judged as j
  where m.id = j.id and m.epoch = j.epoch and m.state = 'sending';
  get diagnostics v_settled = row_count;
  return v_settled;
end
$$;

create function public.settle_mails(p_results jsonb) returns integer
language sql
set search_path = ''
as $$ select private.settle_mails(p_results) $$;

-- Resend's own word, in any order: the mail is known by the id that we gave it along, or by Resend's. It also settles
-- what we did not hear an answer to. False: this event was seen before.
create function private.record_mail_event(p_digest text, p_mail_id uuid, p_provider_id text, p_event text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mail_id uuid := coalesce(
    (select m.id from private.mail_outbox as m where m.id = p_mail_id),
    (select m.id from private.mail_outbox as m where m.provider_id = p_provider_id)
  );
begin
  insert into private.mail_events (digest) values (p_digest) on conflict (digest) do nothing;
  if not found then
    return false;
  end if;
  update private.mail_outbox as m
  set
    state = case
      when p_event in ('bounced', 'failed') then p_event
      when p_event = 'suppressed' then 'bounced'
      when p_event in ('delivered', 'complained') and m.state not in ('bounced', 'failed') then 'delivered'
      when p_event = 'sent' and m.state in ('queued', 'sending', 'unknown') then 'sent'
      else m.state::text
    end::private.mail_state,
    reason = case
      when p_event in ('bounced', 'failed', 'suppressed') then p_event
      when m.state in ('bounced', 'failed') then m.reason
    end,
    provider_id = coalesce(m.provider_id, p_provider_id),
    sent_at = coalesce(m.sent_at, now()),
    delivered_at = case when p_event in ('delivered', 'complained') then coalesce(m.delivered_at, now())
      else m.delivered_at end,
    complained_at = case when p_event = 'complained' then coalesce(m.complained_at, now()) else m.complained_at end,
    settled_at = coalesce(m.settled_at, now())
  where m.id = v_mail_id;
  return true;
end
$$;

create function public.record_mail_event(p_digest text, p_mail_id uuid, p_provider_id text, p_event text)
returns boolean
language sql
set search_path = ''
as $$ select private.record_mail_event(p_digest, p_mail_id, p_provider_id, p_event) $$;

-- Who asked by mail hears that it arrived, at the address of the account: somebody else may have written. The operator
-- hears that one is due soon.
create function private.mail_request() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.enqueue_mail(
    case new.event when 'reminded' then 'request_reminder' else 'request_received' end,
    case new.event when 'reminded' then null else new.user_id end,
    new.id::text,
    jsonb_build_object(
      'request_id', new.request_id, 'due_at', to_char(new.due_at at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"')
    )
  );
  return null;
end
$$;

create trigger mail_request
after insert on public.privacy_requests
for each row when (
  new.event = 'reminded'
  or (
    new.event = 'received' and new.channel = 'email' and new.user_id is not null
    -- Somebody who was erased, and came back with a backup, has asked for nothing.
    and new.detail ->> 'cause' is distinct from 'restore'
  )
)
execute function private.mail_request();

-- Joins the purge.
create function private.purge_mail(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mails integer;
  v_events integer;
begin
  with dead as (
    select m.id from private.mail_outbox as m
    where m.settled_at <= now() - interval '90 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.mail_outbox as m using dead as x where m.id = x.id returning m.id
  )
  select count(*) into v_mails from gone;

  with dead as (
    select e.digest from private.mail_events as e
    where e.received_at <= now() - interval '7 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.mail_events as e using dead as x where e.digest = x.digest returning e.digest
  )
  select count(*) into v_events from gone;

  return jsonb_build_object('mails', v_mails, 'mail_events', v_events);
end
$$;

create function public.purge_mail(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_mail(p_batch) $$;

alter table private.mail_outbox enable row level security;
alter table private.mail_events enable row level security;

grant execute on function private.claim_mails, public.claim_mails to service_role;
grant execute on function private.settle_mails, public.settle_mails to service_role;
grant execute on function private.record_mail_event, public.record_mail_event to service_role;
grant execute on function private.purge_mail, public.purge_mail to service_role;
