/** Keeps secrets out of everything that is printed. */

/** Shorter values are left alone: replacing every `on` or `123` would make output unreadable and hide nothing. */
const SHORTEST = 4;

/** The part of a URL before the host. A name alone (`ssh://git@host`) is no secret, except over http, where tokens stand there. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/@:"']*)(:[^\s/"']*)?@/gi;

/** A value that must not be shown, and the name that is shown instead. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Replaces known secrets, and credentials in URLs. */
export class Redaction {
  #secrets: readonly Secret[] = [];

  /** Remembers more secrets. */
  add(secrets: readonly Secret[]): void {
    const known = new Set(this.#secrets.map((secret) => secret.value));
    const added = secrets.filter(({ value }) => value.length >= SHORTEST && !known.has(value));
    // The longest first: a secret that contains another one is replaced whole.
    this.#secrets = [...this.#secrets, ...added].toSorted((a, b) => b.value.length - a.value.length);
  }

  /** Returns `text` with `<secret NAME>` in place of each secret. */
  apply(text: string): string {
    let result = withoutCredentials(text);
    for (const { name, value } of this.#secrets) result = result.replaceAll(value, () => `<secret ${name}>`);
    return result;
  }
}

/** Returns `text` without the credentials of the URLs in it. */
export function withoutCredentials(text: string): string {
  return text.replace(URL_CREDENTIALS, hideCredentials);
}

function hideCredentials(_: string, scheme: string, name: string, password: string | undefined): string {
  if (/^https?:/i.test(scheme)) return `${scheme}***@`;
  return password === undefined ? `${scheme}${name}@` : `${scheme}${name}:***@`;
}
