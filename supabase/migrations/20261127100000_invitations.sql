-- Who is in a project has agreed to be: an owner invites, and whoever holds the code accepts. Members see each other by
-- the names they gave themselves, and leave when they like.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  role public.project_role not null,
  code_hash text not null unique check (code_hash ~ '^[0-9a-f]{64}$'),
  created_by uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_by uuid references auth.users (id) on delete cascade,
  accepted_at timestamptz,
  check ((accepted_by is null) = (accepted_at is null))
);
comment on table public.invitations is
'Invitations into a project: by whom, in which role, who accepted. The code as a hash only, for seven days, used once.
Gone when withdrawn, else kept for 30 days after the end.';

create index invitations_project_id_idx on public.invitations (project_id);
create index invitations_created_by_idx on public.invitations (created_by);
create index invitations_accepted_by_idx on public.invitations (accepted_by);
create index invitations_expires_at_idx on public.invitations (expires_at);

-- 256 bits of three random ids of 122 bits each, in the letters of an address.
create function private.new_invitation_code() returns text
language sql
set search_path = ''
as $$
  select translate(
    encode(
      sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')),
      'base64'
    ),
    '+/=', '-_'
  )
$$;

create function private.hash_of_code(p_code text) returns text
language sql
immutable
set search_path = ''
as $$ select encode(sha256(convert_to(p_code, 'UTF8')), 'hex') $$;

-- An invitation is worth what its maker is: whoever is no owner any more lets nobody in, also not themselves by a code
-- that they made before.
create function private.is_open_invitation(p public.invitations) returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select p.accepted_at is null and p.expires_at > now() and exists (
    select 1 from public.project_members as m
    where m.project_id = p.project_id and m.user_id = p.created_by and m.role = 'owner'
  )
$$;

-- For the policy: asked once per query, like private.project_ids().
create function private.open_invitation_ids() returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select i.id from public.invitations as i
  where i.project_id in (select private.project_ids('owner')) and private.is_open_invitation(i)
$$;
comment on function private.open_invitation_ids is 'The invitations that the caller may withdraw.';

-- One answer to a code that was never made, is spent, withdrawn, too old, or of somebody who is no owner any more. Only
-- who accepted it and is still a member is told the same again.
create function private.invitation_of(p_code text) returns public.invitations
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_invitation public.invitations;
begin
  select * into v_invitation from public.invitations as i
  where
    i.code_hash = private.hash_of_code(p_code)
    and (
      private.is_open_invitation(i)
      or (
        i.accepted_by = auth.uid()
        and exists (
          select 1 from public.project_members as m
          where m.project_id = i.project_id and m.user_id = i.accepted_by
        )
      )
    );
  if v_invitation.id is null then
    perform private.refuse(404, 'invitation_unknown');
  end if;
  return v_invitation;
end
$$;

create function private.create_invitation(p_project_id uuid, p_role public.project_role) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_code text := private.new_invitation_code();
  v_invitation public.invitations;
begin
  perform private.require_role(p_project_id, 'owner');
  insert into public.invitations (project_id, role, code_hash, created_by)
  values (p_project_id, p_role, private.hash_of_code(v_code), auth.uid())
  returning * into v_invitation;
  return jsonb_build_object('id', v_invitation.id, 'code', v_code, 'expires_at', v_invitation.expires_at);
end
$$;

create function public.create_invitation(p_project_id uuid, p_role public.project_role) returns jsonb
language sql
set search_path = ''
as $$ select private.create_invitation(p_project_id, p_role) $$;
comment on function public.create_invitation is 'The only time that the code is told.';

create function private.withdraw_invitation(p_invitation_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_role(
    (select i.project_id from public.invitations as i where i.id = p_invitation_id), 'owner'
  );
  delete from public.invitations as i where i.id = p_invitation_id and i.accepted_at is null;
  if not found then
    perform private.refuse(409, 'invitation_used');
  end if;
end
$$;

create function public.withdraw_invitation(p_invitation_id uuid) returns void
language sql
set search_path = ''
as $$ select private.withdraw_invitation(p_invitation_id) $$;

-- What a person calls themselves, for the others of their project. A restriction keeps it and shows it to nobody.
create function private.shown_name(p_user_id uuid) returns text
language sql
stable
security definer
set search_path = ''
as $$
  select p.display_name from public.profiles as p
  where p.user_id = p_user_id and not private.is_restricted(p_user_id)
$$;

create function private.invitation_preview(p_code text) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_invitation public.invitations := private.invitation_of(p_code);
begin
  return jsonb_build_object(
    'project_name', (select p.name from public.projects as p where p.id = v_invitation.project_id),
    'role', v_invitation.role,
    'invited_by', private.shown_name(v_invitation.created_by),
    'expires_at', v_invitation.expires_at
  );
end
$$;

create function public.invitation_preview(p_code text) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.invitation_preview(p_code) $$;

-- The person, the project and the invitation are locked in the order in which an erasure takes them: an owner who goes,
-- a second person with the same code and an erasure take turns with this, and what they decided is seen.
create function private.accept_invitation(p_code text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_invitation public.invitations;
begin
  perform 1 from auth.users as u where u.id = auth.uid() for key share;
  if not found then
    perform private.refuse(404, 'invitation_unknown');
  end if;
  perform 1
  from public.projects as p
  inner join public.invitations as i on p.id = i.project_id
  where i.code_hash = private.hash_of_code(p_code)
  for key share of p;
  perform 1 from public.invitations as i where i.code_hash = private.hash_of_code(p_code) for update;
  v_invitation := private.invitation_of(p_code);
  if v_invitation.accepted_at is null then
    insert into public.project_members as m (project_id, user_id, role)
    values (v_invitation.project_id, auth.uid(), v_invitation.role)
    on conflict (project_id, user_id) do update set role = excluded.role where m.role < excluded.role;
    -- Whoever has this role already, or more, gains nothing by it and leaves it to whom it is for.
    if found then
      update public.invitations as i
      set accepted_by = auth.uid(), accepted_at = now()
      where i.id = v_invitation.id;
    end if;
  end if;
  return (
    select jsonb_build_object('project_id', m.project_id, 'role', m.role)
    from public.project_members as m
    where m.project_id = v_invitation.project_id and m.user_id = auth.uid()
  );
end
$$;

create function public.accept_invitation(p_code text) returns jsonb
language sql
set search_path = ''
as $$ select private.accept_invitation(p_code) $$;
comment on function public.accept_invitation is 'The way into a project of others. Asked again it answers the same.';

-- For those who share a project. Nobody's e-mail address.
create function private.project_people(p_project_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_role(p_project_id, 'viewer');
  return (
    select jsonb_agg(
      jsonb_build_object(
        'user_id', m.user_id, 'role', m.role, 'joined_at', m.created_at,
        'display_name', private.shown_name(m.user_id)
      )
      order by m.created_at, m.user_id
    )
    from public.project_members as m
    where m.project_id = p_project_id
  );
end
$$;

create function public.project_people(p_project_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.project_people(p_project_id) $$;

-- Nobody is put into a project by somebody else.
drop policy project_members_insert on public.project_members;
revoke insert (project_id, user_id, role) on public.project_members from authenticated;

-- An owner removes anybody, and anybody leaves; keep_an_owner holds the last owner back.
alter policy project_members_delete on public.project_members
using (project_id in (select private.project_ids('owner')) or user_id = (select auth.uid()));

-- As before, and invitations. Looking at one and accepting it are not counted: a refusal would undo its own count, and
-- nobody guesses 256 random bits.
create or replace function private.rate_limits_of_all() returns table (
  action text, calls integer, period interval, code text
)
language sql
immutable
set search_path = ''
as $$
  values
    ('connect', 20, interval '1 hour', 'too_many_connects'),
    ('upload', 300, interval '1 hour', 'too_many_uploads'),
    ('preflight', 120, interval '1 hour', 'too_many_preflights'),
    ('publish', 120, interval '1 hour', 'too_many_publications'),
    ('caption', 10, interval '1 minute', 'too_many_captions'),
    ('create_project', 30, interval '1 hour', 'too_many_projects'),
    ('create_content', 600, interval '1 hour', 'too_many_contents'),
    ('invite', 30, interval '1 hour', 'too_many_invitations')
$$;

create trigger apply_limit
after insert on public.invitations
for each row execute function private.apply_limit('invite');

create trigger refuse_erased
after insert on public.invitations
for each row execute function private.refuse_erased('created_by');

-- Who may act for a project is custody of its accounts. The member is a pseudonym as well: made when they join, so that
-- who leaves later needs none.
create function private.audit_membership() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_member public.project_members := coalesce(new, old);
begin
  insert into private.audit_people (user_id)
  select u.id from auth.users as u where u.id = v_member.user_id
  on conflict (user_id) do nothing;
  perform private.audit(
    tg_argv[0], null, v_member.project_id,
    (select a.pseudonym from private.audit_people as a where a.user_id = v_member.user_id),
    case when auth.uid() is null then 'system' else 'user' end, auth.uid(), null,
    jsonb_build_object('role', v_member.role)
  );
  return null;
end
$$;

insert into private.audit_people (user_id)
select distinct m.user_id from public.project_members as m
on conflict (user_id) do nothing;

create trigger audit_join
after insert on public.project_members
for each row execute function private.audit_membership('member_joined');
create trigger audit_role
after update on public.project_members
for each row when (new.role <> old.role)
execute function private.audit_membership('member_role_changed');
create trigger audit_leave
after delete on public.project_members
for each row execute function private.audit_membership('member_left');

create function private.audit_invitation() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.audit(
    tg_argv[0], null, new.project_id, new.id, 'user', coalesce(new.accepted_by, new.created_by), null,
    jsonb_build_object('role', new.role)
  );
  return null;
end
$$;

create trigger audit_invited
after insert on public.invitations
for each row execute function private.audit_invitation('member_invited');
create trigger audit_accepted
after update on public.invitations
for each row when (new.accepted_at is not null and old.accepted_at is null)
execute function private.audit_invitation('invitation_accepted');

-- Joins the export: what the person made or accepted.
create function private.exported_invitations(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      i.id, i.project_id, i.role, case when i.created_by = p_user_id then i.created_by end as created_by,
      i.created_at, i.expires_at, case when i.accepted_by = p_user_id then i.accepted_by end as accepted_by,
      i.accepted_at
    from public.invitations as i
    where
      (i.created_by = p_user_id or i.accepted_by = p_user_id)
      and (p_after is null or i.id > (p_after ->> 0)::uuid)
    order by i.id
    limit p_limit
  ) as x
$$;

-- Joins the purge.
create function private.purge_invitations(p_batch integer) returns jsonb
language sql
security definer
set search_path = ''
as $$
  with dead as (
    select i.id from public.invitations as i
    where i.expires_at <= now() - interval '30 days'
    limit p_batch
    for update skip locked
  ), gone as (
    delete from public.invitations as i using dead as d where i.id = d.id returning i.id
  )
  select jsonb_build_object('invitations', count(*)) from gone
$$;

create function public.purge_invitations(p_batch integer) returns jsonb
language sql
set search_path = ''
as $$ select private.purge_invitations(p_batch) $$;

alter table public.invitations enable row level security;

create policy invitations_select on public.invitations for select to authenticated
using (id in (select private.open_invitation_ids()));

grant select (id, project_id, role, created_by, created_at, expires_at) on public.invitations to authenticated;
grant execute on function private.open_invitation_ids to authenticated;
grant execute on function private.create_invitation, public.create_invitation to authenticated;
grant execute on function private.withdraw_invitation, public.withdraw_invitation to authenticated;
grant execute on function private.invitation_preview, public.invitation_preview to authenticated;
grant execute on function private.accept_invitation, public.accept_invitation to authenticated;
grant execute on function private.project_people, public.project_people to authenticated;
grant execute on function private.purge_invitations, public.purge_invitations to service_role;

comment on table public.profiles is
'What a person calls themselves: shown to those who share a project with them and to whom they invite, and to no
recipient. Made at the first change, kept until the account goes.';
comment on table public.restrictions is
'Whose data is kept and not used: no post, no renewed token, no caption, no page view, no name shown to others. Until
they lift it, or go.';
comment on table private.audit_log is
'Connects, disconnects, publications, ended accesses, rotations, switches, invitations, who joins and leaves: who, what,
when. Ids and codes only. Kept without end: a chain that loses its beginning can no longer be verified, and its pseudonyms
mean nobody once their accounts are gone.';
