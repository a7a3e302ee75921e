-- What a person may change about the processing of their data, at once and by themselves: correct it, object to a
-- purpose, or have all of it kept but not used. Each leaves its lines in public.privacy_requests, in the transaction
-- that does it.
--
-- An objection is about what a person does: their clicks, their captions, their page views. The accounts they connected
-- stay in use for the others of the project. A restriction (GDPR, Art. 18) is about what is theirs, whoever acts: also
-- the accounts that they connected and the contents that they wrote. Whoever wants to use such an account connects it
-- anew, and it is theirs from then on.

create table public.restrictions (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  created_at timestamptz not null default now()
);
comment on table public.restrictions is
'Whose data is kept and not used: no post, no renewed token, no caption, no page view. Until they lift it, or go.';

create table public.profiles (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  display_name text constraint profiles_display_name_is_a_name check (
    char_length(display_name) between 1 and 80 and display_name = btrim(display_name)
    and display_name !~ '[[:cntrl:]]'
  ),
  updated_at timestamptz not null default now()
);
comment on table public.profiles is
'What a person calls themselves, for themselves: no recipient gets it. Made at the first change, kept until the account
goes.';

create trigger touch_updated_at
before update on public.profiles
for each row execute function private.touch_updated_at();

create function private.is_restricted(p_user_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$ select exists (select 1 from public.restrictions as r where r.user_id = p_user_id) $$;

-- Whether this person wants no processing for this purpose.
create function private.is_stopped(p_user_id uuid, p_purpose public.purpose) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select private.is_restricted(p_user_id) or exists (
    select 1 from public.objections as o where o.user_id = p_user_id and o.purpose = p_purpose
  )
$$;

-- Everybody whose data a post would use.
create function private.people_of_post(p_created_by uuid, p_connection_id uuid, p_content_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select p_created_by
  union
  select c.connected_by from public.connections as c where c.id = p_connection_id
  union
  select c.created_by from public.contents as c where c.id = p_content_id
$$;

create function private.restricts_post(p_created_by uuid, p_connection_id uuid, p_content_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1
    from private.people_of_post(p_created_by, p_connection_id, p_content_id) as people (id)
    inner join public.restrictions as r on people.id = r.user_id
  )
$$;

-- A reason of shared/publishing/reasons.py, or null: it may go out.
create function private.why_stopped(p public.publications) returns text
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when private.restricts_post(p.created_by, p.connection_id, p.content_id) then 'processing_restricted'
    when private.is_stopped(p.created_by, 'publishing') then 'publishing_objected'
  end
$$;

-- For a worker that would send again what did not arrive.
create function private.why_post_stopped(p_publication_id uuid) returns text
language sql
stable
security definer
set search_path = ''
as $$ select private.why_stopped(p) from public.publications as p where p.id = p_publication_id $$;

create function public.why_post_stopped(p_publication_id uuid) returns text
language sql
stable
set search_path = ''
as $$ select private.why_post_stopped(p_publication_id) $$;

-- Certainly not posted yet. What may be posted already is only asked about, until its outcome is known.
create function private.is_not_sent(p public.publications) returns boolean
language sql
immutable
set search_path = ''
as $$
  select p.state in ('queued', 'preparing') or (p.state = 'processing' and p.platform = 'instagram')
$$;

-- A person's choice and a click that needs it wait for each other: whichever is second sees the first. Clicks do not
-- wait for clicks.
create function private.choice_lock(p_user_id uuid) returns bigint
language sql
immutable
set search_path = ''
as $$ select hashtextextended('choices of ' || p_user_id, 0) $$;

create function private.refuse_stopped_post(p_connection_id uuid, p_content_id uuid) returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.is_restricted(auth.uid()) then
    perform private.refuse(403, 'processing_restricted');
  elsif private.is_stopped(auth.uid(), 'publishing') then
    perform private.refuse(403, 'publishing_objected');
  elsif private.restricts_post(null, p_connection_id, p_content_id) then
    perform private.refuse(409, 'restricted_by_another');
  end if;
end
$$;

create function private.refuse_stopped_click() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(private.choice_lock(people.id))
  from private.people_of_post(new.created_by, new.connection_id, new.content_id) as people (id)
  where people.id is not null;
  perform private.refuse_stopped_post(new.connection_id, new.content_id);
  return new;
end
$$;

create trigger refuse_stopped_click
before insert on public.publications
for each row execute function private.refuse_stopped_click();

-- A publication that comes back from "may be posted" to "is not" after the choice was made; and the last gate before
-- the call that cannot be taken back: there the row does not change, so the worker finds itself overtaken and stops,
-- and whoever comes next cancels. By its name it comes before keep_publication_states, which judges what it makes.
create function private.cancel_stopped() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason text := private.why_stopped(new);
begin
  if v_reason is null then
    return new;
  elsif new.state = 'committing' and old.state <> 'committing' then
    return null;
  elsif private.is_not_sent(new) then
    new.state := 'failed';
    new.reason := v_reason;
    insert into public.publication_events (publication_id, event, state) values (new.id, v_reason, 'failed');
  end if;
  return new;
end
$$;

create trigger cancel_stopped
before update on public.publications
for each row when (
  old.state not in ('published', 'failed') and new.state in ('queued', 'preparing', 'processing', 'committing')
)
execute function private.cancel_stopped();

-- The choice is in its table by now. Answers how many posts do not go out because of it. Whoever is about to post one
-- of them holds its row: they are waited for, and then it is sent, or it is not.
create function private.cancel_posts_of(p_user_id uuid) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_cancelled integer;
begin
  perform pg_advisory_xact_lock(private.choice_lock(p_user_id));
  -- A connect that was begun is not finished either.
  if private.is_stopped(p_user_id, 'publishing') then
    delete from private.oauth_states as s where s.user_id = p_user_id;
  end if;
  with theirs as (
    select p.id from public.publications as p where p.created_by = p_user_id
    union
    select p.id
    from public.publications as p
    inner join public.connections as c on p.connection_id = c.id
    where c.connected_by = p_user_id
    union
    select p.id
    from public.publications as p
    inner join public.contents as c on p.content_id = c.id
    where c.created_by = p_user_id
  )
  update public.publications as p
  set epoch = p.epoch + 1
  from theirs as t
  where p.id = t.id and private.is_not_sent(p) and private.why_stopped(p) is not null;
  get diagnostics v_cancelled = row_count;
  return v_cancelled;
end
$$;

-- As before, and not for a post that would be refused: the platform is not asked about it.
create or replace function public.preflight(p_request jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_answer jsonb;
begin
  perform private.take_rate('preflight');
  v_answer := private.preflight(p_request);
  perform private.refuse_stopped_post(
    (p_request ->> 'connection_id')::uuid, (p_request ->> 'content_id')::uuid
  );
  return v_answer;
end
$$;

-- No account is connected for somebody who wants none used.
create function private.refuse_stopped_connect() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.refuse_stopped_post(null, null);
  return new;
end
$$;

create trigger refuse_stopped_connect
before insert on private.oauth_states
for each row execute function private.refuse_stopped_connect();

-- Tokens are renewed in order to publish. So not for an account that was connected by somebody whose data is
-- restricted, and not where everybody who could publish has objected: the tokens run out by their own dates, and the
-- account asks to be connected again. Until its outcome is known, what was sent keeps its access.
create function private.is_access_idle(p_connection_id uuid) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1
    from public.connections as c
    where
      c.id = p_connection_id
      and (
        private.is_restricted(c.connected_by)
        or (
          select bool_and(private.is_stopped(m.user_id, 'publishing'))
          from public.project_members as m
          where m.project_id = c.project_id and m.role >= 'editor'
        )
      )
      and not exists (
        select 1
        from public.publications as p
        where
          p.connection_id = c.id and p.state not in ('published', 'failed') and p.next_step_at is not null
          and not private.is_not_sent(p)
      )
  )
$$;

create function private.hold_refresh() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  return case when private.is_access_idle(new.connection_id) then null else new end;
end
$$;

create trigger hold_refresh
before update on private.connection_tokens
for each row when (
  new.refresh_lease_until is not null and new.refresh_lease_until is distinct from old.refresh_lease_until
)
execute function private.hold_refresh();

-- As before, without the tokens that nobody wants used.
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
      and not private.is_access_idle(c.id)
      and case
        when t.refresh_token is null then t.access_expires_at <= now() + interval '10 days'
        else t.refresh_expires_at <= now() + interval '14 days'
      end
    order by coalesce(t.refresh_expires_at, t.access_expires_at)
    limit p_limit
  ) as due
$$;

create function private.refuse_restricted_caption(p_content_id uuid) returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if private.is_restricted(auth.uid()) then
    perform private.refuse(403, 'processing_restricted');
  elsif private.restricts_post(null, null, p_content_id) then
    perform private.refuse(409, 'restricted_by_another');
  end if;
end
$$;

-- As before, and nothing is sent of what is restricted. A preview sends nothing.
create or replace function public.begin_caption(p_content_id uuid, p_preview boolean) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_project_id uuid;
  v_fields jsonb;
begin
  select
    c.project_id,
    jsonb_build_object(
      'title', c.title, 'description', c.description, 'type', c.type, 'tags', c.tags, 'project_name', p.name
    )
  into v_project_id, v_fields
  from public.contents as c
  inner join public.projects as p on c.project_id = p.id
  where c.id = p_content_id;
  perform private.require_role(v_project_id, 'editor');
  if not p_preview then
    perform private.refuse_restricted_caption(p_content_id);
  end if;
  return jsonb_build_object(
    'fields', v_fields,
    'remaining_today', case when p_preview then null else private.take_caption_quota() end
  );
end
$$;

-- Whether a page view of the caller may be counted.
create function private.may_count_view() returns boolean
language sql
stable
security definer
set search_path = ''
as $$ select not private.is_stopped(auth.uid(), 'analytics') $$;

create function public.may_count_view() returns boolean
language sql
stable
set search_path = ''
as $$ select private.may_count_view() $$;

-- Each change is two lines that are kept for three years: thirty in an hour are more than anybody needs.
create function private.refuse_many_changes(p_user_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if (
    select count(*)
    from public.privacy_requests as r
    where r.user_id = p_user_id and r.actor_kind = 'user' and r.at > now() - interval '1 hour'
  ) >= 30 then
    perform private.refuse_for_now('too_many_changes', 3600);
  end if;
end
$$;

create function private.record_change(
  p_kind public.privacy_request_kind, p_user_id uuid, p_asked jsonb, p_done jsonb
) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.note_privacy_request(
    private.open_privacy_request(p_kind, 'account', p_user_id, null, p_asked), 'executed', null, p_done
  );
end
$$;

-- What a choice stopped, for its line: clearing one brings nothing back, because nobody expects it any more.
create function private.counted_stop(p_user_id uuid, p_set boolean) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'posts_stopped', case when p_set then private.cancel_posts_of(p_user_id) else 0 end::text
  );
end
$$;

-- Of the person's own. An account that goes takes its choices with it, and asks for nothing by that.
create function private.record_objection() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_choice public.objections := coalesce(new, old);
begin
  if v_choice.user_id is distinct from auth.uid()
    or not exists (select 1 from auth.users as u where u.id = v_choice.user_id) then
    return null;
  end if;
  perform private.refuse_many_changes(v_choice.user_id);
  perform private.record_change(
    'objection', v_choice.user_id,
    jsonb_build_object(
      'purpose', v_choice.purpose, 'change', case when tg_op = 'INSERT' then 'set' else 'cleared' end
    ),
    private.counted_stop(v_choice.user_id, tg_op = 'INSERT')
  );
  return null;
end
$$;

create trigger record_objection
after insert or delete on public.objections
for each row execute function private.record_objection();

create function private.record_restriction() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_choice public.restrictions := coalesce(new, old);
begin
  if v_choice.user_id is distinct from auth.uid()
    or not exists (select 1 from auth.users as u where u.id = v_choice.user_id) then
    return null;
  end if;
  perform private.refuse_many_changes(v_choice.user_id);
  perform private.record_change(
    'restriction', v_choice.user_id,
    jsonb_build_object('change', case when tg_op = 'INSERT' then 'set' else 'cleared' end),
    private.counted_stop(v_choice.user_id, tg_op = 'INSERT')
  );
  return null;
end
$$;

create trigger record_restriction
after insert or delete on public.restrictions
for each row execute function private.record_restriction();

-- Names of fields, never what was or is in them. Nobody has to be told: no recipient gets the profile.
create function private.record_profile_change() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.refuse_many_changes(new.user_id);
  perform private.record_change(
    'rectification', new.user_id, '{"fields": "display_name"}', '{"recipients_told": "0"}'
  );
  return null;
end
$$;

create trigger record_first_name
after insert on public.profiles
for each row when (new.display_name is not null)
execute function private.record_profile_change();
create trigger record_other_name
after update on public.profiles
for each row when (new.display_name is distinct from old.display_name)
execute function private.record_profile_change();

-- Changed through Supabase Auth. Nobody has to be told: it is read when a mail is sent, and kept nowhere else.
create function private.record_email_change() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.record_change('rectification', new.id, '{"fields": "email"}', '{"recipients_told": "0"}');
  return null;
end
$$;

create trigger record_email_change
after update of email on auth.users
for each row when (new.email is distinct from old.email and old.email is not null)
execute function private.record_email_change();

alter table public.restrictions enable row level security;
alter table public.profiles enable row level security;

create policy restrictions_select on public.restrictions for select to authenticated
using (user_id = (select auth.uid()));
create policy restrictions_insert on public.restrictions for insert to authenticated
with check (user_id = (select auth.uid()));
create policy restrictions_delete on public.restrictions for delete to authenticated
using (user_id = (select auth.uid()));

create policy profiles_select on public.profiles for select to authenticated
using (user_id = (select auth.uid()));
create policy profiles_insert on public.profiles for insert to authenticated
with check (user_id = (select auth.uid()));
create policy profiles_update on public.profiles for update to authenticated
using (user_id = (select auth.uid()))
with check (user_id = (select auth.uid()));

grant select, insert (user_id), delete on public.restrictions to authenticated;
grant select, insert (display_name), update (display_name) on public.profiles to authenticated;
grant execute on function private.refuse_stopped_post, private.refuse_restricted_caption to authenticated;
grant execute on function private.why_post_stopped, public.why_post_stopped to service_role;
grant execute on function private.may_count_view, public.may_count_view to authenticated;
