-- Every format that a platform takes, and the facts that its limits are about. What was looked at before these facts
-- were known keeps them null: not known.

alter table public.media_assets
drop constraint media_assets_object_key_check,
drop constraint media_assets_media_type_check,
add constraint media_assets_object_key_check
check (object_key ~ '^media/[0-9a-f]{64}\.(jpg|webp|mp4|mov|webm)$'),
add constraint media_assets_media_type_check
check (media_type in ('image/jpeg', 'image/webp', 'video/mp4', 'video/quicktime', 'video/webm')),
add column bit_rate bigint,
add column audio_sample_rate integer,
add column audio_channels integer,
add column chroma text,
add column progressive boolean,
add column fast_start boolean,
add column edit_list boolean,
add column multi_picture boolean;

comment on column public.media_assets.width is 'Pixels as shown: a rotation that the file asks for is applied.';
comment on column public.media_assets.height is 'Pixels as shown: a rotation that the file asks for is applied.';
comment on column public.media_assets.bit_rate is 'Bits a second of the whole file.';
comment on column public.media_assets.audio_sample_rate is 'Hz.';
comment on column public.media_assets.fast_start is 'A player finds the index (moov) before the media (mdat).';
comment on column public.media_assets.edit_list is 'Edits that cut or delay what is shown, not an encoder''s start-up.';
comment on column public.media_assets.multi_picture is 'Several views of one scene in a JPEG (MPO, JPS).';

create or replace function private.reserve_media(
  p_content_id uuid, p_media_type text, p_byte_size bigint, p_sha256 text
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_project_id uuid := (select c.project_id from public.contents as c where c.id = p_content_id);
  v_asset public.media_assets;
begin
  perform private.require_role(v_project_id, 'editor');
  insert into public.media_assets (project_id, content_id, object_key, media_type, byte_size, sha256, created_by)
  values (
    v_project_id, p_content_id,
    'media/' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
    || case p_media_type
      when 'image/jpeg' then '.jpg'
      when 'image/webp' then '.webp'
      when 'video/mp4' then '.mp4'
      when 'video/quicktime' then '.mov'
      when 'video/webm' then '.webm'
      else ''
    end,
    p_media_type, p_byte_size, p_sha256, auth.uid()
  )
  returning * into v_asset;
  return jsonb_build_object('id', v_asset.id, 'object_key', v_asset.object_key);
end
$$;

create or replace function private.complete_media(p_media_asset_id uuid, p_facts jsonb, p_refusal text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_asset public.media_assets;
begin
  update public.media_assets as a
  set
    state = case when p_refusal is null then 'ready' else 'refused' end::public.media_state,
    refusal = p_refusal,
    completed_at = now(),
    width = (p_facts ->> 'width')::integer,
    height = (p_facts ->> 'height')::integer,
    duration_ms = (p_facts ->> 'duration_ms')::integer,
    frame_rate = (p_facts ->> 'frame_rate')::numeric,
    video_codec = p_facts ->> 'video_codec',
    audio_codec = p_facts ->> 'audio_codec',
    bit_rate = (p_facts ->> 'bit_rate')::bigint,
    audio_sample_rate = (p_facts ->> 'audio_sample_rate')::integer,
    audio_channels = (p_facts ->> 'audio_channels')::integer,
    chroma = p_facts ->> 'chroma',
    progressive = (p_facts ->> 'progressive')::boolean,
    fast_start = (p_facts ->> 'fast_start')::boolean,
    edit_list = (p_facts ->> 'edit_list')::boolean,
    multi_picture = (p_facts ->> 'multi_picture')::boolean
  where a.id = p_media_asset_id and a.state = 'uploading';
  select * into v_asset from public.media_assets as a where a.id = p_media_asset_id;
  if v_asset.id is null then
    perform private.refuse(404, 'not_found');
  end if;
  return to_jsonb(v_asset) - 'created_by';
end
$$;
