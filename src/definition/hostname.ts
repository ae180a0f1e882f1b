/** Names of hosts. */

/** Returns what is wrong with a host name; undefined for a good one. RFC 1123, section 2.1, as narrowed by RFC 3696: the last label is not all digits, so that no address passes. */
export function hostnameFault(host: string): string | undefined {
  const labels = host.split(".");
  const good = host.length <= 253 &&
    labels.every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
  if (!good) return "must be a host name: letters, digits and dashes, in parts divided by dots";
  return /^[0-9]+$/.test(labels.at(-1)!) ? "must be a host name, not an address" : undefined;
}
