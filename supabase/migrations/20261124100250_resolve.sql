-- The last way out of an unknown: a person who looked on the platform says what is there.

-- A user who looked on the platform may settle a doubt that nothing else can. Then there may be no id to show.
do $$
declare
  v_check name := (
    select c.conname
    from pg_catalog.pg_constraint as c
    where c.conrelid = 'public.publications'::regclass and c.contype = 'c'
      and pg_catalog.pg_get_constraintdef(c.oid) like '%num_nonnulls%'
  );
begin
  execute format('alter table public.publications drop constraint %I', v_check);
end
$$;
alter table public.publications
add constraint publications_published_has_id check (
  state <> 'published' or num_nonnulls(post_id, container_id, publish_id) > 0 or reason = 'confirmed_by_user'
);

-- The word of a person who looked. Not while a call of ours could still be under way.
create function private.resolve_publication(p_publication_id uuid, p_posted boolean) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  select * into v_publication from public.publications as p where p.id = p_publication_id for update;
  perform private.require_role(v_publication.project_id, 'editor');
  if v_publication.state <> 'unknown' then
    perform private.refuse(409, 'outcome_known');
  elsif v_publication.intent_at > now() - interval '3 minutes' then
    perform private.refuse(409, 'outcome_still_open');
  elsif
    -- TikTok may go on fetching for an hour, and post then.
    v_publication.platform = 'tiktok' and not p_posted
    and v_publication.intent_at > now() - interval '65 minutes'
  then
    perform private.refuse(409, 'outcome_still_open');
  end if;
  update public.publications as p
  set
    state = case when p_posted then 'published' else 'failed' end::public.publication_state,
    reason = case when p_posted then 'confirmed_by_user' else 'denied_by_user' end,
    epoch = p.epoch + 1
  where p.id = p_publication_id
  returning * into v_publication;
  insert into public.publication_events (publication_id, event, state)
  values (p_publication_id, 'resolved_by_user', v_publication.state);
  return private.publication_view(v_publication);
end
$$;

create function public.resolve_publication(p_publication_id uuid, p_posted boolean) returns jsonb
language sql
set search_path = ''
as $$ select private.resolve_publication(p_publication_id, p_posted) $$;

grant execute on function private.resolve_publication, public.resolve_publication to authenticated;
