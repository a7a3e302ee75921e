-- What a creator makes: a content with its words, and the media files that belong to it.

create type public.content_type as enum ('video', 'image', 'article', 'audio');
create type public.media_state as enum ('uploading', 'ready', 'refused');

-- A check constraint may not hold a subquery; an immutable function may.
create function private.tags_are_sane(p_tags text[]) returns boolean
language sql
immutable
set search_path = ''
as $$
  select cardinality(p_tags) <= 30
    and coalesce(array_ndims(p_tags), 1) = 1
    and not exists (select 1 from unnest(p_tags) as tag where tag is null or char_length(tag) not between 1 and 100)
$$;

create table public.contents (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  type public.content_type not null,
  title text not null check (char_length(title) between 1 and 300),
  description text not null default '' check (char_length(description) <= 5000),
  tags text[] not null default '{}' check (private.tags_are_sane(tags)),
  created_by uuid default auth.uid() references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.contents is
'Title, description, type and tags: the words a creator gives to what is published.';

create table public.media_assets (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  content_id uuid not null references public.contents (id) on delete cascade,
  -- 244 random bits and nothing of the user's: whoever does not know the key cannot guess the public address.
  object_key text not null unique check (object_key ~ '^media/[0-9a-f]{64}\.(jpg|mp4)$'),
  media_type text not null check (media_type in ('image/jpeg', 'video/mp4')),
  byte_size bigint not null check (byte_size between 1 and 4000000000),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  state public.media_state not null default 'uploading',
  refusal text,
  width integer,
  height integer,
  duration_ms integer,
  frame_rate numeric(7, 3),
  video_codec text,
  audio_codec text,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  check ((state = 'uploading') = (completed_at is null)),
  check ((state = 'refused') = (refusal is not null)),
  check (state <> 'ready' or (width > 0 and height > 0) is true)
);
comment on table public.media_assets is
'A file in R2 and the facts read from its real bytes, never those its uploader claimed.';

create index contents_project_id_idx on public.contents (project_id, created_at);
create index contents_created_by_idx on public.contents (created_by);
create index media_assets_project_id_idx on public.media_assets (project_id);
create index media_assets_content_id_idx on public.media_assets (content_id, created_at);
create index media_assets_created_by_idx on public.media_assets (created_by);

create trigger touch_updated_at
before update on public.contents
for each row execute function private.touch_updated_at();

create function private.reserve_media(p_content_id uuid, p_media_type text, p_byte_size bigint, p_sha256 text)
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
    || case p_media_type when 'image/jpeg' then '.jpg' else '.mp4' end,
    p_media_type, p_byte_size, p_sha256, auth.uid()
  )
  returning * into v_asset;
  return jsonb_build_object('id', v_asset.id, 'object_key', v_asset.object_key);
end
$$;

create function public.reserve_media(p_content_id uuid, p_media_type text, p_byte_size bigint, p_sha256 text)
returns jsonb
language sql
set search_path = ''
as $$ select private.reserve_media(p_content_id, p_media_type, p_byte_size, p_sha256) $$;

create function private.media_to_complete(p_media_asset_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_asset public.media_assets;
begin
  select * into v_asset from public.media_assets as a where a.id = p_media_asset_id;
  perform private.require_role(v_asset.project_id, 'editor');
  return to_jsonb(v_asset) - 'created_by';
end
$$;

create function public.media_to_complete(p_media_asset_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.media_to_complete(p_media_asset_id) $$;

-- Only the system writes facts: a user who could would publish a file that was never looked at. The first
-- verdict stands, so two completions at once agree.
create function private.complete_media(p_media_asset_id uuid, p_facts jsonb, p_refusal text) returns jsonb
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
    audio_codec = p_facts ->> 'audio_codec'
  where a.id = p_media_asset_id and a.state = 'uploading';
  select * into v_asset from public.media_assets as a where a.id = p_media_asset_id;
  if v_asset.id is null then
    perform private.refuse(404, 'not_found');
  end if;
  return to_jsonb(v_asset) - 'created_by';
end
$$;

create function public.complete_media(p_media_asset_id uuid, p_facts jsonb, p_refusal text) returns jsonb
language sql
set search_path = ''
as $$ select private.complete_media(p_media_asset_id, p_facts, p_refusal) $$;

alter table public.contents enable row level security;
alter table public.media_assets enable row level security;

create policy contents_select on public.contents for select to authenticated
using (project_id in (select private.project_ids()));
create policy contents_insert on public.contents for insert to authenticated
with check (project_id in (select private.project_ids('editor')));
create policy contents_update on public.contents for update to authenticated
using (project_id in (select private.project_ids('editor')))
with check (project_id in (select private.project_ids('editor')));
create policy contents_delete on public.contents for delete to authenticated
using (project_id in (select private.project_ids('editor')));

create policy media_assets_select on public.media_assets for select to authenticated
using (project_id in (select private.project_ids()));

grant select, delete, insert (project_id, type, title, description, tags), update (type, title, description, tags)
on public.contents to authenticated;
grant select on public.media_assets to authenticated;
grant execute on function private.tags_are_sane to authenticated;
grant execute on function private.reserve_media, public.reserve_media to authenticated;
grant execute on function private.media_to_complete, public.media_to_complete to authenticated;
grant execute on function private.complete_media, public.complete_media to service_role;
