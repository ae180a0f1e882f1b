import assert from "node:assert/strict";
import type { Healthcheck } from "../../src/definition/healthcheck.ts";
import { HELLO } from "../fixtures/appinfo/invalid.ts";
import { CONFIG, FakeRenderer, render } from "./appinfo_support.ts";

async function healthcheck(text: string): Promise<Healthcheck | null> {
  return (await render(`${HELLO}${text}\n`, CONFIG, new FakeRenderer())).app.healthcheck;
}

const TIMES = { intervalMs: 2000, timeoutMs: 5000, startPeriodMs: 60_000, retries: 3 };

Deno.test("renderAppInfo() takes an application without a healthcheck", async () => {
  assert.equal(await healthcheck(""), null);
});

Deno.test("renderAppInfo() fills in what a healthcheck leaves out", async () => {
  assert.deepEqual(await healthcheck("healthcheck: { http: { port: 8080 } }"), {
    probe: { kind: "http", host: "127.0.0.1", port: 8080, path: "/", status: 200, text: null },
    ...TIMES,
  });
  assert.deepEqual(await healthcheck("healthcheck: { tcp: { port: 5432 } }"), {
    probe: { kind: "tcp", host: "127.0.0.1", port: 5432 },
    ...TIMES,
  });
  assert.deepEqual(await healthcheck("healthcheck: { unit: check@x.service }"), {
    probe: { kind: "unit", unit: "check@x.service" },
    ...TIMES,
  });
});

Deno.test("renderAppInfo() takes everything that a healthcheck may say, templates included", async () => {
  const text = `variables: { port: { type: port, default: 80 }, p: { type: string, default: abc } }
healthcheck:
  http:
    port: !yaml "<%= it.variables.port %>"
    host: "::1"
    path: "/<%= it.variables.p %>/a%20b?x=1&y=[2]"
    status: 204
    text: it is ok
  interval: 1min 2s
  timeout: 10s
  startperiod: 0s
  retries: 5`;
  assert.deepEqual(await healthcheck(text), {
    probe: {
      kind: "http",
      host: "::1",
      port: 80,
      path: "/abc/a%20b?x=1&y=[2]",
      status: 204,
      text: "it is ok",
    },
    intervalMs: 62_000,
    timeoutMs: 10_000,
    startPeriodMs: 0,
    retries: 5,
  });
});

for (const path of ["/%zz", "/100%", "/a#b", "/é", '/"', "/a\\b", "/a\tb"]) {
  Deno.test(`renderAppInfo() refuses the path ${JSON.stringify(path)} in a healthcheck`, async () => {
    await assert.rejects(
      healthcheck(`healthcheck: { http: { port: 80, path: ${JSON.stringify(path)} } }`),
      /"healthcheck\.http\.path" must be/,
    );
  });
}
