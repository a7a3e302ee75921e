-- Projects and who may do what in them. Every other table asks private.project_ids() or
-- private.require_role(); no endpoint knows the rules.

-- Declared from the weakest to the strongest, so that role >= 'editor' reads as it should.
create type public.project_role as enum ('viewer', 'editor', 'owner');

create table public.projects (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 120),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now()
);
comment on table public.projects is 'What creators work in. Its name goes to Anthropic with a caption request.';

create table public.project_members (
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.project_role not null,
  created_at timestamptz not null default now(),
  primary key (project_id, user_id)
);
comment on table public.project_members is 'The one place that says who may read or change a project.';

create index projects_created_by_idx on public.projects (created_by);
create index project_members_user_id_idx on public.project_members (user_id, role);

-- A set rather than a yes or no: a policy that says "in (select ...)" is planned once per query, not per row.
create function private.project_ids(p_at_least public.project_role default 'viewer') returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select m.project_id
  from public.project_members as m
  where m.user_id = (select auth.uid()) and m.role >= p_at_least
$$;
comment on function private.project_ids is 'The projects in which the caller has at least this role.';

-- A person who may not even read must not learn that a thing exists (404); one who may read but not act is
-- told so (403).
create function private.require_role(
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
    perform private.refuse(404, 'not_found');
  elsif v_role < p_at_least then
    perform private.refuse(403, 'role_too_low');
  end if;
end
$$;

create function private.create_project(p_name text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  insert into public.projects (name, created_by) values (p_name, auth.uid()) returning * into v_project;
  insert into public.project_members (project_id, user_id, role) values (v_project.id, auth.uid(), 'owner');
  return jsonb_build_object('id', v_project.id, 'name', v_project.name, 'created_at', v_project.created_at);
end
$$;

create function public.create_project(name text) returns jsonb
language sql
set search_path = ''
as $$ select private.create_project(name) $$;
comment on function public.create_project is 'A project and its first owner, in one transaction.';

-- A project without an owner could never be managed or erased again. Locking the project makes two owners who
-- leave at the same moment take turns.
create function private.keep_an_owner() returns trigger
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
    ) then
      perform private.refuse(409, 'last_owner');
    end if;
  end if;
  return coalesce(new, old);
end
$$;

create trigger keep_an_owner
before update or delete on public.project_members
for each row execute function private.keep_an_owner();

alter table public.projects enable row level security;
alter table public.project_members enable row level security;

create policy projects_select on public.projects for select to authenticated
using (id in (select private.project_ids()));
create policy projects_update on public.projects for update to authenticated
using (id in (select private.project_ids('owner')))
with check (id in (select private.project_ids('owner')));

create policy project_members_select on public.project_members for select to authenticated
using (project_id in (select private.project_ids()));
create policy project_members_insert on public.project_members for insert to authenticated
with check (project_id in (select private.project_ids('owner')));
create policy project_members_update on public.project_members for update to authenticated
using (project_id in (select private.project_ids('owner')))
with check (project_id in (select private.project_ids('owner')));
create policy project_members_delete on public.project_members for delete to authenticated
using (project_id in (select private.project_ids('owner')));

grant select, update (name) on public.projects to authenticated;
grant select, insert (project_id, user_id, role), update (role), delete on public.project_members to authenticated;
grant execute on function private.project_ids, private.create_project, public.create_project to authenticated;
grant execute on function private.require_role to authenticated;
