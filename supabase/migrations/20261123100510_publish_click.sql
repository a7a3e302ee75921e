-- The click: the one way a publication begins.

-- p_request: content_id, connection_id, platform, caption, options, items [{media_asset_id, alt_text}]. The record of
-- a consent is made here from the options that will be posted, so that the two can never say different things.
create function private.create_publication(p_request jsonb, p_idempotency_key text, p_request_hash text)
returns jsonb
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
    v_asked.kind := private.kind_of(v_asked.platform, v_media_types);
    if v_asked.kind is null then
      perform private.refuse(422, 'kind_not_supported');
    end if;
    insert into public.publications (
      project_id, content_id, connection_id, platform, kind, caption, options, idempotency_key, request_hash,
      created_by
    )
    values (
      v_asked.project_id, v_asked.content_id, v_asked.connection_id, v_asked.platform, v_asked.kind, v_asked.caption,
      v_asked.options, p_idempotency_key, p_request_hash, auth.uid()
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

create function public.create_publication(p_request jsonb, p_idempotency_key text, p_request_hash text)
returns jsonb
language sql
set search_path = ''
as $$ select private.create_publication(p_request, p_idempotency_key, p_request_hash) $$;

grant execute on function private.create_publication, public.create_publication to authenticated;
