/**
 * In place of the passkeys of auth-js, which nobody signs in with here. It makes one `WebAuthnApi` when it starts;
 * everything else is for what nobody calls.
 */
export class WebAuthnApi {}

export const browserSupportsWebAuthn = (): boolean => false;

export const webAuthnAbortService = undefined;
export const createCredential = undefined;
export const getCredential = undefined;
export const deserializeCredentialCreationOptions = undefined;
export const deserializeCredentialRequestOptions = undefined;
export const serializeCredentialCreationResponse = undefined;
export const serializeCredentialRequestResponse = undefined;
