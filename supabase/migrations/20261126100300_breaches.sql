-- A breach of personal data: what is known of it, whom it concerns, and that each of them is told once, within 72 hours
-- of our becoming aware. All of it is done by an operator, with ops/breach.

create table private.breaches (
  id uuid primary key default gen_random_uuid(),
  -- The clock runs from here, in hours.
  aware_at timestamptz not null,
  -- The operator's words, for those concerned and for the authority. They name nobody.
  nature text not null check (char_length(nature) between 1 and 2000),
  data text check (char_length(data) between 1 and 2000),
  consequences text check (char_length(consequences) between 1 and 2000),
  measures text check (char_length(measures) between 1 and 2000),
  recommendations text check (char_length(recommendations) between 1 and 2000),
  created_at timestamptz not null default now(),
  -- From then on the words stay as they are: everybody reads the same.
  sending_since timestamptz,
  closed_at timestamptz,
  conclusion text check (char_length(conclusion) between 1 and 2000),
  -- How many were concerned and reached, when it was closed: the people themselves are not kept for as long.
  outcome jsonb check (private.is_flat_text(outcome)),
  constraint breaches_are_closed_with_a_conclusion check (
    num_nonnulls(closed_at, conclusion, outcome) in (0, 3)
  )
);
comment on table private.breaches is
'Breaches of personal data, as GDPR Art. 33(5) wants them documented: facts, effects, measures; no person. Kept for
three years after they are closed.';

create table private.breach_people (
  breach_id uuid not null references private.breaches (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  found_at timestamptz not null default now(),
  enqueued_at timestamptz,
  primary key (breach_id, user_id)
);
comment on table private.breach_people is
'Whom a breach concerns, to tell each of them once. Gone with the account, and 90 days after the breach is closed.';

create index breaches_closed_at_idx on private.breaches (closed_at);
create index breach_people_user_id_idx on private.breach_people (user_id);
create index breach_people_to_tell_idx on private.breach_people (breach_id) where enqueued_at is null;

-- As before, with the words of the breach: they stand once, and not in as many rows as there are people.
create or replace function private.mail_parameters(p_mail private.mail_outbox) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select p_mail.parameters || coalesce(
    (
      select jsonb_build_object(
        'nature', b.nature, 'data', b.data, 'consequences', b.consequences, 'measures', b.measures,
        'recommendations', b.recommendations
      )
      from private.breaches as b
      where p_mail.kind = 'breach_notice' and b.id = (p_mail.parameters ->> 'breach_id')::uuid
    ),
    '{}'
  )
$$;

create function private.open_breach(p_nature text, p_aware_at timestamptz, p_operator text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_breach_id uuid;
begin
  if p_aware_at > now() + interval '1 minute' then
    perform private.refuse(422, 'aware_in_the_future');
  end if;
  insert into private.breaches (nature, aware_at) values (p_nature, p_aware_at) returning id into v_breach_id;
  perform private.audit('breach_opened', null, null, v_breach_id, 'operator', null, p_operator, null);
  return v_breach_id;
end
$$;

create function public.open_breach(p_nature text, p_aware_at timestamptz, p_operator text) returns uuid
language sql
set search_path = ''
as $$ select private.open_breach(p_nature, p_aware_at, p_operator) $$;

-- The breach that an operator changes; a closed one stays as it is.
create function private.open_breach_row(p_breach_id uuid) returns private.breaches
language plpgsql
set search_path = ''
as $$
declare
  v_breach private.breaches;
begin
  select * into v_breach from private.breaches as b where b.id = p_breach_id for update;
  if v_breach.id is null then
    perform private.refuse(404, 'not_found');
  elsif v_breach.closed_at is not null then
    perform private.refuse(409, 'breach_closed');
  end if;
  return v_breach;
end
$$;

-- How a row of a table leads to people: its own person, or the members of its project. Read from the catalog, so that a
-- table of next year is found as well. Null: it leads to nobody.
create function private.people_behind(p_table regclass) returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_owner text;
  v_columns text[] := array(
    select a.attname from pg_catalog.pg_attribute as a
    where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
  );
  v_members text := 'select m.user_id from %s as t %s inner join public.project_members as m on m.project_id = %s';
begin
  if p_table = 'auth.users'::regclass then
    return 'select t.id from auth.users as t';
  elsif p_table = 'public.projects'::regclass then
    return format(v_members, p_table, '', 't.id');
  elsif 'user_id' = any (v_columns) then
    return format('select t.user_id from %s as t', p_table);
  elsif 'project_id' = any (v_columns) then
    return format(v_members, p_table, '', 't.project_id');
  end if;
  select a.attname into v_owner
  from pg_catalog.pg_constraint as c
  inner join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
  where c.conrelid = p_table and c.contype = 'f' and c.confrelid = 'auth.users'::regclass
  order by a.attname
  limit 1;
  return case
    when v_owner is not null
      then format('select t.%I from %s as t', v_owner, p_table)
    when 'connection_id' = any (v_columns)
      then format(
        v_members, p_table, 'inner join public.connections as o on o.id = t.connection_id', 'o.project_id'
      )
    when 'publication_id' = any (v_columns)
      then format(
        v_members, p_table, 'inner join public.publications as o on o.id = t.publication_id', 'o.project_id'
      )
  end;
end
$$;

-- And when a row was written or changed: between the first and the last of its times. Of a table that is named, a row
-- without any counts always: whoever cannot be told apart is told.
create function private.written_within(p_table regclass) returns text
language sql
stable
set search_path = ''
as $$
  select case
    when count(*) = 0 then ''
    else format(
      ' where coalesce(least(%s) < $2, true) and coalesce(greatest(%s) >= $1, true)',
      string_agg(format('t.%I', a.attname), ', '), string_agg(format('least(t.%I, now())', a.attname), ', ')
    )
  end
  from pg_catalog.pg_attribute as a
  where
    a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
    and a.atttypid = 'pg_catalog.timestamptz'::regtype
$$;

-- Whom a breach concerns, and in which table they were found. p_selector has one of: key_id, of an envelope's text;
-- connection_id; table. And from and to, which alone mean: whatever was written in between.
create function private.find_affected(p_selector jsonb) returns table (stored_in text, user_id uuid)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_prefix text := 'v1.' || (p_selector ->> 'key_id') || '.';
  v_table record;
  v_looked boolean := false;
begin
  if p_selector ? 'key_id' then
    return query
    select 'private.connection_tokens', m.user_id
    from private.connection_tokens as t
    inner join public.connections as c on t.connection_id = c.id
    inner join public.project_members as m on c.project_id = m.project_id
    where starts_with(t.access_token, v_prefix) or starts_with(t.refresh_token, v_prefix)
    union all
    select 'private.tiktok_uploads', m.user_id
    from private.tiktok_uploads as u
    inner join public.publications as p on u.publication_id = p.id
    inner join public.project_members as m on p.project_id = m.project_id
    where starts_with(u.upload_url, v_prefix);
  elsif p_selector ? 'connection_id' then
    return query
    select 'public.connections', m.user_id
    from (
      select c.project_id from public.connections as c where c.id = (p_selector ->> 'connection_id')::uuid
      union
      select d.project_id from public.disconnections as d
      where d.connection_id = (p_selector ->> 'connection_id')::uuid
    ) as o
    inner join public.project_members as m on o.project_id = m.project_id;
  else
    for v_table in
      select c.oid::regclass as id, n.nspname || '.' || c.relname as name from pg_catalog.pg_class as c
      inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
      where
        c.relkind = 'r' and (n.nspname in ('public', 'private') or (n.nspname = 'auth' and c.relname = 'users'))
        and coalesce(p_selector ->> 'table' = n.nspname || '.' || c.relname, not p_selector ? 'table')
        and private.people_behind(c.oid) is not null
        and (p_selector ? 'table' or private.written_within(c.oid) <> '')
      order by n.nspname, c.relname
    loop
      v_looked := true;
      return query execute format(
        'select %L, x.user_id from (%s%s) as x (user_id)',
        v_table.name, private.people_behind(v_table.id), private.written_within(v_table.id)
      ) using coalesce((p_selector ->> 'from')::timestamptz, '-infinity'),
        coalesce((p_selector ->> 'to')::timestamptz, 'infinity');
    end loop;
    if not v_looked then
      perform private.refuse(422, 'table_leads_to_nobody');
    end if;
  end if;
end
$$;

-- Counts only: who they are is shown to nobody.
create function private.count_affected(p_selector jsonb) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  with found as materialized (
    select distinct f.stored_in, f.user_id from private.find_affected(p_selector) as f where f.user_id is not null
  )
  select jsonb_build_object(
    'people', (select count(distinct f.user_id) from found as f),
    'found_in', coalesce(
      (
        select jsonb_object_agg(x.stored_in, x.people)
        from (select f.stored_in, count(*) as people from found as f group by f.stored_in) as x
      ),
      '{}'
    )
  )
$$;

create function public.count_affected(p_selector jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.count_affected(p_selector) $$;

-- Keeps the next of them, and returns how many: fewer than p_batch were the last. May be run again at any time.
create function private.record_affected(p_breach_id uuid, p_selector jsonb, p_batch integer) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_recorded integer;
begin
  perform private.open_breach_row(p_breach_id);
  insert into private.breach_people (breach_id, user_id)
  select distinct p_breach_id, f.user_id
  from private.find_affected(p_selector) as f
  inner join auth.users as u on f.user_id = u.id
  where not exists (
    select 1 from private.breach_people as p where p.breach_id = p_breach_id and p.user_id = f.user_id
  )
  limit p_batch
  on conflict (breach_id, user_id) do nothing;
  get diagnostics v_recorded = row_count;
  return v_recorded;
end
$$;

create function public.record_affected(p_breach_id uuid, p_selector jsonb, p_batch integer) returns integer
language sql
set search_path = ''
as $$ select private.record_affected(p_breach_id, p_selector, p_batch) $$;

-- What is given replaces what stood there; what is not given stays.
create function private.write_breach_notice(p_breach_id uuid, p_words jsonb, p_operator text) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_breach private.breaches := private.open_breach_row(p_breach_id);
begin
  if v_breach.sending_since is not null then
    perform private.refuse(409, 'breach_notice_final');
  end if;
  update private.breaches as b
  set
    nature = coalesce(p_words ->> 'nature', b.nature),
    data = coalesce(p_words ->> 'data', b.data),
    consequences = coalesce(p_words ->> 'consequences', b.consequences),
    measures = coalesce(p_words ->> 'measures', b.measures),
    recommendations = coalesce(p_words ->> 'recommendations', b.recommendations)
  where b.id = p_breach_id;
  perform private.audit('breach_notice_written', null, null, p_breach_id, 'operator', null, p_operator, null);
end
$$;

create function public.write_breach_notice(p_breach_id uuid, p_words jsonb, p_operator text) returns void
language sql
set search_path = ''
as $$ select private.write_breach_notice(p_breach_id, p_words, p_operator) $$;

-- The next who are to be told. The mail and the note that there is one are one transaction, and a key has one mail: a
-- command that was killed is run again, and nobody is told twice. Answers {queued, left}.
create function private.enqueue_breach_notices(p_breach_id uuid, p_batch integer, p_operator text) returns jsonb
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
    'breach/' || p_breach_id || '/' || n.user_id
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

create function public.enqueue_breach_notices(p_breach_id uuid, p_batch integer, p_operator text) returns jsonb
language sql
set search_path = ''
as $$ select private.enqueue_breach_notices(p_breach_id, p_batch, p_operator) $$;

-- What became of the notices. Late is whom nobody had handed to Resend when the 72 hours were over.
create function private.count_breach_notices(p_breach_id uuid) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'people', count(*),
    'to_queue', count(*) filter (where p.enqueued_at is null),
    'queued', count(*) filter (where m.state in ('queued', 'sending')),
    'sent', count(*) filter (where m.state = 'sent'),
    'delivered', count(*) filter (where m.state = 'delivered'),
    'bounced', count(*) filter (where m.state = 'bounced'),
    'failed', count(*) filter (where m.state = 'failed'),
    'unknown', count(*) filter (where m.state = 'unknown'),
    'late', count(*) filter (where coalesce(m.sent_at, now()) > b.aware_at + interval '72 hours'),
    'first_sent_at', min(m.sent_at), 'last_sent_at', max(m.sent_at), 'last_delivered_at', max(m.delivered_at)
  )
  from private.breaches as b
  inner join private.breach_people as p on b.id = p.breach_id
  left join private.mail_outbox as m
    on p.user_id = m.user_id and m.kind = 'breach_notice' and m.parameters ->> 'breach_id' = b.id::text
  where b.id = p_breach_id
$$;

-- One breach, or with null every one that is still open.
create function private.breach_status(p_breach_id uuid) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(
    to_jsonb(b) || jsonb_build_object(
      'due_at', b.aware_at + interval '72 hours',
      'hours_left', round(extract(epoch from b.aware_at + interval '72 hours' - now()) / 3600, 1),
      'notices', coalesce(b.outcome, private.count_breach_notices(b.id))
    ) order by b.aware_at
  ), '[]')
  from private.breaches as b
  where b.id = p_breach_id or (p_breach_id is null and b.closed_at is null)
$$;

create function public.breach_status(p_breach_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.breach_status(p_breach_id) $$;

-- With a conclusion, which is also the reason where nobody had to be told. Not while somebody is still being told.
create function private.close_breach(p_breach_id uuid, p_conclusion text, p_operator text) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_breach private.breaches := private.open_breach_row(p_breach_id);
  v_counts jsonb := private.count_breach_notices(p_breach_id);
begin
  if v_breach.sending_since is not null and (v_counts ->> 'to_queue')::integer + (v_counts ->> 'queued')::integer > 0 then
    perform private.refuse(409, 'breach_not_told');
  end if;
  update private.breaches as b
  set
    closed_at = now(), conclusion = p_conclusion,
    outcome = (select jsonb_object_agg(e.key, e.value) from jsonb_each_text(jsonb_strip_nulls(v_counts)) as e)
  where b.id = p_breach_id;
  perform private.audit('breach_closed', null, null, p_breach_id, 'operator', null, p_operator, null);
end
$$;

create function public.close_breach(p_breach_id uuid, p_conclusion text, p_operator text) returns void
language sql
set search_path = ''
as $$ select private.close_breach(p_breach_id, p_conclusion, p_operator) $$;

-- Joins the purge.
-- Whether a notice of a breach is on its way to somebody.
create function private.is_to_be_told_of_breach(p_user_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1 from private.mail_outbox as m
    where m.user_id = p_user_id and m.kind = 'breach_notice' and m.state in ('queued', 'sending')
  )
  or exists (
    select 1
    from private.breach_people as p
    inner join private.breaches as b on p.breach_id = b.id
    where p.user_id = p_user_id and p.enqueued_at is null and b.sending_since is not null
  )
$$;

create function private.purge_breaches(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_people integer;
  v_breaches integer;
begin
  with dead as (
    select p.breach_id, p.user_id
    from private.breach_people as p
    inner join private.breaches as b on p.breach_id = b.id
    where b.closed_at <= now() - interval '90 days'
    limit p_batch
    for update of p skip locked
  ), gone as (
    delete from private.breach_people as p using dead as x
    where p.breach_id = x.breach_id and p.user_id = x.user_id
    returning p.user_id
  )
  select count(*) into v_people from gone;

  with dead as (
    select b.id from private.breaches as b
    where b.closed_at <= now() - interval '3 years'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.breaches as b using dead as x where b.id = x.id returning b.id
  )
  select count(*) into v_breaches from gone;

  return jsonb_build_object('breach_people', v_people, 'breaches', v_breaches);
end
$$;

create function public.purge_breaches(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_breaches(p_batch) $$;

alter table private.breaches enable row level security;
alter table private.breach_people enable row level security;

grant execute on function private.open_breach, public.open_breach to service_role;
grant execute on function private.count_affected, public.count_affected to service_role;
grant execute on function private.record_affected, public.record_affected to service_role;
grant execute on function private.write_breach_notice, public.write_breach_notice to service_role;
grant execute on function private.enqueue_breach_notices, public.enqueue_breach_notices to service_role;
grant execute on function private.breach_status, public.breach_status to service_role;
grant execute on function private.close_breach, public.close_breach to service_role;
grant execute on function private.purge_breaches, public.purge_breaches to service_role;
