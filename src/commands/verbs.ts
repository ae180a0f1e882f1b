/** The table of verbs. */
import type { Verb } from "./help.ts";

const RUN = "Run the application";
const SET_UP = "Set the application up";
const KEEP = "Keep its data safe";
const LOOK_AFTER = "Look after the server";
const WRITE = "Write a definition";
const LEARN = "Learn about ppm";

/** Every verb of ppm, in the order of help. */
export const VERBS: readonly Verb[] = [
  {
    group: SET_UP,
    name: "setup",
    summary: "Make this server what config.yml and the definition say",
    load: () => import("./setup.ts"),
  },
  {
    group: SET_UP,
    name: "diff",
    summary: "Show what setup would change",
    load: () => import("./diff.ts"),
  },
  {
    group: SET_UP,
    name: "upgrade",
    summary: "Show what is new in the definition, and change over to it",
    load: () => import("./upgrade.ts"),
  },
  {
    group: SET_UP,
    name: "history",
    summary: "List what ppm has made of this home directory so far",
    load: () => import("./history.ts"),
  },
  {
    group: SET_UP,
    name: "rollback",
    summary: "Go back to a generation that stood before",
    load: () => import("./rollback.ts"),
  },
  {
    group: RUN,
    name: "start",
    summary: "Start the application and wait until it is up",
    load: () => import("./start.ts"),
  },
  {
    group: RUN,
    name: "stop",
    summary: "Stop the application",
    load: () => import("./stop.ts"),
  },
  {
    group: RUN,
    name: "restart",
    summary: "Restart the application and wait until it is up",
    load: () => import("./restart.ts"),
  },
  {
    group: RUN,
    name: "status",
    summary: "Show how the application is",
    load: () => import("./status.ts"),
  },
  {
    group: RUN,
    name: "logs",
    summary: "Show the journal of the application's units",
    load: () => import("./logs.ts"),
  },
  {
    group: KEEP,
    name: "backup",
    summary: "Back the application up now",
    load: () => import("./backup.ts"),
  },
  {
    group: KEEP,
    name: "recover",
    summary: "Start again what an interrupted backup or restore has stopped",
    load: () => import("./recover.ts"),
  },
  {
    group: KEEP,
    name: "snapshots",
    summary: "List what the repository holds of the application",
    load: () => import("./snapshots.ts"),
  },
  {
    group: KEEP,
    name: "restore",
    summary: "Bring back what a snapshot holds",
    load: () => import("./restore.ts"),
  },
  {
    group: KEEP,
    name: "drill",
    summary: "Prove that the newest backup can be restored",
    load: () => import("./drill.ts"),
  },
  {
    group: KEEP,
    name: "clean",
    summary: "List what was kept aside, and remove it",
    load: () => import("./clean.ts"),
  },
  {
    group: LOOK_AFTER,
    name: "doctor",
    summary: "Say what is missing or wrong, and what mends it",
    load: () => import("./doctor.ts"),
  },
  {
    group: LOOK_AFTER,
    name: "list",
    summary: "List the applications on this server",
    load: () => import("./list.ts"),
  },
  {
    group: LOOK_AFTER,
    name: "firewall",
    summary: "Make firewall rules of what the applications ask for",
    load: () => import("./firewall.ts"),
  },
  {
    group: LOOK_AFTER,
    name: "remove",
    summary: "Take the application off this server",
    load: () => import("./remove.ts"),
  },
  {
    group: WRITE,
    name: "init",
    summary: "Begin a new definition",
    load: () => import("./init.ts"),
  },
  {
    group: WRITE,
    name: "lint",
    summary: "Find every fault of a definition, without a server",
    load: () => import("./lint.ts"),
  },
  {
    group: LEARN,
    name: "schema",
    summary: "Print the JSON Schema of a file that ppm reads or writes",
    load: () => import("./schema.ts"),
  },
  {
    group: LEARN,
    name: "completions",
    summary: "Print what makes a shell complete ppm's verbs and options",
    load: () => import("./completions.ts"),
  },
  {
    group: LEARN,
    name: "version",
    summary: "Say which ppm this is",
    load: () => import("./version.ts"),
  },
];
