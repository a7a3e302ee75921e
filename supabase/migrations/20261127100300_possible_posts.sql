-- Files for themselves, before anybody has thought of an account: what they could become, and the facts by which it is
-- judged. For whoever may see them, because nothing is asked of a platform and nothing begins.

create function private.possible_posts(p_media_asset_ids uuid[]) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_items jsonb;
  v_media_types text[];
begin
  -- A file that is not there has no project, which is nobody's.
  perform private.require_role(a.project_id, 'viewer')
  from unnest(p_media_asset_ids) as asked (id)
  left join public.media_assets as a on asked.id = a.id;
  select
    coalesce(
      jsonb_agg(private.media_for_step(a) || jsonb_build_object('position', asked.ordinality - 1)
        order by asked.ordinality),
      '[]'
    ),
    array_agg(a.media_type order by asked.ordinality)
  into v_items, v_media_types
  from unnest(p_media_asset_ids) with ordinality as asked (id, ordinality)
  inner join public.media_assets as a on asked.id = a.id and a.state = 'ready';
  if jsonb_array_length(v_items) <> cardinality(p_media_asset_ids) then
    perform private.refuse(422, 'media_not_ready');
  end if;
  return jsonb_build_object(
    'items', v_items,
    'posts', (
      select coalesce(jsonb_agg(jsonb_build_object('platform', w.platform, 'kind', k.kind) order by w.nth), '[]')
      from (
        values
          (1, 'instagram'::public.platform, false), (2, 'instagram', true), (3, 'tiktok', false)
      ) as w (nth, platform, story)
      cross join lateral (select private.kind_of(w.platform, v_media_types, w.story) as kind) as k
      where k.kind is not null
    )
  );
end
$$;

create function public.possible_posts(p_media_asset_ids uuid[]) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.possible_posts(p_media_asset_ids) $$;

grant execute on function private.possible_posts, public.possible_posts to authenticated;
