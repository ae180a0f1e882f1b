/** What a user without scruples may put into its own entry of the state directory, and what readers are to make of it. */

/** In everything that the hostile user writes and that nobody is to see. */
export const MARK = "zz0wned";

/** What becomes of a state. */
export type Outcome =
  /** Nothing is said of it: nothing was published. */
  | { readonly kind: "absent" }
  /** A warning, and nothing else; `why` is how it ends. */
  | { readonly kind: "left out"; readonly why: string }
  /** It counts: with these rules in the firewall's script, in their order. */
  | { readonly kind: "listed"; readonly rules: readonly string[] }
  /** It is contested: whoever acts upon it names this, and does nothing. */
  | { readonly kind: "conflict"; readonly wanted: string; readonly users: string }
  /** It changes while one looks: each look sees one or the other, whole. */
  | { readonly kind: "changing" };

/** One state of the entry, made by its user. */
export interface HostileState {
  readonly name: string;
  /** The state file; before `script`. */
  readonly content?: string | Uint8Array<ArrayBuffer>;
  /** For bash, in the entry, with `GOOD`, a file that would count, and `OTHER`, a readable file of the user's with the mark in it; `CANARY` is another, which nobody is to open. */
  readonly script?: string;
  /** Python that goes on until everybody has looked; it has the path of the entry in `entry`, and `good`, the content of `GOOD`; `ready()` when all is in place. */
  readonly loop?: string;
  /** Runs `loop` as root: what a user has from a program that is not installed here. */
  readonly asRoot?: boolean;
  readonly outcome: Outcome;
}

const ABSENT: Outcome = { kind: "absent" };
const CHANGING: Outcome = { kind: "changing" };
const LISTED: Outcome = { kind: "listed", rules: [] };

function leftOut(why: string): Outcome {
  return { kind: "left out", why };
}

function listed(...rules: readonly string[]): Outcome {
  return { kind: "listed", rules };
}

/** The parts of a state file, as YAML. */
const PARTS = {
  version: "version: 1",
  instance: "instance: evil",
  user: "user: evil",
  host: "host: server",
  app: "app:\n  name: web\n  description: A page\n  version: '1'",
  definition: `definition:\n  repository: /srv/evil.git\n  commit: ${"e".repeat(40)}`,
  units: "units: []",
  plugins: "plugins: {}",
  state: "state: {}",
  times: "times: {}",
};

/** Returns a state file that counts, but for what is changed. */
export function stateText(changes: Partial<typeof PARTS> = {}): string {
  return Object.values({ ...PARTS, ...changes }).map((part) => `${part}\n`).join("");
}

/** Returns a part `plugins` with sites; what is not said is harmless. */
function sites(...each: readonly { domain?: string; path?: string; port?: string }[]): { plugins: string } {
  const lines = each.map(({ domain = `${MARK}.example.org`, path = "/", port = "9001" }) =>
    `      - domain: ${domain}\n        path: ${path}\n        port: ${port}\n        websocket: false\n`
  );
  return { plugins: `plugins:\n  website:\n    sites:\n${lines.join("").trimEnd()}` };
}

/** Returns a part `plugins` with openings; what is not said is harmless. */
function openings(
  ...each: readonly { first?: string; last?: string; protocol?: string; from?: string }[]
): { plugins: string } {
  const lines = each.map(({ first = "9000", last = first, protocol = "tcp", from = "0.0.0.0/0" }) =>
    `      - first: ${first}\n        last: ${last}\n        protocol: ${protocol}\n        from:\n          - ${from}\n`
  );
  return { plugins: `plugins:\n  firewall:\n    open:\n${lines.join("").trimEnd()}` };
}

function app(part: { name?: string; description?: string; version?: string }): { app: string } {
  const { name = "web", description = "A page", version = "'1'" } = part;
  return { app: `app:\n  name: ${name}\n  description: ${description}\n  version: ${version}` };
}

/** Returns a case whose state file is good but for some parts. */
function part(name: string, changes: Partial<typeof PARTS>, outcome: Outcome): HostileState {
  return { name, content: stateText(changes), outcome };
}

const marked = stateText(app({ version: MARK }));
const IN_WAY = "is wrong: line";
const INVISIBLE = leftOut("has a character that cannot be seen");

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
    // Root may; what counts for one counts for all.
    outcome: CHANGING,
  },
  {
    name: "an entry that nobody may enter",
    content: marked,
    script: "chmod 0000 .",
    outcome: CHANGING,
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

/** Texts that are not as ppm writes them. */
export const TEXTS: readonly HostileState[] = [
  { name: "a NUL byte", content: stateText({ host: `host: ${MARK}\0` }), outcome: INVISIBLE },
  { name: "carriage returns", content: marked.replaceAll("\n", "\r\n"), outcome: INVISIBLE },
  {
    name: "a carriage return alone",
    content: stateText({ host: `host: server\r${MARK}` }),
    outcome: INVISIBLE,
  },
  { name: "a tab", content: stateText({ host: `host:\t${MARK}` }), outcome: INVISIBLE },
  { name: "an escape sequence", content: stateText(app({ version: `${MARK}\x1b[2J` })), outcome: INVISIBLE },
  {
    name: "a control of ISO 6429",
    content: stateText(app({ version: `${MARK}\x9b2J` })),
    outcome: INVISIBLE,
  },
  {
    name: "text that runs backwards",
    content: stateText(app({ version: `\u202e${MARK}` })),
    outcome: INVISIBLE,
  },
  { name: "a line separator", content: stateText(app({ version: `\u2028${MARK}` })), outcome: INVISIBLE },
  { name: "a byte order mark", content: `\ufeff${marked}`, outcome: INVISIBLE },
  {
    name: "Latin-1",
    content: latin1(stateText(app({ version: `${MARK}é` }))),
    outcome: leftOut("is not UTF-8"),
  },
  { name: "UTF-16", content: utf16(marked), outcome: leftOut("is not UTF-8") },
  {
    name: "an overlong slash and half a pair",
    content: new Uint8Array([0x61, 0xc0, 0xaf, 0xed, 0xa0, 0x80]),
    outcome: leftOut("is not UTF-8"),
  },
  part("an escape that YAML undoes", app({ version: `"${MARK}\\x1b[2J"` }), leftOut("")),
  part("a line break that YAML undoes", app({ description: `"A\\n${MARK}"` }), leftOut("")),
  part("a text of several lines", app({ description: `|\n    A\n    ${MARK}` }), leftOut("")),
  { name: "brackets, as deep as they go", content: "[".repeat(65000), outcome: leftOut(IN_WAY) },
  { name: "lists in lists in lists", content: "- ".repeat(32000) + MARK, outcome: leftOut(IN_WAY) },
  {
    name: "mappings in mappings",
    content: Array.from({ length: 200 }, (_, n) => `${"  ".repeat(n)}a:`).join("\n"),
    outcome: leftOut(IN_WAY),
  },
  { name: "question marks", content: "? ".repeat(32000), outcome: leftOut(IN_WAY) },
  { name: "sixty thousand line breaks", content: "\n".repeat(65000), outcome: leftOut("is empty") },
  { name: "a quotation that does not end", content: `a: '${"''".repeat(32000)}`, outcome: leftOut(IN_WAY) },
  { name: "a quotation of backslashes", content: `a: "${"\\\\".repeat(32000)}`, outcome: leftOut(IN_WAY) },
  {
    name: "an integer of sixty thousand digits",
    content: `version: ${"9".repeat(60000)}`,
    outcome: leftOut(""),
  },
  part("an anchor and an alias", { state: `state:\n  a: &a ${MARK}\n  b: *a` }, leftOut(IN_WAY)),
  {
    name: "a billion laughs",
    content: `a: &a [x,x,x,x,x,x,x,x,x]\n` +
      [..."bcdefghi"].map((name, at) =>
        `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(",")}]\n`
      )
        .join(""),
    outcome: leftOut(IN_WAY),
  },
  part("a merge key", { state: `state:\n  <<: { a: ${MARK} }` }, leftOut(IN_WAY)),
  part("a tag of JavaScript", { state: `state:\n  a: !!js/function "function(){${MARK}}"` }, leftOut(IN_WAY)),
  part(
    "a tag of Python",
    { state: `state:\n  a: !!python/object/apply:os.system ["${MARK}"]` },
    leftOut(IN_WAY),
  ),
  part("a tag of ppm", { state: `state:\n  a: !yaml "<%= ${MARK} %>"` }, leftOut(IN_WAY)),
  {
    name: "a key for the second time",
    content: `${marked}user: ben\n`,
    outcome: leftOut("has a key for the second time"),
  },
  {
    name: "a key for the second time, written otherwise",
    content: `${marked}"user": ben\n`,
    outcome: leftOut("has a key for the second time"),
  },
  {
    name: "two documents",
    content: `${marked}---\n${marked}`,
    outcome: leftOut("marks the beginning or the end of a document"),
  },
  { name: "a directive", content: `%YAML 1.1\n${marked}`, outcome: leftOut(IN_WAY) },
  { name: "JSON", content: JSON.stringify({ version: 1, user: MARK }), outcome: leftOut(IN_WAY) },
  part(
    "__proto__",
    { state: `state:\n  __proto__:\n    user: ${MARK}` },
    leftOut("has a key that is no name"),
  ),
  part(
    "constructor, toString and hasOwnProperty",
    { state: `state:\n  constructor: ${MARK}\n  toString: ${MARK}\n  hasOwnProperty: ${MARK}\n  length: -1` },
    LISTED,
  ),
  part("templates", { state: `state:\n  a: '<%= it.secrets %>${MARK}{$HOME}\${HOME}$(id)\`id\`'` }, LISTED),
];

/** Parts that say what they may not. */
export const VALUES: readonly HostileState[] = [
  part("another user", { user: "user: ben" }, leftOut("says that it is somebody else's")),
  part("root", { user: "user: root" }, leftOut("says that it is somebody else's")),
  part("a version to come", { version: "version: 2" }, leftOut("is wrong: version is not 1")),
  part("a version as a text", { version: "version: '1'" }, leftOut("is wrong: version is not a number")),
  part("an instance that paints", { instance: `instance: "\\e[31m${MARK}"` }, leftOut("")),
  part(
    "an instance that climbs",
    { instance: `instance: ../${MARK}` },
    leftOut("is wrong: instance is not as it must be"),
  ),
  part(
    "a name that closes a comment",
    app({ name: `'x" drop; # ${MARK}'` }),
    leftOut("app.name is not as it must be"),
  ),
  part("a version that looks like two columns", app({ version: `'1  ben  ben ${MARK}'` }), LISTED),
  part(
    "a description too long",
    app({ description: MARK.repeat(200) }),
    leftOut("has more than 1000 characters"),
  ),
  part(
    "a unit that is an option",
    { units: `units:\n  - "--machine=${MARK}"` },
    leftOut("is not as it must be"),
  ),
  part("a unit that begins like an option", { units: `units:\n  - --${MARK}.service` }, LISTED),
  part("units of others", { units: "units:\n  - web.service\n  - user@0.service" }, LISTED),
  part(
    "a commit that is an option",
    { definition: `definition:\n  repository: x\n  commit: --${MARK}` },
    leftOut(""),
  ),
  part("a huge port", sites({ port: "99999999999999999999" }), leftOut("")),
  part("a negative port", sites({ port: "-1" }), leftOut("port is not a whole number from 1 to 65535")),
  part("port 0", sites({ port: "0" }), leftOut("port is not a whole number from 1 to 65535")),
  part("port 65536", openings({ first: "65536" }), leftOut("first is not a whole number from 1 to 65535")),
  part("half a port", sites({ port: "80.5" }), leftOut("port is not a whole number from 1 to 65535")),
  part("a port as a text", openings({ first: `'22; drop ${MARK}'` }), leftOut("first is not a number")),
  part("a range that is none", openings({ first: "9001", last: "9000" }), leftOut("is not a range")),
  part(
    "a protocol of its own",
    openings({ protocol: `'tcp ${MARK}'` }),
    leftOut("protocol is not tcp or udp"),
  ),
  part(
    "a network with host bits",
    openings({ from: "10.1.2.3/8" }),
    listed('ip saddr { 10.0.0.0/8 } tcp dport 9000 accept comment "evil (web)"', "tcp dport 9000 drop"),
  ),
  part(
    "a network with a brace",
    openings({ from: `'10.0.0.0/8 } accept ${MARK}'` }),
    leftOut("from has what is no network"),
  ),
  part("a network with a line break", openings({ from: `"10.0.0.0/8\\n${MARK}"` }), leftOut("")),
  part(
    "a network by name",
    openings({ from: `${MARK}.example.org` }),
    leftOut("from has what is no network"),
  ),
  part("a zone", openings({ from: `'fe80::1%${MARK}'` }), leftOut("from has what is no network")),
  part("a network in octal", openings({ from: "010.0.0.0/8" }), leftOut("from has what is no network")),
  part("a domain with a space", sites({ domain: `'${MARK}.org ben.example.org'` }), leftOut("")),
  part("a domain with a brace", sites({ domain: `'${MARK}.org {'` }), leftOut("")),
  part("a domain with a line break", sites({ domain: `"${MARK}.org\\nben.example.org"` }), leftOut("")),
  part("a domain with a quotation mark", sites({ domain: `'${MARK}".org'` }), leftOut("")),
  part("a domain of all", sites({ domain: `'*'` }), leftOut("")),
  part("a domain of all below", sites({ domain: `'*.${MARK}.org'` }), leftOut("")),
  part("a domain with a dot behind it", sites({ domain: "ben.example.org." }), leftOut("")),
  part("a domain in capitals", sites({ domain: "BEN.example.org" }), leftOut("domain is not lower case")),
  part("a domain with a port", sites({ domain: "ben.example.org:80" }), leftOut("")),
  part("a domain that is an address", sites({ domain: `'[::1]'` }), leftOut("")),
  part("a domain in letters that look alike", sites({ domain: "bеn.example.org" }), leftOut("")),
  part("a domain in Punycode", sites({ domain: "xn--bn-nlc.example.org" }), LISTED),
  part(
    "a path that climbs",
    sites({ path: `/../${MARK}` }),
    leftOut("must be written without empty parts, . and .."),
  ),
  part("a path with a brace", sites({ path: `'/{${MARK}}'` }), leftOut("")),
  part("a path with a star", sites({ path: `/${MARK}*` }), leftOut("")),
  part("one address twice", sites({}, {}), leftOut("has one address twice")),
  part(
    "a thousand sites",
    sites(...Array.from({ length: 600 }, (_, n) => ({ domain: `d${n}.x.org` }))),
    LISTED,
  ),
  part(
    "hundreds of openings",
    openings(...Array.from({ length: 500 }, (_, n) => ({ first: `${10000 + n}` }))),
    listed(
      ...Array.from(
        { length: 500 },
        (_, n) => `meta nfproto ipv4 tcp dport ${10000 + n} accept comment "evil (web)"`,
      ),
      ...Array.from({ length: 500 }, (_, n) => `tcp dport ${10000 + n} drop`),
    ),
  ),
  part(
    "everything else, from one network",
    openings({ first: "9000", last: "9999", from: "10.0.0.0/8" }),
    listed(
      `ip saddr { 10.0.0.0/8 } tcp dport 9000-9999 accept comment "evil (web)"`,
      "tcp dport 9000-9999 drop",
    ),
  ),
  part("a time to come", { times: "times:\n  backup: 9999-12-31T23:59:59.999Z" }, LISTED),
  part("no time", { times: `times:\n  backup: ${MARK}` }, leftOut("times.backup is not a time")),
  part("a time that never was", { times: "times:\n  backup: 2025-02-30T25:00:00.000Z" }, leftOut("")),
  part(
    "another kind of everything",
    { app: "app: []", units: "units: {}", plugins: "plugins: no" },
    leftOut("app is not a mapping"),
  ),
  part("what a newer ppm may write", { plugins: `plugins:\n  shell:\n    run: ${MARK}` }, LISTED),
  part("a state that is no mapping", { state: `state: ${MARK}` }, leftOut("state is not a mapping")),
  part("the instance of another", { instance: "instance: ben" }, LISTED),
];

/** What belongs to somebody else. */
export const CLAIMED: readonly HostileState[] = [
  part("the domain of another", sites({ domain: "ben.example.org" }), {
    kind: "conflict",
    wanted: "the domain ben.example.org",
    users: "ben and evil both want it",
  }),
  part("a path of another's domain", sites({ domain: "ben.example.org", path: `/${MARK}` }), {
    kind: "conflict",
    wanted: "the domain ben.example.org",
    users: "ben and evil both want it",
  }),
  part("the port behind another's site", sites({ port: "8100" }), {
    kind: "conflict",
    wanted: "the port 8100/tcp",
    users: "ben and evil both want it",
  }),
  part("an opening over all ports", openings({ first: "1", last: "65535" }), {
    kind: "conflict",
    wanted: "the port 8100/tcp",
    users: "ben and evil both want it",
  }),
];

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf16(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((character) => [character.charCodeAt(0), 0])]);
}
