/** `ppm completions`: what a shell needs to complete ppm's command line. */
import bash from "../completion/ppm.bash" with { type: "text" };
import fish from "../completion/ppm.fish" with { type: "text" };
import zsh from "../completion/ppm.zsh" with { type: "text" };
import { UserError } from "../errors.ts";
import { suggest } from "../suggest.ts";
import { lookingCommand } from "./command.ts";

/** The script of each shell. */
export const COMPLETION_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
]);

const SHELLS = [...COMPLETION_SCRIPTS.keys()];

export const command = lookingCommand({
  help: [
    "Prints a script for bash, zsh or fish. From then on the tab key completes verbs, options and what this machine knows: units, generations, snapshots, what was kept aside.",
    "Snapshots are asked of the repository, for two seconds at most; nothing is kept for the next time. What cannot be known is not offered, and nothing is ever asked. " +
    "make install puts the scripts where the shells find them by themselves.",
  ],
  examples: [
    {
      command: "ppm completions fish >~/.config/fish/completions/ppm.fish",
      meaning: "where fish looks for it",
    },
    {
      command: "source <(ppm completions bash)",
      meaning: "a line for ~/.bashrc; with zsh, for ~/.zshrc, after compinit",
    },
  ],
  flags: {},
  positional: { placeholder: "SHELL", brief: "bash, zsh or fish", maximum: 1, complete: SHELLS },
  asRoot: true,
  run({ output }, _flags, shell) {
    output.print(findScript(shell).trimEnd());
    return Promise.resolve("done");
  },
});

function findScript(shell: string | undefined): string {
  const script = COMPLETION_SCRIPTS.get(shell ?? "");
  if (script !== undefined) return script;
  if (shell === undefined) {
    throw new UserError("Cannot print completions: no shell is named", {
      exit: "usage",
      hint: `Name yours: ppm completions ${SHELLS.join("|")}`,
    });
  }
  const near = suggest(shell, SHELLS);
  throw new UserError(`Cannot print completions for "${shell}": ppm knows bash, zsh and fish`, {
    exit: "usage",
    hint: near === undefined ? "See: ppm help completions" : `Did you mean: ppm completions ${near}`,
  });
}
