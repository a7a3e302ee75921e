-- A secret that somebody types into the audit log stays there, because nothing can be removed from it. So no word of an
-- operator in it is as long as the shortest of our secrets; what has the shape of one, ops/command.py refuses before.
create or replace function private.audit(
  p_action text,
  p_platform public.platform,
  p_project_id uuid,
  p_subject_id uuid,
  p_actor_kind text,
  p_user_id uuid,
  p_operator text,
  p_detail jsonb
) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Not a constraint: the server logs the whole row that breaks one.
  if p_actor_kind = 'operator' and (p_operator ~ '\S{24}' or p_detail ->> 'reason' ~ '\S{24}') then
    perform private.refuse_operation('may_hold_a_secret');
  end if;
  insert into private.audit_people (user_id)
  select u.id from auth.users as u where u.id = p_user_id
  on conflict (user_id) do nothing;
  insert into private.audit_log (action, actor_kind, actor, operator, platform, project_id, subject_id, detail)
  values (
    p_action, p_actor_kind::private.audit_actor,
    (select a.pseudonym from private.audit_people as a where a.user_id = p_user_id),
    p_operator, p_platform, p_project_id, p_subject_id, coalesce(p_detail, '{}')
  );
end
$$;
