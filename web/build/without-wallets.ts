/** In place of the wallets of auth-js, which nobody signs in with here. */
export const createSiweMessage = undefined;
export const fromHex = undefined;
export const getAddress = undefined;
export const toHex = undefined;
