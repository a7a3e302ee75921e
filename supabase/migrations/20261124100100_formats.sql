-- Every format of both platforms: what follows from the media, what a creator chooses, and what a platform calls the
-- parts of it while they are prepared.

alter table public.publications
add column cover_asset_id uuid references public.media_assets (id) on delete set null,
-- Far more than every choice of both platforms needs, and too little for a number or a nesting that no worker can read.
add constraint publications_options_are_small check (octet_length(options::text) <= 1500);
comment on column public.publications.cover_asset_id is 'The picture that stands for a reel until it is played.';

alter table public.publication_items
add column container_id text;
comment on column public.publication_items.container_id is
'Instagram''s container of one item of a carousel. Nothing is visible of it before the whole is published.';

revoke select on public.publication_items from authenticated;
grant select (publication_id, position, media_asset_id, alt_text) on public.publication_items to authenticated;
grant select (cover_asset_id) on public.publications to authenticated;

create index publications_cover_asset_id_idx on public.publications (cover_asset_id);

-- The address TikTok gave for the bytes of one video: whoever knows it can upload, so it is kept like a token.
create table private.tiktok_uploads (
  publication_id uuid primary key references public.publications (id) on delete cascade,
  upload_url text not null check (upload_url ~ '^v1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'),
  byte_size bigint not null check (byte_size > 0),
  chunk_size bigint not null check (chunk_size > 0),
  -- How many chunks TikTok has said it stored. It may have stored one more.
  stored_chunks integer not null default 0 check (stored_chunks >= 0),
  expires_at timestamptz not null
);
comment on table private.tiktok_uploads is
'A video on its way to TikTok in chunks, over as many function calls as it takes.';

create index tiktok_uploads_expires_at_idx on private.tiktok_uploads (expires_at);
alter table private.tiktok_uploads enable row level security;

-- No format is left out because of its file type: what a platform does not take is named by the check of the post,
-- which can say which item it is and what helps.
create function private.kind_of(p_platform public.platform, p_media_types text[], p_story boolean)
returns public.publication_kind
language sql
immutable
set search_path = ''
as $$
  select case
    when p_platform = 'instagram' and cardinality(p_media_types) between 2 and 10 and not p_story then 'carousel'
    when p_platform = 'instagram' and cardinality(p_media_types) = 1 then case
      when p_story then 'story'
      when p_media_types[1] like 'video/%' then 'reel'
      else 'photo'
    end
    when p_platform = 'tiktok' and cardinality(p_media_types) between 1 and 35
      and 'image' = all (select split_part(t, '/', 1) from unnest(p_media_types) as t) then 'photo'
    when p_platform = 'tiktok' and cardinality(p_media_types) = 1 then 'video'
  end::public.publication_kind
$$;
comment on function private.kind_of(public.platform, text[], boolean) is
'The kind follows from the probed media, and from the wish for a story. Null: this combination cannot be published.';

-- A cover is one of the content's own pictures.
create function private.cover_is_missing(p_cover_asset_id uuid, p_content_id uuid) returns boolean
language sql
stable
set search_path = ''
as $$
  select p_cover_asset_id is not null and not exists (
    select 1 from public.media_assets as a
    where a.id = p_cover_asset_id and a.content_id = p_content_id and a.state = 'ready'
  )
$$;

-- What would be posted, under the eyes of who may post it: for the check before the click. The same shape as the
-- claim of a step, so that both run the same rules.
create function private.preflight(p_request jsonb) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_asked public.publications := jsonb_populate_record(null::public.publications, p_request);
  v_connection public.connections;
  v_items jsonb;
begin
  v_asked.project_id := (select c.project_id from public.contents as c where c.id = v_asked.content_id);
  perform private.require_role(v_asked.project_id, 'editor');
  select * into v_connection
  from public.connections as c
  where c.id = v_asked.connection_id and c.project_id = v_asked.project_id;
  if v_connection.id is null then
    perform private.refuse(404, 'not_found');
  elsif v_connection.platform <> v_asked.platform then
    perform private.refuse(422, 'platform_mismatch');
  end if;
  select coalesce(jsonb_agg(private.media_for_step(a) || jsonb_build_object(
    'position', i.ordinality - 1, 'alt_text', i.item ->> 'alt_text', 'container_id', null
  ) order by i.ordinality), '[]') into v_items
  from jsonb_array_elements(p_request -> 'items') with ordinality as i (item, ordinality)
  inner join public.media_assets as a
    on a.id = (i.item ->> 'media_asset_id')::uuid and a.content_id = v_asked.content_id and a.state = 'ready';
  if jsonb_array_length(v_items) <> jsonb_array_length(p_request -> 'items')
    or private.cover_is_missing(v_asked.cover_asset_id, v_asked.content_id) then
    perform private.refuse(422, 'media_not_ready');
  end if;
  return jsonb_build_object(
    'kind', private.kind_of(
      v_asked.platform,
      array(select m.item ->> 'media_type' from jsonb_array_elements(v_items) as m (item)),
      coalesce((p_request #>> '{options,story}')::boolean, false)
    ),
    'items', v_items,
    'cover', (
      select private.media_for_step(a) || jsonb_build_object('position', 0)
      from public.media_assets as a
      where a.id = v_asked.cover_asset_id and a.content_id = v_asked.content_id and a.state = 'ready'
    ),
    'connection_id', v_connection.id,
    'status', v_connection.status
  );
end
$$;

create function private.media_for_step(p public.media_assets) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'object_key', p.object_key, 'media_type', p.media_type, 'byte_size', p.byte_size, 'width', p.width,
    'height', p.height, 'duration_ms', p.duration_ms, 'frame_rate', p.frame_rate, 'video_codec', p.video_codec,
    'audio_codec', p.audio_codec, 'bit_rate', p.bit_rate, 'audio_sample_rate', p.audio_sample_rate,
    'audio_channels', p.audio_channels, 'chroma', p.chroma, 'progressive', p.progressive, 'fast_start', p.fast_start,
    'edit_list', p.edit_list, 'multi_picture', p.multi_picture
  )
$$;

create function public.preflight(p_request jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.preflight(p_request) $$;

-- As before, for every format: a cover is one of the content's own pictures.
create or replace function private.create_publication(
  p_request jsonb, p_idempotency_key text, p_request_hash text
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_asked public.publications := jsonb_populate_record(null::public.publications, p_request);
  v_connection public.connections;
  v_media_types text[];
  v_consent jsonb := p_request #> '{options,music_usage}';
  v_publication public.publications;
  v_created boolean := false;
begin
  select * into v_publication
  from public.publications as p
  where p.created_by = auth.uid() and p.idempotency_key = p_idempotency_key;
  if v_publication.id is not null then
    perform private.require_role(v_publication.project_id, 'editor');
  else
    v_asked.project_id := (select c.project_id from public.contents as c where c.id = v_asked.content_id);
    perform private.require_role(v_asked.project_id, 'editor');
    select * into v_connection
    from public.connections as c
    where c.id = v_asked.connection_id and c.project_id = v_asked.project_id;
    if v_connection.id is null then
      perform private.refuse(404, 'not_found');
    elsif v_connection.status <> 'active' then
      perform private.refuse(409, 'reconnect_needed');
    elsif v_connection.platform <> v_asked.platform then
      perform private.refuse(422, 'platform_mismatch');
    elsif v_asked.platform = 'tiktok' and v_consent ->> 'agreed' is distinct from 'true' then
      perform private.refuse(422, 'consent_missing');
    end if;
    select array_agg(a.media_type order by i.ordinality) into v_media_types
    from jsonb_array_elements(p_request -> 'items') with ordinality as i (item, ordinality)
    inner join public.media_assets as a
      on a.id = (i.item ->> 'media_asset_id')::uuid and a.content_id = v_asked.content_id and a.state = 'ready';
    if cardinality(v_media_types) is distinct from jsonb_array_length(p_request -> 'items') then
      perform private.refuse(422, 'media_not_ready');
    end if;
    if private.cover_is_missing(v_asked.cover_asset_id, v_asked.content_id) then
      perform private.refuse(422, 'media_not_ready');
    end if;
    v_asked.kind := private.kind_of(
      v_asked.platform, v_media_types, coalesce((p_request #>> '{options,story}')::boolean, false)
    );
    if v_asked.kind is null then
      perform private.refuse(422, 'kind_not_supported');
    end if;
    insert into public.publications (
      project_id, content_id, connection_id, platform, kind, caption, options, cover_asset_id, idempotency_key,
      request_hash, created_by
    )
    values (
      v_asked.project_id, v_asked.content_id, v_asked.connection_id, v_asked.platform, v_asked.kind, v_asked.caption,
      -- Kept among the choices as well: a cover that is deleted meanwhile was chosen all the same.
      v_asked.options || jsonb_strip_nulls(jsonb_build_object('cover_asset_id', v_asked.cover_asset_id)),
      v_asked.cover_asset_id, p_idempotency_key, p_request_hash, auth.uid()
    )
    on conflict (created_by, idempotency_key) do nothing
    returning * into v_publication;
    v_created := v_publication.id is not null;
  end if;
  if v_created then
    insert into public.publication_items (publication_id, position, media_asset_id, alt_text)
    select
      v_publication.id, i.ordinality - 1, (i.item ->> 'media_asset_id')::uuid, i.item ->> 'alt_text'
    from jsonb_array_elements(p_request -> 'items') with ordinality as i (item, ordinality);
    if v_publication.platform = 'tiktok' then
      insert into public.consents (user_id, publication_id, subject, text_version)
      values (
        auth.uid(), v_publication.id,
        case
          when v_publication.options ->> 'branded_content' = 'true' then 'tiktok_branded_content_and_music_usage'
          else 'tiktok_music_usage'
        end,
        v_consent ->> 'text_version'
      );
    end if;
    insert into public.publication_events (publication_id, event, state)
    values (v_publication.id, 'publish_clicked', 'queued');
  elsif v_publication.id is null then
    -- Another request with this key won the insert between our look and ours.
    select * into v_publication
    from public.publications as p
    where p.created_by = auth.uid() and p.idempotency_key = p_idempotency_key;
  end if;
  if v_publication.request_hash <> p_request_hash then
    perform private.refuse(422, 'idempotency_key_reused');
  end if;
  return jsonb_build_object('created', v_created, 'publication', private.publication_view(v_publication));
end
$$;

drop function private.kind_of(public.platform, text[]);

grant execute on function private.preflight, public.preflight to authenticated;
