-- Whoever connected an account can always end what they gave: by a click while they are in the project, whatever their
-- role is by then, and by leaving it. Nobody publishes with the consent of somebody who cannot take it back any more.

-- The giver of an access needs no more than to be in the project. A connection that is gone is known by its receipt.
create function private.require_disconnector(p_connection_id uuid, p_user_id uuid) returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  v_project_id uuid;
  v_theirs uuid;
begin
  select c.project_id, c.connected_by into v_project_id, v_theirs
  from public.connections as c
  where c.id = p_connection_id;
  if not found then
    select d.project_id, d.disconnected_by into v_project_id, v_theirs
    from public.disconnections as d
    where d.connection_id = p_connection_id;
  end if;
  perform private.require_role(
    v_project_id, case when v_theirs = p_user_id then 'viewer' else 'editor' end::public.project_role, p_user_id
  );
end
$$;

create or replace function private.may_disconnect(p_connection_id uuid) returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_disconnector(p_connection_id, auth.uid());
  return auth.uid();
end
$$;

create or replace function private.disconnect_connection(p_connection_id uuid, p_user_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection public.connections;
begin
  select * into v_connection from public.connections as c where c.id = p_connection_id for update;
  perform private.require_disconnector(p_connection_id, p_user_id);
  if v_connection.id is null then
    return (
      select jsonb_build_object('receipt', to_jsonb(d) - 'disconnected_by')
      from public.disconnections as d
      where d.connection_id = p_connection_id
    );
  end if;
  return private.remove_connection(v_connection, 'user', p_user_id);
end
$$;

-- Before keep_an_owner takes the project: whoever ends an access has its connection when they come to the project.
create function private.hold_connections() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1 from public.connections as c
  where c.project_id = old.project_id and c.connected_by = old.user_id
  order by c.id
  for update;
  return old;
end
$$;

create trigger hold_connections
before delete on public.project_members
for each row execute function private.hold_connections();

-- After the delete: those who are told are those who are left. An erasure ends the accesses that go with it by itself,
-- and tells the platforms.
create function private.end_given_access() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_connection_id uuid;
begin
  for v_connection_id in
    select c.id from public.connections as c
    where
      c.project_id = old.project_id and c.connected_by = old.user_id
      and not private.has_tombstone('user', old.user_id)
      and not exists (select 1 from private.erasure_projects as e where e.project_id = old.project_id)
    order by c.id
  loop
    perform private.end_access(v_connection_id, 'member_left');
  end loop;
  return null;
end
$$;

create trigger end_given_access
after delete on public.project_members
for each row execute function private.end_given_access();

-- A connect under way and its person's leaving take turns: whichever is second sees the first. The person first, as an
-- erasure takes them. Before the insert: then a reconnect, too, has the member before the connection.
create function private.hold_member() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform 1 from auth.users as u where u.id = new.connected_by for key share;
  perform 1 from public.project_members as m
  where m.project_id = new.project_id and m.user_id = new.connected_by
  for key share;
  if not found then
    perform private.require_role(new.project_id, 'editor', new.connected_by);
  end if;
  return new;
end
$$;

create trigger hold_member
before insert on public.connections
for each row when (new.connected_by is not null)
execute function private.hold_member();

-- As before, and through an account whose access has ended: where its person left, the platform would still take the
-- token that a worker has in its memory.
create or replace function private.hold_ending_commit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.has_tombstone('user', new.created_by)
    or exists (select 1 from private.erasure_projects as p where p.project_id = new.project_id)
    or exists (
      select 1 from public.connections as c
      where
        c.id = new.connection_id and (c.status <> 'active' or private.has_tombstone('user', c.connected_by))
    ) then
    return null;
  end if;
  return new;
end
$$;

-- Those whose people left before it was so.
select private.end_access(c.id, 'member_left')
from public.connections as c
where
  not exists (
    select 1 from public.project_members as m where m.project_id = c.project_id and m.user_id = c.connected_by
  )
  and c.connected_by is not null
  and not private.has_tombstone('user', c.connected_by)
  and not exists (select 1 from private.erasure_projects as e where e.project_id = c.project_id);
