/**
 * Asks a server on this machine whether it is well, over HTTP or by connecting. Straight to the address: no proxy, no redirect, no name to
 * look up.
 */
import { type HttpResponse, readResponse } from "./http_response.ts";
import type { Answer, Question } from "./system.ts";

/**
 * For how long a connection must stay open. Rootless podman takes connections to a published port itself, and closes them when nobody
 * listens in the container.
 */
const STAYS_OPEN_MS = 250;

/** Asks `question` once; everything together takes at most `timeoutMs`. Whatever goes wrong is an answer, too. */
export async function probe(question: Question, timeoutMs: number): Promise<Answer> {
  const { host: hostname, port } = question;
  const limit = AbortSignal.timeout(timeoutMs);
  const progress = { begun: false };
  let connection: Deno.TcpConn | undefined;
  const close = () => connection?.close();
  try {
    connection = await Deno.connect({ hostname, port, signal: limit });
    limit.addEventListener("abort", close);
    return question.kind === "http"
      ? await askHttp(connection, question, progress)
      : await staysOpen(connection);
  } catch (error) {
    if (!limit.aborted) return { well: false, words: wordsOf(error) };
    const verb = progress.begun ? "finish its answer" : "answer";
    return { well: false, words: `does not ${verb} within ${timeoutMs / 1000} s` };
  } finally {
    limit.removeEventListener("abort", close);
    if (!limit.aborted) close();
  }
}

async function staysOpen(connection: Deno.TcpConn): Promise<Answer> {
  const patience = AbortSignal.timeout(STAYS_OPEN_MS);
  const closed = connection.read(new Uint8Array(1)).then((count) => count === null, () => true);
  const quiet = new Promise<boolean>((resolve) =>
    patience.addEventListener("abort", () => resolve(false), { once: true })
  );
  return await Promise.race([closed, quiet])
    ? { well: false, words: "closes the connection at once" }
    : { well: true, words: "takes connections" };
}

async function askHttp(
  connection: Deno.TcpConn,
  question: Extract<Question, { kind: "http" }>,
  progress: { begun: boolean },
): Promise<Answer> {
  await writeAll(connection, new TextEncoder().encode(requestFor(question)));
  const buffer = new Uint8Array(16_384);
  let bytes = new Uint8Array();
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) break;
    progress.begun = true;
    bytes = joined(bytes, buffer.subarray(0, count));
    const answer = judgeResponse(readResponse(bytes), question);
    if (answer !== undefined) return answer;
  }
  const response = readResponse(bytes);
  if (response.kind === "response") {
    const whole = judgeResponse({ ...response, complete: true }, question);
    if (whole !== undefined) return whole;
  }
  const where = bytes.length === 0 ? "without an answer" : "in the middle of its answer";
  return { well: false, words: `closes the connection ${where}` };
}

/** Returns what `response` answers, or undefined as long as more must come. */
function judgeResponse(
  response: HttpResponse,
  { status, text }: Extract<Question, { kind: "http" }>,
): Answer | undefined {
  if (response.kind === "partial") return undefined;
  if (response.kind === "bad") return { well: false, words: response.words };
  if (response.status !== status) {
    return { well: false, words: `answers with ${response.status}, not ${status}` };
  }
  if (text === null) return { well: true, words: `answers with ${status}` };
  const said = JSON.stringify(text);
  if (new TextDecoder().decode(response.body).includes(text)) return { well: true, words: `says ${said}` };
  return response.complete ? { well: false, words: `does not say ${said}` } : undefined;
}

function requestFor({ host, port, path }: Extract<Question, { kind: "http" }>): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host.includes(":") ? `[${host}]` : host}:${port}`,
    "User-Agent: ppm",
    "Accept: */*",
    "Accept-Encoding: identity",
    "Connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}

function wordsOf(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "refuses connections";
  if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) {
    return "closes the connection without an answer";
  }
  if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) throw error;
  return `cannot be reached: ${error.message}`;
}
