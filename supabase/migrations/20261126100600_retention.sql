-- What the data register says about how long things are kept, for what no rule enforced before. Receipts and proofs are
-- kept as long as somebody may still ask for them or dispute them: three years, the usual limit for a claim.

create index consents_given_at_idx on public.consents (given_at);
create index disconnections_disconnected_at_idx on public.disconnections (disconnected_at);
create index access_endings_ended_at_idx on public.access_endings (ended_at);

comment on table public.consents is
'Proof that a person agreed to a text, which version of it, when, and for which publication. Kept for three years.';
comment on table public.disconnections is
'The receipt of a disconnect: what was deleted and what the platform answered. Names no account. Kept for three years,
far longer than any backup in which the tokens could come back.';
comment on table public.access_endings is
'The receipt of tokens that were deleted while their connection stays, to be connected again. Names no account. Kept for
three years.';

-- TikTok delivers for 72 hours after it moderated, which may take days: after a month no late word comes any more.
alter table private.former_jobs add column noted_at timestamptz not null default now();
create index former_jobs_noted_at_idx on private.former_jobs (noted_at);
comment on table private.former_jobs is
'So that a late word about a job that failed is never taken for one about the next. Kept for 30 days.';

-- A creator who deletes a content means its words wherever they stand. That there was a post, when, and its link stay:
-- it is still visible on the platform. While it is under way its words are needed. After keep_publication_states, which
-- says when it is finished: triggers run in the order of their names.
create function private.forget_words() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.caption := '';
  new.options := new.options - 'title';
  return new;
end
$$;

create trigger will_forget_words
before update on public.publications
for each row when (
  new.content_id is null and new.finished_at is not null
  and (old.content_id is not null or old.finished_at is null)
)
execute function private.forget_words();

-- What describes a file goes with it. Without the file nothing is sent any more that would need the words.
create function private.forget_alt_text() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.alt_text := null;
  return new;
end
$$;

create trigger forget_alt_text
before update on public.publication_items
for each row when (new.media_asset_id is null and new.alt_text is not null)
execute function private.forget_alt_text();

-- What lost its content or its file before this rule.
update public.publication_items as i
set alt_text = null
where i.media_asset_id is null and i.alt_text is not null;
update public.publications as p
set caption = '', options = p.options - 'title'
where p.content_id is null and p.finished_at is not null;

comment on table public.publications is
'One click on Publish, what was asked for, and what became of it. Kept with its project; the words of a finished one go
with its content.';

-- Joins the purge.
create function private.purge_receipts(p_batch integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_consents integer;
  v_disconnections integer;
  v_endings integer;
  v_jobs integer;
  v_budgets integer;
begin
  with dead as (
    select c.id from public.consents as c
    where c.given_at <= now() - interval '3 years'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.consents as c using dead as d where c.id = d.id returning c.id
  )
  select count(*) into v_consents from gone;

  with dead as (
    select d.id from public.disconnections as d
    where d.disconnected_at <= now() - interval '3 years'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.disconnections as d using dead as x where d.id = x.id returning d.id
  )
  select count(*) into v_disconnections from gone;

  with dead as (
    select e.id from public.access_endings as e
    where e.ended_at <= now() - interval '3 years'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.access_endings as e using dead as d where e.id = d.id returning e.id
  )
  select count(*) into v_endings from gone;

  with dead as (
    select f.publish_id from private.former_jobs as f
    where f.noted_at <= now() - interval '30 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.former_jobs as f using dead as d where f.publish_id = d.publish_id returning f.publish_id
  )
  select count(*) into v_jobs from gone;

  -- Counted over a minute; a day later nobody is about to count again.
  with dead as (
    select b.connection_id, b.call from private.call_budgets as b
    where now() - interval '1 day' >= all (b.taken_at)
    limit p_batch
    for update skip locked
  ), gone as (
    delete from private.call_budgets as b using dead as d
    where b.connection_id = d.connection_id and b.call = d.call
    returning b.call
  )
  select count(*) into v_budgets from gone;

  return jsonb_build_object(
    'consents', v_consents, 'disconnections', v_disconnections, 'access_endings', v_endings, 'former_jobs', v_jobs,
    'call_budgets', v_budgets
  );
end
$$;

create function public.purge_receipts(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_receipts(p_batch) $$;

grant execute on function private.purge_receipts, public.purge_receipts to service_role;

comment on table private.audit_log is
'Connects, disconnects, publications, ended accesses, rotations, switches: who, what, when. Ids and codes only. Kept
without end: a chain that loses its beginning can no longer be verified, and its pseudonyms mean nobody once their
accounts are gone.';

-- For the evidence pack: what people agreed to, in which version of which text, and that the purge runs. Counts only.
create function private.evidence() returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'consents', (
      select coalesce(jsonb_agg(to_jsonb(c) order by c.subject, c.text_version), '[]')
      from (
        select
          k.subject, k.text_version, count(*) as given, count(distinct k.user_id) as people,
          min(k.given_at) as first_at, max(k.given_at) as last_at
        from public.consents as k
        group by k.subject, k.text_version
      ) as c
    ),
    'purges', (
      select jsonb_build_object(
        'runs', count(*), 'first_at', min(r.ran_at), 'last_at', max(r.ran_at),
        'with_alarms', count(*) filter (
          where exists (select 1 from jsonb_each_text(r.alarms) as a where a.value <> '0')
        )
      )
      from private.purge_runs as r
    )
  )
$$;

create function public.evidence() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.evidence() $$;

grant execute on function private.evidence, public.evidence to service_role;
