/** How a running program is ended before its time: asked first, killed when it does not listen. */

/** How long a program that was asked to end may take for it before it is killed. */
export const GRACE_MS = 5_000;

/** What a running program can be told. */
export interface Ending {
  /** Asks it to end. */
  ask(signal: "SIGTERM" | "SIGINT"): void;
  kill(): void;
  /** It has ended: lets go of what was held for it. */
  over(): void;
}

/** Ends a program by signals. */
export function bySignal(child: Deno.ChildProcess): Ending {
  const send = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
  };
  return { ask: send, kill: () => send("SIGKILL"), over: () => {} };
}

/** Ends a program through its keeper (`user_namespace.ts`): a line asks, the end of its standard input kills. */
export function byKeeper(child: Deno.ChildProcess): Ending {
  const writer = child.stdin.getWriter();
  const nobodyReads = () => {}; // it has ended already
  let open = true;
  const close = () => {
    if (open) writer.close().catch(nobodyReads);
    open = false;
  };
  return {
    ask: () => void (open && writer.write(new TextEncoder().encode("end\n")).catch(nobodyReads)),
    kill: close,
    over: close,
  };
}
