-- What became of the notices of a breach is known until it is closed, however long that takes, and the key that goes to
-- Resend with each says nothing about whom it is for.

-- A checksum of two random ids. Each person of a breach has one, so nobody is told twice.
create function private.breach_notice_key(p_breach_id uuid, p_user_id uuid) returns text
language sql
immutable
set search_path = ''
as $$ select 'breach/' || encode(sha256(convert_to(p_breach_id::text || '/' || p_user_id::text, 'UTF8')), 'hex') $$;

-- As before, under that key.
create or replace function private.enqueue_breach_notices(p_breach_id uuid, p_batch integer, p_operator text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_breach private.breaches := private.open_breach_row(p_breach_id);
  v_queued integer;
begin
  if num_nulls(v_breach.data, v_breach.consequences, v_breach.measures, v_breach.recommendations) > 0 then
    perform private.refuse(409, 'breach_notice_incomplete');
  elsif v_breach.sending_since is null then
    update private.breaches as b set sending_since = now() where b.id = p_breach_id;
    perform private.audit('breach_notice_sent', null, null, p_breach_id, 'operator', null, p_operator, null);
  end if;
  with next as (
    select p.user_id
    from private.breach_people as p
    where p.breach_id = p_breach_id and p.enqueued_at is null
    limit p_batch
    for update skip locked
  ), noted as (
    update private.breach_people as p
    set enqueued_at = now()
    from next as n
    where p.breach_id = p_breach_id and p.user_id = n.user_id
    returning p.user_id
  )
  insert into private.mail_outbox (kind, user_id, parameters, idempotency_key)
  select
    'breach_notice', n.user_id, jsonb_build_object('breach_id', p_breach_id),
    private.breach_notice_key(p_breach_id, n.user_id)
  from noted as n
  on conflict (idempotency_key) do nothing;
  get diagnostics v_queued = row_count;
  return jsonb_build_object(
    'queued', v_queued,
    'left', (
      select count(*) from private.breach_people as p where p.breach_id = p_breach_id and p.enqueued_at is null
    )
  );
end
$$;

-- What may be on its way keeps its key, by which Resend knows it.
update private.mail_outbox as m
set idempotency_key = private.breach_notice_key((m.parameters ->> 'breach_id')::uuid, m.user_id)
where m.kind = 'breach_notice' and (m.doubt_since is null or m.settled_at is not null);

-- As before, but for the notices of a breach that is still open: they are what says who was told, and when.
create or replace function private.purge_mail(p_batch integer) returns jsonb
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
      and not exists (
        select 1 from private.breaches as b
        where m.kind = 'breach_notice' and b.id = (m.parameters ->> 'breach_id')::uuid and b.closed_at is null
      )
    limit p_batch
    for update of m skip locked
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

comment on table private.mail_outbox is
'E-mails that are to be sent, and what became of them: kinds and codes, no address and no text. Kept for 90 days after
they are settled, and a notice of a breach until that is closed; gone at once with the account.';
