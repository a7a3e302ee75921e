-- What every later migration stands on: nothing is granted unless a migration says so, whatever defaults the
-- project was created with, and everything that acts with more rights than its caller lives in a schema that
-- the API does not expose.

alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

create schema private;
comment on schema private is 'Not exposed by the API: tokens, states, and the functions that run as their owner.';
grant usage on schema private to authenticated, service_role;

-- PostgREST answers SQLSTATE PTnnn with HTTP status nnn; the message is the stable code that shared/database.py
-- turns into a problem document.
create function private.refuse(p_status integer, p_code text) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT' || p_status, message = p_code;
end
$$;

create function private.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
