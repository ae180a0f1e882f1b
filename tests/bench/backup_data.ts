/** Applications with data to back up, and a repository for each of the programs that do. */
import { makePet } from "../servers/pet.ts";
import type { Server } from "../servers/server.ts";
import type { Application } from "./applications.ts";
import type { Program } from "./measure.ts";
import { program } from "./server.ts";

/** What lies in `data/`. */
export interface DataSet {
  /** The user's name. */
  readonly user: string;
  /** In the words of the table. */
  readonly what: string;
  /** Fills the current directory, for a shell. */
  readonly fill: string;
  /** Changes a little of what is in it. */
  readonly change: string;
}

/** 10,000 files of 4 KiB, 100 in a directory. */
export const SMALL: DataSet = {
  user: "small",
  what: "10,000 small files",
  fill:
    `for at in $(seq 100); do mkdir $at; head -c 409600 /dev/urandom | (cd $at; split -b 4096 -a 2 -d); done`,
  change: `for at in $(seq 10); do head -c 4096 /dev/urandom >$at/x00; done`,
};

/** Eight files of 250 MB. */
export const LARGE: DataSet = {
  user: "large",
  what: "2 GB in 8 files",
  fill: `for at in $(seq 8); do head -c 250000000 /dev/urandom >$at; done`,
  change: `head -c 1000000 /dev/urandom | dd of=1 bs=1000000 seek=100 conv=notrunc status=none`,
};

/** As many entries as a mail server has; empty, as only their number matters to the memory. */
export const MANY: DataSet = {
  user: "many",
  what: "300,000 empty files",
  fill: `for at in $(seq 300); do mkdir $at; (cd $at; seq 1000 | xargs touch); done`,
  change: `touch 1/1`,
};

/** Where repositories lie, below the home directory: `restic` is used by hand, `ppm` by ppm, `borg` by borgmatic. */
export const REPOSITORIES = "repositories";
/** What stood right after `ppm setup --fresh`, below the home directory. */
const PRISTINE = "pristine";
const PASSWORD_FILE = ".password";
const BORGMATIC = ".borgmatic.yaml";
const UNIT = "bench.service";

/** Makes a user with an application that runs, with data, and with repositories that have nothing in them. */
export async function makeBackedUp(server: Server, { user, fill }: DataSet): Promise<Application> {
  const config =
    `backup:\n  repository: /home/${user}/${REPOSITORIES}/ppm\n  passwordfile: ${PASSWORD_FILE}\n`;
  const pet = await makePet(server, { definition: DEFINITION, config }, user);
  await server.writeFile(PASSWORD_FILE, "password", { user, mode: 0o600 });
  await server.writeFile(BORGMATIC, borgmaticConfig(user), { user, mode: 0o600 });
  const application = { pet, uid: Number((await pet.run(["id", "-u"])).stdout) };
  const shell = async (script: string) => void await pet.run(["sh", "-ec", script], { seconds: 600 });
  // One `restic init` for all: it measures the machine to choose how dear the password is, each time anew.
  await shell(`mkdir -p ${REPOSITORIES} ${PRISTINE} && cd ${REPOSITORIES} && mkdir restic ppm
    RESTIC_PASSWORD_FILE=~/${PASSWORD_FILE} restic init -q -r ppm && cp -a ppm/. restic && cp -a restic ~/${PRISTINE}`);
  await shell(`borgmatic --config ${BORGMATIC} init --encryption repokey-blake2
    cp -a ${REPOSITORIES}/borg ${PRISTINE}`);
  await pet.ppm(["setup", "--fresh"]);
  await shell(`cp -a .ppm/lineage.json ${REPOSITORIES}/ppm ${PRISTINE}`);
  await shell(`cd data && ${fill}`);
  await pet.ppm(["start"]);
  return application;
}

/** A script for a shell, as the user. */
export function script(application: Application, text: string): Program {
  return program(application, ["sh", "-ec", text]);
}

/** `restic ARGUMENTS` as an administrator would type it, with a repository and a cache of its own. */
export function restic(repository: string, args: string): string {
  const options = `-q --repo ~/${REPOSITORIES}/${repository} --password-file ~/${PASSWORD_FILE}`;
  return `restic ${options} --cache-dir ~/.cache/restic-by-hand ${args}`;
}

/** What restic is asked to save; relative, as ppm does it. */
export const RESTIC_BACKUP = "backup data";

export const BORGMATIC_CREATE = `borgmatic --config ${BORGMATIC} create`;

/** Waits for nothing and nobody: what goes on in the background of the last turn ends, and what it wrote is on the disk. */
export const SETTLE = `systemctl --user stop ppm-housekeeping.service; sync`;

/** Makes a repository as if nothing had been saved yet. */
export function forgetBackups(repository: "restic" | "ppm" | "borg"): string {
  const renew = `rm -rf ${REPOSITORIES}/${repository} && cp -a ${PRISTINE}/${repository} ${REPOSITORIES}/`;
  switch (repository) {
    case "restic":
      return `${renew} && rm -rf ~/.cache/restic-by-hand`;
    case "ppm":
      return `${renew} && rm -rf ~/.cache/restic .ppm/backup.json && cp -a ${PRISTINE}/lineage.json .ppm/`;
    case "borg":
      return `${renew} && rm -rf ~/.cache/borg ~/.config/borg/security`;
  }
}

/** Stops the application for as long as restic saves: what one writes who needs no more than a consistent copy. */
export function stoppedBackup(repository: string): string {
  return `systemctl --user stop ${UNIT}; ${
    restic(repository, RESTIC_BACKUP)
  }; systemctl --user start ${UNIT}`;
}

/** Prints for how many milliseconds the application's service was down the last time, as systemd has seen it. */
export const DOWN_TIME =
  `systemctl --user show -p ActiveEnterTimestampMonotonic -p ActiveExitTimestampMonotonic ${UNIT} |
  awk -F= '{ at[$1] = $2 } END { print (at["ActiveEnterTimestampMonotonic"] - at["ActiveExitTimestampMonotonic"]) / 1000 }'`;

function borgmaticConfig(user: string): string {
  return [
    `source_directories: [/home/${user}/data]`,
    `repositories: [{ path: /home/${user}/${REPOSITORIES}/borg }]`,
    "encryption_passphrase: password",
    "",
  ].join("\n");
}

const DEFINITION = {
  "appinfo.yml": `name: bench
description: Something to back up
version: "1"
mainunit: bench
enableunits: [${UNIT}]
secrets:
  password: { length: 32 }
plugins:
  backups_scheduled: { oncalendar: "*-12-31 23:00" }
`,
  [`templates/.config/systemd/user/${UNIT}`]: `[Unit]
Description=Something to back up
[Service]
ExecStart=/bin/busybox sleep infinity
[Install]
WantedBy=bench.target
`,
};
