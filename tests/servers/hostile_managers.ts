/** A hostile user in the place of its own systemd and its bus. */
import { type HostileState, LISTED, MARK, stateText } from "./hostile_states.ts";

/** In place of the user's bus; `talk(client)` is what it has to say. */
function bus(name: string, talk: string): HostileState {
  return {
    name,
    content: WITH_UNIT,
    loop: `path = f"/run/user/{os.getuid()}/bus"
if os.path.lexists(path): os.unlink(path)
def talk(client):
    ${talk}
server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen(); ready()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    client, _ = server.accept()
    if os.fork() == 0:
        talk(client); os._exit(0)
    client.close()`,
    outcome: LISTED,
  };
}

const WITH_UNIT = stateText({ units: "units:\n  - web.service" });

/** What a user may do to its own systemd and its bus, one after the other. */
export const MANAGERS: readonly HostileState[] = [
  { name: "as it should be", content: WITH_UNIT, outcome: LISTED },
  {
    name: "stopped in the middle",
    content: WITH_UNIT,
    loop:
      `pid = int(subprocess.check_output(["systemctl", "show", "-P", "MainPID", f"user@{os.getuid()}.service"]))
os.kill(pid, signal.SIGSTOP); ready(); pause()`,
    outcome: LISTED,
  },
  {
    name: "no bus",
    content: WITH_UNIT,
    script:
      "kill -CONT $(systemctl show -P MainPID user@$UID.service); systemctl --user stop -q dbus.socket dbus.service; rm -f $XDG_RUNTIME_DIR/bus",
    outcome: LISTED,
  },
  {
    name: "a FIFO",
    content: WITH_UNIT,
    script: "rm -f $XDG_RUNTIME_DIR/bus; mkfifo $XDG_RUNTIME_DIR/bus",
    outcome: LISTED,
  },
  {
    name: "a directory",
    content: WITH_UNIT,
    script: "rm -f $XDG_RUNTIME_DIR/bus; mkdir $XDG_RUNTIME_DIR/bus",
    outcome: LISTED,
  },
  {
    name: "a link to itself",
    content: WITH_UNIT,
    script: "rmdir $XDG_RUNTIME_DIR/bus; ln -s bus $XDG_RUNTIME_DIR/bus",
    outcome: LISTED,
  },
  bus("a bus that says nothing", "pause()"),
  bus("a bus that hangs up", "client.close()"),
  bus("a bus that says what nobody understands", `client.sendall(b"${MARK}\\x1b[2J\\r\\n" * 1000); pause()`),
  bus(
    "a bus that lets one in and talks nonsense",
    `client.sendall(b"DATA\\r\\nOK ${
      "0".repeat(32)
    }\\r\\nAGREE_UNIX_FD\\r\\n" + b"l\\2\\1\\1" + b"\\xff" * 4096); pause()`,
  ),
  bus("a bus that floods", `while True: client.sendall(b"${MARK}" * 10000)`),
  bus("a bus that drips", `while True: client.sendall(b"${MARK[0]}"); time.sleep(0.1)`),
];
