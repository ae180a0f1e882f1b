/** The contents of git's objects, by the thousand and in one process. */
import { UserError } from "../errors.ts";
import { git } from "../host/git.ts";
import type { ReadSystem } from "../host/system.ts";

const NEWLINE = 10;

/** `OBJECT TYPE SIZE`, or `OBJECT missing`: what stands before each content. */
const HEADER = /^([0-9a-f]{40,64}) (?:blob (\d+)|(\S+).*)$/;

/** Room for what a screened definition may hold at most, headers included. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Reads the contents of the blobs with these full ids, in the clone at `directory`; the answer is by id. */
export async function readObjects(
  system: ReadSystem,
  directory: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const { stdoutBytes } = await system.run(git(["cat-file", "--batch"], {
    directory,
    changes: false,
    stdin: wanted.map((id) => `${id}\n`).join(""),
    maxOutputBytes: MAX_OUTPUT_BYTES,
  }));
  return parseBatch(stdoutBytes, wanted);
}

/** Reads the output of `git cat-file --batch` for `wanted`: `OBJECT blob SIZE`, a line end, the content and a line end for each. */
export function parseBatch(output: Uint8Array, wanted: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  let at = 0;
  for (const id of wanted) {
    const lineEnd = output.indexOf(NEWLINE, at);
    const header = HEADER.exec(new TextDecoder().decode(output.subarray(at, Math.max(at, lineEnd))));
    const end = lineEnd + 1 + Number(header?.[2]);
    if (header?.[1] !== id || !(end < output.length) || output[end] !== NEWLINE) {
      throw new UserError(
        `Cannot read the object ${id} of the definition: it is ${header?.[3] ?? "cut off"}`,
        {
          hint:
            "The clone is damaged. It is only a copy: rm -rf ~/.ppm/definition, then ppm setup makes it again",
        },
      );
    }
    contents.set(id, output.subarray(lineEnd + 1, end));
    at = end + 1;
  }
  return contents;
}
