-- A new key for the envelopes: what an operator's command needs to count them, read them in batches and put each back
-- sealed anew. The database never sees a key. Nothing here waits for live traffic, and whatever came in between wins.

-- How many envelopes there are under each key. Reads every row: an index by key would cost every refresh more than it
-- would save this once.
create function private.count_envelopes() returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  with envelopes as (
    select 'connection_tokens' as stored_in, 'access' as kind, t.access_token as envelope
    from private.connection_tokens as t
    union all
    select 'connection_tokens' as stored_in, 'refresh' as kind, t.refresh_token as envelope
    from private.connection_tokens as t
    where t.refresh_token is not null
    union all
    select 'tiktok_uploads' as stored_in, 'upload_url' as kind, u.upload_url as envelope
    from private.tiktok_uploads as u
  ), counted as (
    select e.stored_in, e.kind, split_part(e.envelope, '.', 2) as key_id, count(*) as envelopes
    from envelopes as e
    group by 1, 2, 3
  )
  select coalesce(jsonb_agg(to_jsonb(c) order by c.stored_in, c.kind, c.key_id), '[]') from counted as c
$$;

create function public.count_envelopes() returns jsonb
language sql
stable
set search_path = ''
as $$ select private.count_envelopes() $$;

-- The next owners of envelopes after p_after, by id: connections, and of an upload_url, publications. Those that
-- p_not_under names as their key are left out; null: none is. Ids are random and of one kind, so that one cursor
-- serves both tables. Custom plans: with unknown limits the planner would rather sort the whole table for each batch.
create function private.read_envelopes(p_after uuid, p_owners integer, p_not_under text) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_prefix text := 'v1.' || p_not_under || '.';
begin
  return (
    with owners as (
      (
        select t.connection_id as owner_id, t.access_token, t.refresh_token, null as upload_url
        from private.connection_tokens as t
        where
          t.connection_id > p_after
          and (
            starts_with(t.access_token, v_prefix) is not true or starts_with(t.refresh_token, v_prefix) is false
          )
        order by t.connection_id
        limit p_owners
      )
      union all
      (
        select u.publication_id as owner_id, null as access_token, null as refresh_token, u.upload_url
        from private.tiktok_uploads as u
        where u.publication_id > p_after and starts_with(u.upload_url, v_prefix) is not true
        order by u.publication_id
        limit p_owners
      )
      order by owner_id
      limit p_owners
    )
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'owner_id', o.owner_id,
        'platform', case
          when o.upload_url is null then (select c.platform from public.connections as c where c.id = o.owner_id)
          else 'tiktok'
        end,
        'access', o.access_token, 'refresh', o.refresh_token, 'upload_url', o.upload_url
      )
      order by o.owner_id
    ), '[]')
    from owners as o
  );
end
$$;

create function public.read_envelopes(p_after uuid, p_owners integer, p_not_under text) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.read_envelopes(p_after, p_owners, p_not_under) $$;

-- Puts envelopes back: [{owner_id, kind, old, new}]. Returns how many. One that is not `old` any more was refreshed,
-- reconnected or disconnected meanwhile, and stays as it is; a row that somebody holds is left for the next pass, so
-- that two who lock in different orders never wait for each other. The version stays: to a refresh under way these
-- are the tokens it began with.
create function private.replace_envelopes(p_replacements jsonb) returns integer
language sql
security definer
set search_path = ''
as $$
  with given as materialized (
    select r.owner_id, r.kind, r.old, r.new
    from jsonb_to_recordset(p_replacements) as r (owner_id uuid, kind text, old text, new text)
  ), held as materialized (
    select t.connection_id, t.access_token, t.refresh_token
    from private.connection_tokens as t
    where t.connection_id = any (array(select g.owner_id from given as g where g.kind <> 'upload_url'))
    for no key update skip locked
  ), tokens as (
    update private.connection_tokens as t
    set access_token = coalesce(a.new, h.access_token), refresh_token = coalesce(r.new, h.refresh_token)
    from held as h
    left join given as a on a.owner_id = h.connection_id and a.kind = 'access' and a.old = h.access_token
    left join given as r on r.owner_id = h.connection_id and r.kind = 'refresh' and r.old = h.refresh_token
    where t.connection_id = h.connection_id and num_nonnulls(a.new, r.new) > 0
    returning num_nonnulls(a.new, r.new) as replaced
  ), held_uploads as materialized (
    select u.publication_id, u.upload_url
    from private.tiktok_uploads as u
    where u.publication_id = any (array(select g.owner_id from given as g where g.kind = 'upload_url'))
    for no key update skip locked
  ), uploads as (
    update private.tiktok_uploads as u
    set upload_url = g.new
    from held_uploads as h
    inner join given as g on g.owner_id = h.publication_id and g.kind = 'upload_url' and g.old = h.upload_url
    where u.publication_id = h.publication_id
    returning 1 as replaced
  )
  select coalesce(sum(x.replaced), 0)::integer
  from (select t.replaced from tokens as t union all select u.replaced from uploads as u) as x
$$;

create function public.replace_envelopes(p_replacements jsonb) returns integer
language sql
set search_path = ''
as $$ select private.replace_envelopes(p_replacements) $$;

grant execute on function private.count_envelopes, public.count_envelopes to service_role;
grant execute on function private.read_envelopes, public.read_envelopes to service_role;
grant execute on function private.replace_envelopes, public.replace_envelopes to service_role;
