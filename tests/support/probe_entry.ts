/** Asks one question, given as JSON, and prints the answer: a process of its own, for tests of its environment and its permissions. */
import { probe } from "../../src/host/probe.ts";

console.log(JSON.stringify(await probe(JSON.parse(Deno.args[0] ?? ""), 5000)));
