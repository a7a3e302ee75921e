"""Everything of itoms on this machine: a Supabase project, object storage, the platforms and the functions."""
