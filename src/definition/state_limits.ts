/** How much an application may tell the others on its server: readers take no more of anybody. */

/** The whole state file, in bytes. */
export const MAX_STATE_BYTES = 64 * 1024;

/** All state files of a server together, in bytes: what is made of them takes twenty times as much, and has to fit into 120 MiB with ppm itself. */
export const MAX_NEIGHBOURHOOD_BYTES = 2 * 1024 * 1024;

/** How deep lists and mappings may stand in each other under `state:`. */
export const MAX_STATE_DEPTH = 16;
