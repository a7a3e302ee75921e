import { paths } from "./paths";

/** SHA-256 in base64url, which is what the database makes. */
const CODE = /^#([A-Za-z0-9_-]{43})$/;

/** Behind the #, so that it is in no request, no log and no referrer. */
export const invitationLink = (code: string): string => `${location.origin}${paths.join}#${code}`;

/** The code in the address, if there is one. */
export function invitationCode(hash: string = location.hash): string | null {
  return CODE.exec(hash)?.[1] ?? null;
}

/** Another page of the front door, that still knows where one wanted to go. */
export const withInvitation = (path: string): string =>
  invitationCode() === null ? path : `${path}${location.hash}`;
