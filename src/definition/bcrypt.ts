/** bcrypt, `$2b$`, with a salt that is given. */
import { encodeBase64, hashSync, truncates } from "bcryptjs";

/** Returns the hash of a password; `salt` is 16 bytes. Throws RangeError for what bcrypt would silently cut off. */
export function bcrypt(password: string, salt: Uint8Array, cost: number): string {
  if (truncates(password)) {
    throw new RangeError("passwordhash() with bcrypt takes at most 72 bytes: it would ignore the rest");
  }
  return hashSync(password, `$2b$${String(cost).padStart(2, "0")}$${encodeBase64([...salt], 16)}`);
}
