/** The keys of a terminal that end a program or suspend it. */

/** Ctrl-C and Ctrl-Z, by signal, each with its number. */
const KEYS = [["SIGINT", 2], ["SIGTSTP", 20]] as const;

/**
 * Has `onKey` called, with the exit code that a shell gives to the signal, where Ctrl-C or Ctrl-Z would otherwise do as the system does. What has no terminal
 * (a unit of systemd, a script's job in the background, which is to ignore Ctrl-C) is left as it is. Returns what ends that.
 */
export function listenForKeys(onKey: (exitCode: number) => void): () => void {
  if (!Deno.stdin.isTerminal()) return () => {};
  const listeners = KEYS.map(([signal, number]) => ({ signal, listener: () => onKey(128 + number) }));
  for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
  };
}
