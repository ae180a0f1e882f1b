import assert from "node:assert/strict";
import { probe } from "../../src/host/probe.ts";
import type { Answer, Question } from "../../src/host/system.ts";

const ENCODER = new TextEncoder();

/** A server on loopback that does with each connection what a test says, once the first bytes have come, or at once. */
async function withServer<T>(
  serve: (connection: Deno.TcpConn) => Promise<void> | void,
  body: (port: number, requests: readonly string[]) => Promise<T>,
  options: { readonly hostname?: string; readonly atOnce?: boolean } = {},
): Promise<T> {
  const listener = Deno.listen({ hostname: options.hostname ?? "127.0.0.1", port: 0 });
  const connections: Deno.TcpConn[] = [];
  const requests: string[] = [];
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      serving.push((async () => {
        try {
          if (!options.atOnce) requests.push(await readSome(connection));
          await serve(connection);
        } catch {
          // Whoever asked has gone; that is for them to judge.
        }
      })());
    }
  })();
  try {
    return await body((listener.addr as Deno.NetAddr).port, requests);
  } finally {
    listener.close();
    for (const connection of connections) closeQuietly(connection);
    await accepting;
    await Promise.all(serving);
  }
}

async function readSome(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(4096);
  return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // closed already
  }
}

function http(port: number, more: Partial<Extract<Question, { kind: "http" }>> = {}): Question {
  return { kind: "http", host: "127.0.0.1", port, path: "/", status: 200, text: null, ...more };
}

/** Asks a server that sends `response`, in `pieces`, and closes. */
async function answerTo(
  response: string | readonly string[],
  more: Partial<Extract<Question, { kind: "http" }>> = {},
): Promise<Answer> {
  const pieces = typeof response === "string" ? [response] : response;
  return await withServer(async (connection) => {
    for (const piece of pieces) {
      await connection.write(ENCODER.encode(piece));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    connection.close();
  }, (port) => probe(http(port, more), 2000));
}

const OK = "HTTP/1.1 200 OK\r\n";
const LONG = "x".repeat(65_536);

const RESPONSES: readonly (readonly [
  name: string,
  response: string | readonly string[],
  more: Partial<Extract<Question, { kind: "http" }>>,
  well: boolean,
  words: string,
])[] = [
  ["the status", `${OK}\r\n`, {}, true, "answers with 200"],
  ["another status", "HTTP/1.1 503 Busy\r\n\r\n", {}, false, "answers with 503, not 200"],
  ["the status asked for", "HTTP/1.1 401 No\r\n\r\n", { status: 401 }, true, "answers with 401"],
  ["a redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", {}, false, "answers with 302, not 200"],
  ["no reason phrase, HTTP/1.0", "HTTP/1.0 200\r\n\r\n", {}, true, "answers with 200"],
  ["line feeds alone", "HTTP/1.1 200 OK\nA: b\n\n", {}, true, "answers with 200"],
  [
    "an interim response first",
    `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}\r\n`,
    {},
    true,
    "answers with 200",
  ],
  ["the text", `${OK}\r\nall is ok\n`, { text: "ok" }, true, 'says "ok"'],
  ["another text", `${OK}\r\nall is lost\n`, { text: "ok" }, false, 'does not say "ok"'],
  ["the text in the head alone", `${OK}X: ok\r\n\r\nno\n`, { text: "ok" }, false, 'does not say "ok"'],
  [
    "the text across chunks",
    `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;a=b\r\nk\r\n0\r\n\r\n`,
    {
      text: "ok",
    },
    true,
    'says "ok"',
  ],
  [
    "the text not in chunks",
    `${OK}transfer-encoding: Chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n`,
    { text: "ok" },
    false,
    'does not say "ok"',
  ],
  [
    "the text piece by piece",
    [OK, "Content-Len", "gth: 6\r\n\r", "\nfi", "né"],
    { text: "né" },
    true,
    'says "né"',
  ],
  ["the text after 64 KiB", `${OK}\r\n${LONG}ok`, { text: "ok" }, false, 'does not say "ok"'],
  ["the text within 64 KiB", `${OK}\r\n${LONG.slice(2)}ok`, { text: "ok" }, true, 'says "ok"'],
  ["no HTTP", "220 mail.example.org ESMTP\r\n", {}, false, "does not speak HTTP"],
  ["an unreadable status", "HTTP/1.1 OK\r\n\r\n", {}, false, "does not speak HTTP"],
  ["too many headers", `${OK}A: ${LONG}\r\n\r\n`, {}, false, "sends more than 64 KiB of headers"],
  ["nothing", "", {}, false, "closes the connection without an answer"],
  ["half a head", `${OK}A: b\r\n`, {}, false, "closes the connection in the middle of its answer"],
];

for (const [name, response, more, well, words] of RESPONSES) {
  Deno.test(`probe() says what a server answers: ${name}`, async () => {
    assert.deepEqual(await answerTo(response, more), { well, words });
  });
}

Deno.test("probe() asks for the path with the address as host, without coding, for one answer", async () => {
  for (const [hostname, host] of [["127.0.0.1", "127.0.0.1"], ["::1", "[::1]"]] as const) {
    await withServer((connection) => {
      connection.close();
    }, async (port, requests) => {
      await probe(http(port, { host: hostname, path: "/healthz?full=1" }), 2000);
      assert.deepEqual(requests[0]?.split("\r\n"), [
        "GET /healthz?full=1 HTTP/1.1",
        `Host: ${host}:${port}`,
        "User-Agent: ppm",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
      ]);
    }, { hostname });
  }
});

Deno.test("probe() does not wait for a server that keeps the connection open after its answer", async () => {
  const responses = [
    [`${OK}Content-Length: 2\r\n\r\nno`, 'does not say "ok"'],
    [`${OK}Content-Length: 2\r\n\r\nok`, 'says "ok"'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 'does not say "ok"'],
  ] as const;
  for (const [response, words] of responses) {
    const answer = await withServer(
      async (connection) => void await connection.write(ENCODER.encode(response)),
      (port) => probe(http(port, { text: "ok" }), 10_000),
    );
    assert.equal(answer.words, words);
  }
});

/** Sends `piece` again and again, until nobody listens. */
function forEver(piece: string): (connection: Deno.TcpConn) => Promise<void> {
  return async (connection) => {
    await connection.write(ENCODER.encode(OK));
    while (true) {
      await connection.write(ENCODER.encode(piece));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
}

const SLOW: readonly (readonly [string, (connection: Deno.TcpConn) => Promise<void> | void, string])[] = [
  ["says nothing", () => {}, "does not answer within 0.4 s"],
  ["sends headers for ever", forEver("A: b\r\n"), "does not finish its answer within 0.4 s"],
  ["sends a body for ever", forEver("\r\n\r\nno"), "does not finish its answer within 0.4 s"],
];

for (const [what, serve, words] of SLOW) {
  Deno.test(`probe() gives up on a server that ${what}`, async () => {
    const begin = performance.now();
    assert.deepEqual(await withServer(serve, (port) => probe(http(port, { text: "ok" }), 400)), {
      well: false,
      words,
    });
    assert.ok(performance.now() - begin < 3000);
  });
}

Deno.test("probe() stops reading when it has seen enough", async () => {
  const response = await withServer(
    forEver("\r\n\r\nok"),
    (port) => probe(http(port, { text: "ok" }), 10_000),
  );
  assert.deepEqual(response, { well: true, words: 'says "ok"' });
});

Deno.test("probe() says that nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const refused = { well: false, words: "refuses connections" };
  assert.deepEqual(await probe(http(port), 2000), refused);
  assert.deepEqual(await probe({ kind: "tcp", host: "127.0.0.1", port }, 2000), refused);
});

Deno.test("probe() is content over TCP with a connection that stays open, or over which something comes", async () => {
  for (
    const serve of [() => {}, async (c: Deno.TcpConn) => void await c.write(ENCODER.encode("220 hi\r\n"))]
  ) {
    for (const host of ["127.0.0.1", "::1"]) {
      const answer = await withServer(serve, (port) => probe({ kind: "tcp", host, port }, 2000), {
        hostname: host,
        atOnce: true,
      });
      assert.deepEqual(answer, { well: true, words: "takes connections" });
    }
  }
});

Deno.test("probe() is not content over TCP with a connection that is closed at once", async () => {
  const close = (connection: Deno.TcpConn) => connection.close();
  const answer = await withServer(close, (port) => probe({ kind: "tcp", host: "127.0.0.1", port }, 2000), {
    atOnce: true,
  });
  assert.deepEqual(answer, { well: false, words: "closes the connection at once" });
});

Deno.test("probe() gives up where the kernel does not even take the connection", async () => {
  // A listener that never accepts, its queue full: the kernel drops what else comes.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr as Deno.NetAddr;
  const queued: Deno.TcpConn[] = [];
  try {
    while (queued.length < 5000) {
      queued.push(await Deno.connect({ hostname: "127.0.0.1", port, signal: AbortSignal.timeout(300) }));
    }
    assert.fail("the queue never filled");
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.deepEqual(await probe({ kind: "tcp", host: "127.0.0.1", port }, 300), {
      well: false,
      words: "does not answer within 0.3 s",
    });
  } finally {
    for (const connection of queued) connection.close();
    listener.close();
  }
});

/** Asks in a process that has the permissions of ppm, and `env`. */
async function ask(question: Question, env: Record<string, string> = {}): Promise<string> {
  const root = new URL("../../", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=ppm", "tests/support/probe_entry.ts", JSON.stringify(question)],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("probe() goes through no proxy, whatever the environment says", async () => {
  const seen: string[] = [];
  await withServer((connection) => {
    seen.push("proxy");
    connection.close();
  }, async (proxy) => {
    const url = `http://127.0.0.1:${proxy}`;
    const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    const env = Object.fromEntries(names.map((name) => [name, url]));
    await withServer(
      async (connection) => void await connection.write(ENCODER.encode(`${OK}\r\nok`)),
      async (port) => {
        assert.deepEqual(JSON.parse(await ask(http(port, { text: "ok" }), env)), {
          well: true,
          words: 'says "ok"',
        });
      },
    );
  });
  assert.deepEqual(seen, []);
});

Deno.test("ppm may connect to loopback alone", async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    assert.match(await ask(http(9, { host })), /"refuses connections"/);
  }
  for (const host of ["127.0.0.2", "0.0.0.0", "192.0.2.1", "::", "localhost"]) {
    assert.match(await ask({ kind: "tcp", host, port: 9 }), /NotCapable: Requires net access to/, host);
  }
});
