const CODE = /^[0-9a-f]{32}$/;
const RECEIPT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What an erasure is known by. Null: somebody typed the address, or a part of it is missing. */
export function erasureIn(hash: string): { receipt: string; code: string } | null {
  const given = new URLSearchParams(hash.slice(1));
  const receipt = given.get("receipt") ?? "";
  const code = given.get("code") ?? "";
  return RECEIPT.test(receipt) && CODE.test(code) ? { receipt, code } : null;
}
