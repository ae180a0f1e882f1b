/** Generations on real servers: brought back by `ppm rollback`, shared on the disk, and forgotten when there are too many. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { makePet, type Pet, plainDefinition } from "./pet.ts";
import { bootServer, eitherRelease } from "./server.ts";

/** What is no part of a generation: what ppm and git know beside it. */
const BESIDE = "^\\./(\\.ppm/|\\.local|\\.gitconfig|\\.bash)";

/** A server with generation 1, which runs, and generation 2, with one unit more and another page. */
async function aPet(server: Parameters<typeof makePet>[0]): Promise<{ pet: Pet; first: string }> {
  await server.copyPpm();
  const pet = await makePet(server, { definition: plainDefinition() });
  await pet.ppm(["setup"]);
  await pet.ppm(["start"]);
  const first = await pet.listing(BESIDE);
  await pet.commit({
    ...plainDefinition(["web", "more"]),
    "templates/.config/web/index.html.eta": "another page\n",
    "templates/.config/more/new.conf": "new\n",
  });
  await pet.moveClone();
  await pet.ppm(["setup"]);
  await pet.ppm(["start"]);
  return { pet, first };
}

async function inodeOf(pet: Pet, path: string): Promise<string> {
  return (await pet.run(["stat", "-c", "%i", path])).stdout.trim();
}

eitherRelease("a generation is brought back as it was, and setup then has nothing to do", async (release) => {
  await using server = await bootServer({ release });
  const { pet, first } = await aPet(server);
  const preview = await pet.ppm(["rollback", "1", "--dry-run"]);
  match(preview.stdout, /-another page\n +\+hello from app/);
  const secret = (await pet.read(".config/web/private")).trim();
  await pet.ppm(["rollback", "1"]);
  strictEqual(await pet.listing(BESIDE), first);
  strictEqual((await pet.run(["systemctl", "--user", "is-active", "web.service"])).stdout, "active\n");
  const more = await pet.run(["systemctl", "--user", "show", "-P", "LoadState", "more.service"]);
  strictEqual(more.stdout, "not-found\n");
  match((await pet.ppm(["setup"])).stderr, /Nothing to do: generation 1 stands as it should/);
  strictEqual((await pet.read(".config/web/private")).trim(), secret);
  const { stdout } = await pet.ppm(["history"]);
  match(stdout, /^\* {2}1 .*done, by setup$/m);
  match(stdout, /^ {3}2 .*left for 1 on \d{4}-/m);

  await pet.ppm(["rollback", "2"]);
  match((await pet.ppm(["history"])).stdout, /^\* {2}2 .*done, by setup$/m);
  strictEqual(await pet.read(".config/web/index.html"), "another page\n");
  await pet.run(["sh", "-c", "echo harm >>.ppm/generations/1/files/.config/web/index.html"]);
  const harmed = await pet.ppm(["rollback", "1"], { check: false });
  strictEqual(harmed.code, 1);
  match(
    harmed.stderr,
    /Cannot go back to generation 1: \.ppm\/generations\/1\/files\/\.config\/web\/index\.html is damaged/,
  );
  strictEqual(await pet.read(".config/web/index.html"), "another page\n");
});

eitherRelease("of many generations the newest stay, and what they share stays whole", async (release) => {
  await using server = await bootServer({ release });
  const { pet } = await aPet(server);
  const shared = "files/.config/web/private";
  const inode = await inodeOf(pet, `.ppm/generations/1/${shared}`);
  strictEqual(await inodeOf(pet, `.ppm/generations/2/${shared}`), inode);
  // Fifty more, as they come back from a snapshot of a server that had them.
  await pet.run([
    "sh",
    "-ec",
    "cd .ppm/generations; for n in $(seq 3 52); do cp -al 2 $n; done; mkdir .discarded",
  ]);
  await pet.configure("variables: { greeting: hi }\n");
  await pet.ppm(["setup"]);
  const { generations, standing } = JSON.parse((await pet.ppm(["history", "--json"])).stdout);
  strictEqual(standing, 53);
  deepStrictEqual(
    generations.map(({ generation }: { generation: number }) => generation),
    [...Array.from({ length: 50 }, (_, at) => 53 - at), 2, 1], // 2 stood before, and 1 is what that can go back to
  );
  strictEqual(await inodeOf(pet, `.ppm/generations/53/${shared}`), inode);
  await pet.configure("variables: { greeting: ho }\n");
  await pet.ppm(["setup"]);
  const kept = (await pet.run(["ls", "-A", ".ppm/generations"])).stdout.trim().split("\n").map(Number);
  deepStrictEqual(kept.sort((a, b) => a - b), Array.from({ length: 50 }, (_, at) => 5 + at));
  strictEqual(await inodeOf(pet, `.ppm/generations/54/${shared}`), inode);
});
