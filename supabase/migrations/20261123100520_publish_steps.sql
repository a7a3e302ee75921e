-- The steps: claimed with a lease, written with an epoch, so that a worker that was overtaken changes nothing.

create function private.may_advance(p_publication_id uuid) returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  select * into v_publication from public.publications as p where p.id = p_publication_id;
  perform private.require_role(v_publication.project_id, 'editor');
  return private.publication_view(v_publication);
end
$$;

create function public.may_advance(p_publication_id uuid) returns jsonb
language sql
stable
set search_path = ''
as $$ select private.may_advance(p_publication_id) $$;

-- Takes the publication for one step, or answers null: not due, finished, or in another worker's hands. The answer
-- holds all that the step needs, tokens included (encrypted), so that the platform is called after one round trip.
create function private.claim_publication(p_publication_id uuid, p_lease_seconds integer) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = case when p.state = 'queued' then 'preparing' else p.state end,
    epoch = p.epoch + 1,
    lease_expires_at = now() + make_interval(secs => p_lease_seconds)
  where
    p.id = p_publication_id
    and p.state not in ('published', 'failed')
    and p.next_step_at <= now()
    and (p.lease_expires_at is null or p.lease_expires_at <= now())
  returning * into v_publication;
  if v_publication.id is null then
    return null;
  end if;
  return jsonb_build_object(
    'publication', private.publication_view(v_publication) || jsonb_build_object(
      'options', v_publication.options, 'container_id', v_publication.container_id,
      'publish_id', v_publication.publish_id, 'epoch', v_publication.epoch, 'looks', v_publication.looks,
      'attempts', v_publication.attempts,
      'seconds_since_intent', extract(epoch from now() - v_publication.intent_at),
      'age_seconds', extract(epoch from now() - v_publication.created_at)
    ),
    'items', (
      select jsonb_agg(
        jsonb_build_object(
          'object_key', a.object_key, 'media_type', a.media_type, 'byte_size', a.byte_size, 'width', a.width,
          'height', a.height, 'duration_ms', a.duration_ms, 'frame_rate', a.frame_rate, 'video_codec', a.video_codec,
          'alt_text', i.alt_text
        ) order by i.position
      )
      from public.publication_items as i
      inner join public.media_assets as a on i.media_asset_id = a.id
      where i.publication_id = v_publication.id
    ),
    'account', private.account_for_step(v_publication.connection_id)
  );
end
$$;

create function public.claim_publication(p_publication_id uuid, p_lease_seconds integer) returns jsonb
language sql
set search_path = ''
as $$ select private.claim_publication(p_publication_id, p_lease_seconds) $$;

-- The one way a state changes: compare and set on state and epoch. Null: somebody else moved on, so stop.
-- p_changes may hold container_id, publish_id, post_id, permalink, reason, looks, attempts, next_step_seconds; what it
-- does not name stays, but for reason, which goes when the state does. p_release lets the lease go.
create function private.record_step(
  p_publication_id uuid,
  p_epoch bigint,
  p_from public.publication_state,
  p_to public.publication_state,
  p_changes jsonb,
  p_event text,
  p_detail jsonb,
  p_release boolean
) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_publication public.publications;
begin
  update public.publications as p
  set
    state = p_to,
    reason = case when p_from = p_to then coalesce(p_changes ->> 'reason', p.reason) else p_changes ->> 'reason' end,
    container_id = case when p_changes ? 'container_id' then p_changes ->> 'container_id' else p.container_id end,
    publish_id = coalesce(p_changes ->> 'publish_id', p.publish_id),
    post_id = coalesce(p_changes ->> 'post_id', p.post_id),
    permalink = coalesce(p_changes ->> 'permalink', p.permalink),
    looks = coalesce((p_changes ->> 'looks')::integer, p.looks),
    attempts = coalesce((p_changes ->> 'attempts')::integer, p.attempts),
    intent_at = case when p_to = 'committing' then now() else p.intent_at end,
    next_step_at = case
      when p_changes ? 'next_step_seconds'
        then now() + make_interval(secs => (p_changes ->> 'next_step_seconds')::double precision)
      else p.next_step_at
    end,
    lease_expires_at = case when p_release then null else p.lease_expires_at end
  where p.id = p_publication_id and p.epoch = p_epoch and p.state = p_from
  returning * into v_publication;
  if v_publication.id is null then
    return null;
  end if;
  if p_event is not null then
    insert into public.publication_events (publication_id, event, state, detail)
    values (p_publication_id, p_event, p_to, p_detail);
  end if;
  return private.publication_view(v_publication);
end
$$;

create function public.record_step(
  p_publication_id uuid,
  p_epoch bigint,
  p_from public.publication_state,
  p_to public.publication_state,
  p_changes jsonb,
  p_event text,
  p_detail jsonb,
  p_release boolean
) returns jsonb
language sql
set search_path = ''
as $$
  select private.record_step(p_publication_id, p_epoch, p_from, p_to, p_changes, p_event, p_detail, p_release)
$$;

create function private.due_publications(p_limit integer) returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select p.id
  from public.publications as p
  where
    p.state not in ('published', 'failed')
    and p.next_step_at <= now()
    and (p.lease_expires_at is null or p.lease_expires_at <= now())
  order by p.next_step_at
  limit p_limit
$$;

create function public.due_publications(p_limit integer) returns setof uuid
language sql
stable
set search_path = ''
as $$ select private.due_publications(p_limit) $$;

grant execute on function private.may_advance, public.may_advance to authenticated;
grant execute on function private.claim_publication, public.claim_publication to service_role;
grant execute on function private.record_step, public.record_step to service_role;
grant execute on function private.due_publications, public.due_publications to service_role;
