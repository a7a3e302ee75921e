-- What a person leaves in projects of others: at erasure the words and ids of what they published go, and until then
-- whatever holds their id is in their export, also of projects that they have left.

-- The ids of posts that outlive the account they went through. publish_id too: only an erasure asks it of TikTok.
create function private.forget_platform_ids(p_publication_ids uuid[]) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_cleared integer;
begin
  update public.publication_items as i
  set container_id = null
  where i.publication_id = any (p_publication_ids) and i.container_id is not null;
  update public.publication_events as e
  set detail = '{}'
  where e.publication_id = any (p_publication_ids) and e.detail <> '{}';
  with cleared as (
    update public.publications as p
    set
      post_id = null, permalink = null, container_id = null, publish_id = null, platform_ids_cleared_at = now(),
      epoch = p.epoch + 1
    where
      p.id = any (p_publication_ids)
      and num_nonnulls(p.post_id, p.permalink, p.container_id, p.publish_id) > 0
    returning p.id, p.state
  )
  insert into public.publication_events (publication_id, event, state)
  select c.id, 'platform_ids_cleared', c.state from cleared as c;
  get diagnostics v_cleared = row_count;
  -- After the publications: a publish_id that goes is noted here.
  delete from private.former_jobs as f where f.publication_id = any (p_publication_ids);
  delete from private.tiktok_uploads as u where u.publication_id = any (p_publication_ids);
  return v_cleared;
end
$$;

create or replace function private.forget_posts(p_connection_id uuid) returns integer
language plpgsql
set search_path = ''
as $$
begin
  -- Waits for whoever is writing an id this very moment; the statements after it see it.
  perform 1 from public.publications as p where p.connection_id = p_connection_id order by p.id for update;
  return private.forget_platform_ids(
    array(select p.id from public.publications as p where p.connection_id = p_connection_id)
  );
end
$$;

-- Of a click: everything its creator typed or chose, and by what their browser would know it again.
create function private.forget_clicks(p_publication_ids uuid[]) returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.publication_items as i
  set alt_text = null
  where i.publication_id = any (p_publication_ids) and i.alt_text is not null;
  update public.publications as p
  set
    caption = '', options = '{}', idempotency_key = gen_random_uuid()::text,
    request_hash = private.digest_of(gen_random_uuid())
  where p.id = any (p_publication_ids);
  insert into public.publication_events (publication_id, event, state)
  select p.id, 'words_cleared', p.state from public.publications as p
  where p.id = any (p_publication_ids)
  order by p.id;
end
$$;

-- With the name of who clicked, whatever takes it away. Without an account nobody knows any more whose the post was.
create function private.forget_unlinked_click() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.forget_clicks(array[new.id]);
  if new.connection_id is null then
    perform private.forget_platform_ids(array[new.id]);
  end if;
  return null;
end
$$;

create trigger forget_unlinked_click
after update on public.publications
for each row when (old.created_by is not null and new.created_by is null)
execute function private.forget_unlinked_click();

-- A post whose outcome was open may be found unsent when its words are gone. It is nobody's click any more: the row
-- does not change, so the worker finds itself overtaken, until the deadline of the state ends it.
create function private.hold_unlinked_commit() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  return null;
end
$$;

create trigger hold_unlinked_commit
before update on public.publications
for each row when (new.state = 'committing' and old.state <> 'committing' and new.created_by is null)
execute function private.hold_unlinked_commit();

-- As before, but that of what others see of its posts the words and ids go first: afterwards nothing says which they
-- were.
create or replace function private.erase_connection(p private.erasures) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_connection public.connections;
  v_removed jsonb;
begin
  select * into v_connection
  from public.connections as c
  where
    c.connected_by = p.user_id
    or c.project_id in (select g.project_id from private.erasure_projects as g where g.erasure_id = p.id)
  order by c.id
  limit 1
  for update;
  if v_connection.id is null then
    perform private.note_erased(p.id, 'connections', '{}', true);
    return private.move_erasure(p.id, 'projects');
  end if;
  if not exists (select 1 from private.erasure_projects as g where g.project_id = v_connection.project_id) then
    perform private.forget_posts(v_connection.id);
    perform private.forget_clicks(
      array(select u.id from public.publications as u where u.connection_id = v_connection.id)
    );
  end if;
  v_removed := private.remove_connection(v_connection, 'user', p.user_id);
  perform private.tell_editors(
    v_connection.project_id, 'account_removed', v_connection.platform, v_connection.id, 'account_erased'
  );
  perform private.note_erased(
    p.id, 'connections',
    jsonb_build_object('removed', 1, 'tokens_deleted', (v_removed #>> '{receipt,tokens_deleted}')::integer), false
  );
  return jsonb_build_object('removed', v_removed);
end
$$;

-- What people who are erased already left behind so far.
select private.forget_clicks(array(select p.id from public.publications as p where p.created_by is null));
select private.forget_platform_ids(
  array(select p.id from public.publications as p where p.created_by is null and p.connection_id is null)
);

comment on table public.publications is
'One click on Publish, what was asked for, and what became of it. Kept with its project; the words of a finished one go
with its content, and all of them with the account of who clicked or whose account it went through.';

-- What belongs to a person: of the projects they own everything, of all others what they made themselves, whether or
-- not they are still in them.
create or replace function private.content_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select c.id from public.contents as c where c.project_id in (select private.owned_project_ids(p_user_id))
  union
  select c.id from public.contents as c where c.created_by = p_user_id
$$;

create or replace function private.media_asset_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select a.id from public.media_assets as a where a.project_id in (select private.owned_project_ids(p_user_id))
  union
  select a.id from public.media_assets as a where a.created_by = p_user_id
$$;

create or replace function private.connection_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select c.id from public.connections as c where c.project_id in (select private.owned_project_ids(p_user_id))
  union
  select c.id from public.connections as c where c.connected_by = p_user_id
$$;

create or replace function private.publication_ids_of(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select p.id from public.publications as p where p.project_id in (select private.owned_project_ids(p_user_id))
  union
  select p.id from public.publications as p where p.created_by = p_user_id
$$;

create or replace function private.exported_projects(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select p.id, p.name, case when p.created_by = p_user_id then p.created_by end as created_by, p.created_at
    from public.projects as p
    where
      (p.created_by = p_user_id or p.id in (select private.joined_project_ids(p_user_id)))
      and (p_after is null or p.id > (p_after ->> 0)::uuid)
    order by p.id
    limit p_limit
  ) as x
$$;

create or replace function private.exported_disconnections(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select
      d.id, d.connection_id, d.project_id, d.platform,
      case when d.disconnected_by = p_user_id then d.disconnected_by end as disconnected_by, d.disconnected_at,
      d.tokens_deleted, d.revocation, d.revocation_at, d.cause
    from public.disconnections as d
    where
      (d.project_id in (select private.owned_project_ids(p_user_id)) or d.disconnected_by = p_user_id)
      and (p_after is null or d.id > (p_after ->> 0)::uuid)
    order by d.id
    limit p_limit
  ) as x
$$;

create or replace function private.exported_access_endings(p_user_id uuid, p_after jsonb, p_limit integer)
returns table (key jsonb, line jsonb)
language sql
stable
set search_path = ''
as $$
  select jsonb_build_array(x.id), to_jsonb(x)
  from (
    select a.id, a.connection_id, a.project_id, a.platform, a.cause, a.tokens_deleted, a.ended_at
    from public.access_endings as a
    where
      (
        a.project_id in (select private.owned_project_ids(p_user_id))
        or a.connection_id in (select private.connection_ids_of(p_user_id))
      )
      and (p_after is null or a.id > (p_after ->> 0)::uuid)
    order by a.id
    limit p_limit
  ) as x
$$;
