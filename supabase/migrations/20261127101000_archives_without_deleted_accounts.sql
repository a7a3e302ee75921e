-- What Meta wants deleted is also in the archives that people made of their data: those go with the account.

-- Membership says who could read a connection now; this says whose archive already did.
alter table public.exports add column connection_ids uuid[] not null default '{}';
comment on column public.exports.connection_ids is
'The connections whose data may be in the archive, those of its posts among them.';
create index exports_connection_ids_idx on public.exports using gin (connection_ids)
where state in ('gathering', 'copying', 'ready');

create function private.archived_connection_ids(p_user_id uuid) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select private.connection_ids_of(p_user_id)
  union
  select p.connection_id from public.publications as p
  where p.connection_id is not null and p.id in (select private.publication_ids_of(p_user_id))
$$;

-- The same from the other end. Those who have left count, too: their archives hold what they made.
create function private.export_user_ids_of(p_connection public.connections) returns setof uuid
language sql
stable
set search_path = ''
as $$
  select m.user_id from public.project_members as m
  where m.project_id = p_connection.project_id and m.role = 'owner'
  union
  select p_connection.connected_by
  where p_connection.connected_by is not null
  union
  select p.created_by from public.publications as p
  where p.connection_id = p_connection.id and p.created_by is not null
$$;

-- As before, but that it notes the connections before the first of their rows is read.
create or replace function private.claim_export(p_export_id uuid) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  update public.exports as e
  set
    epoch = e.epoch + 1, lease_expires_at = now() + interval '90 seconds',
    connection_ids = array(
      select unnest(e.connection_ids)
      union
      select private.archived_connection_ids(e.user_id)
    )
  where
    e.id = p_export_id and e.state in ('gathering', 'copying')
    and (e.lease_expires_at is null or e.lease_expires_at <= now())
    and e.created_at > now() - interval '1 day'
  returning * into v_export;
  return case when v_export.id is not null then to_jsonb(v_export) - 'user_id' - 'request_id' - 'connection_ids' end;
end
$$;

-- What is ready is not there any more, and what is being made begins anew without them; who is at work on it is
-- overtaken. Nobody who could read them begins one before this is over.
create function private.withdraw_exports(p_connection_ids uuid[], p_user_ids uuid[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  perform pg_advisory_xact_lock(hashtextextended('private.start_export ' || u.id, 0))
  from (select distinct unnest(p_user_ids) as id order by id) as u;
  for v_export in
    select * from public.exports as e
    where
      e.state in ('gathering', 'copying', 'ready')
      and e.id in (
        select t.id from public.exports as t
        where t.user_id = any (p_user_ids)
        union
        select n.id from public.exports as n
        where n.state in ('gathering', 'copying', 'ready') and n.connection_ids && p_connection_ids
      )
    order by e.id
    for update
  loop
    if v_export.state = 'ready' then
      -- Over from now on: the cron of every minute finds it, and empties its folder.
      update public.exports as e set expires_at = least(e.expires_at, now()) where e.id = v_export.id;
      perform private.queue_folder_deletion(v_export.folder, now());
    else
      perform private.restart_export(v_export.id, v_export.epoch, null);
      update public.exports as e
      set epoch = e.epoch + 1, lease_expires_at = null
      where e.id = v_export.id;
    end if;
  end loop;
end
$$;

-- As before, and the archives.
create or replace function private.delete_instagram_account(p_user_id text, p_issued_at bigint, p_digest text)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_code text;
  v_connection public.connections;
  v_cleared integer;
  v_removed jsonb;
  v_connection_ids uuid[] := '{}';
  v_user_ids uuid[] := '{}';
begin
  insert into private.platform_deletions (confirmation_code, digest, platform)
  values (replace(gen_random_uuid()::text, '-', ''), p_digest, 'instagram')
  on conflict (digest) do nothing
  returning confirmation_code into v_code;
  if v_code is null then
    return (select d.confirmation_code from private.platform_deletions as d where d.digest = p_digest);
  end if;
  for v_connection in
    select * from public.connections as c
    where c.platform = 'instagram' and c.callback_ids @> array[p_user_id]
    order by c.id
    for update
  loop
    if date_trunc('second', v_connection.connected_at) > to_timestamp(p_issued_at) then
      update private.platform_deletions as d
      set outcome = 'connected_again'
      where d.confirmation_code = v_code and d.outcome = 'nothing_held';
      continue;
    end if;
    v_connection_ids := v_connection_ids || v_connection.id;
    v_user_ids := v_user_ids || array(select private.export_user_ids_of(v_connection));
    v_cleared := private.forget_posts(v_connection.id);
    v_removed := private.remove_connection(v_connection, 'platform_deletion', null);
    perform private.tell_editors(
      v_connection.project_id, 'account_removed', v_connection.platform, v_connection.id, 'platform_deletion'
    );
    update private.platform_deletions as d
    set
      outcome = 'deleted',
      tokens_deleted = d.tokens_deleted + (v_removed #>> '{receipt,tokens_deleted}')::integer,
      publications_cleared = d.publications_cleared + v_cleared
    where d.confirmation_code = v_code;
  end loop;
  -- Last, as in an erasure: two who lock in another order wait for each other.
  perform private.withdraw_exports(v_connection_ids, v_user_ids);
  return v_code;
end
$$;
