/** Names of instances. */

/** What may name an instance: a directory name, a restic host and a systemd unit at once. */
export const INSTANCE = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** The rule behind {@linkcode INSTANCE}, in words. */
export const INSTANCE_RULE =
  "must be 1 to 63 of a-z, 0-9, dot, dash and underscore, and begin with a letter or digit";
