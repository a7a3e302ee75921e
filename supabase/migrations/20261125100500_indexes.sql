-- What trying every index with the statement that it is there for has shown.

-- Both who look for tokens by their end, the purge and the refresh, ask for the last end of a row: the two dates had an
-- index each, and neither served.
drop index private.connection_tokens_access_expires_at_idx;
drop index private.connection_tokens_refresh_expires_at_idx;
create index connection_tokens_last_end_idx on private.connection_tokens (
  (coalesce(refresh_expires_at, access_expires_at))
);

-- The purge asks for states that ran out or were used; without the second half an index on the first is of no use.
create index oauth_states_consumed_at_idx on private.oauth_states (consumed_at) where consumed_at is not null;
