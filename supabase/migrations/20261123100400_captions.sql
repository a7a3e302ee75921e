-- AI captions: what leaves is decided here and in shared/captions, and nothing of it is stored. Only how often a
-- person asked today is counted.

create type public.purpose as enum ('ai_captions', 'analytics', 'publishing');

create table public.objections (
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  purpose public.purpose not null,
  created_at timestamptz not null default now(),
  primary key (user_id, purpose)
);
comment on table public.objections is 'Processing a person has objected to: it stops on the server.';

create table private.caption_usage (
  user_id uuid not null references auth.users (id) on delete cascade,
  day date not null,
  used integer not null check (used > 0),
  primary key (user_id, day)
);
comment on table private.caption_usage is 'Captions asked for, per person and UTC day.';

create index caption_usage_day_idx on private.caption_usage (day);

-- The limit is in the condition of the update, so that fifty requests at once cannot pass it together.
create function private.take_caption_quota() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_limit constant integer := 50;
  v_used integer;
begin
  if exists (
    select 1 from public.objections as o where o.user_id = auth.uid() and o.purpose = 'ai_captions'
  ) then
    perform private.refuse(403, 'captions_objected');
  end if;
  insert into private.caption_usage as u (user_id, day, used)
  values (auth.uid(), (now() at time zone 'utc')::date, 1)
  on conflict (user_id, day) do update set used = u.used + 1 where u.used < v_limit
  returning u.used into v_used;
  if v_used is null then
    perform private.refuse(429, 'caption_quota_reached');
  end if;
  return v_limit - v_used;
end
$$;

-- Runs as the caller: Row Level Security decides whether the content can be read at all.
create function public.begin_caption(p_content_id uuid, p_preview boolean) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_project_id uuid;
  v_fields jsonb;
begin
  select
    c.project_id,
    jsonb_build_object(
      'title', c.title, 'description', c.description, 'type', c.type, 'tags', c.tags, 'project_name', p.name
    )
  into v_project_id, v_fields
  from public.contents as c
  inner join public.projects as p on c.project_id = p.id
  where c.id = p_content_id;
  perform private.require_role(v_project_id, 'editor');
  return jsonb_build_object(
    'fields', v_fields,
    'remaining_today', case when p_preview then null else private.take_caption_quota() end
  );
end
$$;

alter table public.objections enable row level security;
alter table private.caption_usage enable row level security;

create policy objections_select on public.objections for select to authenticated
using (user_id = (select auth.uid()));
create policy objections_insert on public.objections for insert to authenticated
with check (user_id = (select auth.uid()));
create policy objections_delete on public.objections for delete to authenticated
using (user_id = (select auth.uid()));

grant select, insert (purpose), delete on public.objections to authenticated;
grant execute on function private.take_caption_quota, public.begin_caption to authenticated;
