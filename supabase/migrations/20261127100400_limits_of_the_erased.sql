-- Somebody who was erased hears so, whatever they ask for. The row of a limit refers to them, so that its insert failed
-- first, on a person who is gone: "not found" to the last session that was left.

create or replace function private.take_rate(p_action text) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_limit record;
  v_last_arrival_at timestamptz;
begin
  if auth.uid() is null then
    return;
  elsif private.has_tombstone('user', auth.uid()) then
    perform private.refuse(410, 'account_erased');
  end if;
  select l.code, l.period / l.calls as step, now() + l.period - l.period / l.calls as latest into strict v_limit
  from private.rate_limits_of_all() as l
  where l.action = p_action;
  insert into private.rate_limits as r (user_id, action, arrival_at)
  values (auth.uid(), p_action, now() + v_limit.step)
  on conflict (user_id, action) do update
  set arrival_at = greatest(r.arrival_at, now()) + v_limit.step
  where r.arrival_at <= v_limit.latest;
  if not found then
    select r.arrival_at into v_last_arrival_at
    from private.rate_limits as r
    where r.user_id = auth.uid() and r.action = p_action;
    perform private.refuse_for_now(
      v_limit.code, ceil(extract(epoch from v_last_arrival_at - v_limit.latest))::integer
    );
  end if;
end
$$;
