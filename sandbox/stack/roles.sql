-- The roles and schemas every Supabase project has, for the local stack and for the plain servers that tests start.
-- As on the hosted service, `postgres` owns what migrations make and is not a superuser where it can be avoided.
do $$
begin
  if not exists (select from pg_roles where rolname = 'postgres') then
    create role postgres login createdb createrole bypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then
    create role authenticated nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticator') then
    create role authenticator noinherit;
  end if;
  if current_user <> 'postgres' then
    grant anon, authenticated, service_role, authenticator to postgres with admin option;
    execute format('alter database %I owner to postgres', current_database());
  end if;
end
$$;

grant anon, authenticated, service_role to authenticator;
grant usage on schema public to postgres, anon, authenticated, service_role;
create schema if not exists extensions;
grant usage on schema extensions to postgres, anon, authenticated, service_role;
