/** A hostile entry of the state directory: what is no plain file, or does not stay one. */
import {
  ABSENT,
  CHANGING,
  type HostileState,
  INVISIBLE,
  leftOut,
  LISTED,
  marked,
  stateText,
} from "./hostile_states.ts";

/** Opens what fusermount(1) opens for everybody where it is installed. */
const FUSE =
  'os.mknod("/tmp/fuse", 0o20600, os.makedev(10, 229)); fuse = os.open("/tmp/fuse", os.O_RDWR); os.unlink("/tmp/fuse")';

/** What is no plain file, or does not stay one. */
export const FILES: readonly HostileState[] = [
  { name: "nothing", outcome: ABSENT },
  { name: "a state file that counts", content: stateText(), outcome: LISTED },
  { name: "a FIFO", script: "mkfifo state.yml", outcome: leftOut("is not a regular file") },
  {
    name: "a FIFO that somebody writes to",
    loop: `os.mkfifo(state); ready()
while True:
    with open(state, "wb") as pipe:
        try: pipe.write(good)
        except BrokenPipeError: pass`,
    outcome: leftOut("is not a regular file"),
  },
  {
    name: "a socket",
    loop:
      `os.chdir(entry); s = socket.socket(socket.AF_UNIX); s.bind("state.yml"); s.listen(); ready(); pause()`,
    outcome: leftOut("is not a regular file"),
  },
  {
    name: "a link to /etc/shadow",
    script: "ln -s /etc/shadow state.yml",
    outcome: leftOut("is a symbolic link"),
  },
  {
    name: "a link to its own file",
    script: 'ln -s "$CANARY" state.yml',
    outcome: leftOut("is a symbolic link"),
  },
  { name: "a link to itself", script: "ln -s state.yml state.yml", outcome: leftOut("is a symbolic link") },
  {
    name: "a link to a FIFO",
    script: "mkfifo pipe; ln -s pipe state.yml",
    outcome: leftOut("is a symbolic link"),
  },
  { name: "a link to a device", script: "ln -s /dev/zero state.yml", outcome: leftOut("is a symbolic link") },
  {
    name: "a link to a process's own files",
    script: "ln -s /proc/self/environ state.yml",
    outcome: leftOut("is a symbolic link"),
  },
  {
    name: "a link to somebody else's state file",
    script: "ln -s ../ben/state.yml state.yml",
    outcome: leftOut("is a symbolic link"),
  },
  {
    name: "a hard link to its own file",
    content: marked,
    script: "ln state.yml second",
    outcome: leftOut("has another name elsewhere (a hard link)"),
  },
  {
    name: "a hard link to somebody else's file, where the kernel lets it",
    script: "! ln ../ben/state.yml state.yml 2>/dev/null",
    outcome: ABSENT,
  },
  {
    name: "a device, where the kernel lets it",
    script: "! mknod state.yml c 1 5 2>/dev/null",
    outcome: ABSENT,
  },
  {
    name: "a directory",
    script: 'mkdir state.yml; cp "$OTHER" state.yml/state.yml',
    outcome: leftOut("is not a regular file"),
  },
  {
    name: "a gigabyte that takes no room",
    script: "truncate -s 1G state.yml",
    outcome: leftOut("has more than 65536 bytes"),
  },
  {
    name: "a byte too much",
    content: marked.padEnd(65536, "#") + "\n",
    outcome: leftOut("has more than 65536 bytes"),
  },
  { name: "as much as there may be", content: `${stateText()}${"#".repeat(60000)}\n`, outcome: LISTED },
  { name: "an empty file", content: "", outcome: leftOut("is empty") },
  { name: "zeros", content: new Uint8Array(65536), outcome: INVISIBLE },
  { name: "a file that ends in the middle", content: stateText().slice(0, 90), outcome: leftOut("") },
  {
    name: "a file that nobody may read",
    content: marked,
    script: "chmod 0000 state.yml",
    outcome: leftOut("cannot be read by others"), // by root neither
  },
  {
    name: "an entry that nobody may enter",
    content: marked,
    script: "chmod 0000 .",
    outcome: leftOut("cannot be entered by others"),
  },
  {
    name: "an entry that everybody may write to",
    content: marked,
    script: "chmod 0777 .",
    outcome: leftOut("can be written by others"),
  },
  {
    name: "an entry that a group may write to, with its bit",
    content: marked,
    script: "chmod 2775 .",
    outcome: leftOut("can be written by others"),
  },
  {
    name: "an entry with the bits of sticky and group",
    content: stateText(),
    script: "chmod 3755 .",
    outcome: LISTED,
  },
  {
    name: "an entry that its user would replace",
    content: stateText(),
    script:
      '! mv . ../gone 2>/dev/null; ! rmdir ../evil 2>/dev/null; ! ln -s "$HOME" ../evil2 2>/dev/null; ' +
      "! mkdir ../other 2>/dev/null; ! mv ../ben ../bob 2>/dev/null; ! rm -f ../ben/state.yml 2>/dev/null",
    outcome: LISTED,
  },
  {
    name: "a hundred thousand files",
    content: stateText(),
    script: "python3 -c 'for n in range(100000): open(str(n), \"x\").close()'",
    outcome: LISTED,
  },
  {
    name: "a mount that only its own namespace sees",
    content: stateText(),
    script:
      `unshare -Urm sh -c 'mount -t tmpfs none . && cp "$OTHER" ../evil/state.yml; touch mounted' || true`,
    outcome: LISTED,
  },
  {
    name: "a file system whose program does not answer",
    asRoot: true,
    loop: `${FUSE}
options = f"fd={fuse},rootmode=40000,user_id={uid},group_id={uid},allow_other"
if libc.mount(b"hang", entry.encode(), b"fuse.hang", 6, options.encode()): raise OSError(ctypes.get_errno(), "mount")
ready(); pause()`,
    outcome: leftOut("holds a file system of its own"),
  },
  {
    name: "a file system further below whose program does not answer",
    asRoot: true,
    loop: `${FUSE}; os.mkdir(entry + "/deep"); os.mkdir(entry + "/deep/deeper")
options = f"fd={fuse},rootmode=40000,user_id={uid},group_id={uid},allow_other"
if libc.mount(b"hang", (entry + "/deep/deeper").encode(), b"fuse.hang", 6, options.encode()): raise OSError(ctypes.get_errno(), "mount")
ready(); pause()`,
    outcome: leftOut("holds a file system of its own"),
  },
  {
    name: "a write lease",
    content: marked,
    loop:
      `signal.signal(signal.SIGIO, signal.SIG_IGN); f = open(state, "r+b"); fcntl.fcntl(f, 1024, fcntl.F_WRLCK); ready(); pause()`,
    outcome: leftOut("is held by its owner (a lease)"),
  },
  {
    name: "a read lease",
    content: stateText(),
    loop:
      `signal.signal(signal.SIGIO, signal.SIG_IGN); f = open(state, "rb"); fcntl.fcntl(f, 1024, fcntl.F_RDLCK); ready(); pause()`,
    outcome: LISTED,
  },
  {
    name: "locks of both kinds",
    content: stateText(),
    loop:
      `f = open(state, "r+b"); fcntl.flock(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_EX); ready(); pause()`,
    outcome: LISTED,
  },
  {
    name: "a file that grows and shrinks",
    content: stateText(),
    loop: `f = open(state, "ab", buffering=0); ready()
while True:
    for _ in range(40): f.write(b"#" * 2000)
    f.truncate(len(good))`,
    outcome: CHANGING,
  },
  {
    name: "a file that is written over all the time",
    content: stateText(),
    loop: `f = open(state, "r+b", buffering=0); bad = good.replace(b"A page", b"\\x1b[2J\\n" + b"!"); ready()
while True:
    f.seek(0); f.write(bad); f.seek(0); f.write(good)`,
    outcome: CHANGING,
  },
  {
    name: "a file, a FIFO, a link and nothing, in turns",
    loop: `os.chdir(entry); ready()
while True:
    os.mkfifo("new"); os.rename("new", "state.yml")
    os.symlink(canary, "new"); os.rename("new", "state.yml")
    with open("new", "wb") as f: f.write(good)
    os.rename("new", "state.yml")
    os.symlink("/etc/shadow", "new"); os.rename("new", "state.yml")
    os.mkdir("directory"); os.unlink("state.yml"); os.rename("directory", "state.yml"); os.rmdir("state.yml")`,
    outcome: CHANGING,
  },
  {
    name: "an entry whose mode changes all the time",
    content: stateText(),
    loop: `ready()
while True:
    for mode in (0o777, 0o000, 0o755): os.chmod(entry, mode)`,
    outcome: CHANGING,
  },
  {
    name: "an entry that is touched a thousand times a second",
    content: stateText(),
    loop: `ready()
while True: os.utime(entry); time.sleep(0.001)`,
    outcome: LISTED,
  },
  {
    name: "every process it may have, busy",
    content: stateText(),
    loop: `for _ in range(4):
    if os.fork() == 0:
        while True: os.listdir(entry)
ready(); pause()`,
    outcome: LISTED,
  },
];
