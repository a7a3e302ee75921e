-- What trying every check and every index with what it is there for has shown.

-- "reason = ..." is neither true nor false without a reason, and a check refuses only what is false: a publication
-- without any id could be called published.
alter table public.publications
drop constraint publications_published_has_id,
add constraint publications_published_has_id check (
  state <> 'published'
  or num_nonnulls(post_id, container_id, publish_id) > 0
  or reason is not distinct from 'confirmed_by_user'
);

-- Both who look for tokens by their end, the purge and the refresh, ask for the last end of a row: the two dates had an
-- index each, and neither served.
drop index private.connection_tokens_access_expires_at_idx;
drop index private.connection_tokens_refresh_expires_at_idx;
create index connection_tokens_last_end_idx on private.connection_tokens (
  (coalesce(refresh_expires_at, access_expires_at))
);

-- The purge asks for states that ran out or were used; without the second half an index on the first is of no use.
create index oauth_states_consumed_at_idx on private.oauth_states (consumed_at) where consumed_at is not null;
