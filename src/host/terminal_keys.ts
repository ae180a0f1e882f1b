/** The keys of a terminal that end a program or suspend it. */

/** Ctrl-C and Ctrl-Z, by signal, each with its number. */
const KEYS = [["SIGINT", 2], ["SIGTSTP", 20]] as const;

/**
 * At Ctrl-C or Ctrl-Z calls `tell`, and ends this process with the exit code that a shell gives to the signal. What has no terminal (a unit of systemd, a
 * script's job in the background, which is to ignore Ctrl-C) is left as it is. Returns what ends that.
 */
export function endAtKeys(tell: () => void): () => void {
  if (!Deno.stdin.isTerminal()) return () => {};
  const listeners = KEYS.map(([signal, number]) => ({ signal, listener: () => end(128 + number) }));
  for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
  };

  function end(exitCode: number): never {
    tell();
    Deno.exit(exitCode);
  }
}
