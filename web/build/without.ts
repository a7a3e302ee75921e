/**
 * In place of the parts of supabase-js that this client does not use: live channels, file storage and edge functions,
 * half of what a first visit would load. supabase-js makes one of each when it starts, so these can be made, and
 * setAuth, which it calls with every session, does nothing. Everything else is not there and fails loudly.
 */
export class RealtimeClient {
  async setAuth(): Promise<void> {}
}

export class StorageClient {}
export class StorageApiError extends Error {}

export class FunctionsClient {}
export class FunctionsError extends Error {}
export class FunctionsFetchError extends FunctionsError {}
export class FunctionsHttpError extends FunctionsError {}
export class FunctionsRelayError extends FunctionsError {}
export const FunctionRegion = {};
