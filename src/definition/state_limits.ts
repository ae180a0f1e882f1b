/** How much an application may tell the others on its server: readers take no more of anybody. */

/** The whole state file, in bytes. */
export const MAX_STATE_BYTES = 64 * 1024;

/** How deep lists and mappings may stand in each other under `state:`. */
export const MAX_STATE_DEPTH = 16;
