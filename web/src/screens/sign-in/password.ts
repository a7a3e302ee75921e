/** As the deployment's Supabase project demands it too. */
export const SHORTEST_PASSWORD = 10;
