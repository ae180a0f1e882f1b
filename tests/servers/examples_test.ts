/**
 * The examples on real servers. All are verified as `ppm setup` does it, by systemd and by podman's own generator; those that need no
 * download and run in no other test run for real: tests/servers/readme_test.ts runs hello and guestbook, neighbours_test.ts caddy.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeRepository, PASSWORD } from "./backup_support.ts";
import { definitionFrom, makePet, type Pet } from "./pet.ts";
import { bootServer, eachRelease, eitherRelease, makeImage } from "./server.ts";

const NAMES = [...Deno.readDirSync(new URL("../../examples", import.meta.url))]
  .filter(({ isDirectory }) => isDirectory).map(({ name }) => name).toSorted();

/** Whether podman's generator makes units of it, which only Debian 13 has; and what is a web server needs that web server. */
function fits(name: string, release: string): boolean {
  const quadlet = Object.keys(definitionFrom(`examples/${name}`)).some((path) => path.includes(".container"));
  return name !== "caddy" && (!quadlet || release === "trixie");
}

eachRelease("examples/: systemd and podman find nothing wrong with the units", async (release) => {
  await using server = await bootServer({ release, name: "examples" });
  await server.copyPpm();
  const pet = await withRepository(await makePet(server, { definition: definitionFrom("examples/hello") }));
  const preview = async (name: string) => {
    const fresh = definitionFrom(`examples/${name}`)["appinfo.yml"]?.includes("backups_none")
      ? []
      : ["--fresh"];
    return await pet.ppm(["setup", "--dry-run", ...fresh], { check: false });
  };
  const names = NAMES.filter((name) => fits(name, release));
  for (const name of names) {
    // Each example is a repository of its own, and has no clone yet: everything of it is previewed.
    await pet.run(["sh", "-c", "rm -rf definition && git init -q -b main definition"]);
    await pet.commit(definitionFrom(`examples/${name}`));
    const { code, stdout, stderr } = await preview(name);
    deepStrictEqual({ name, code }, { name, code: 0 }, stderr);
    match(stdout, /^write \.config\/systemd\/user\/\S+\.target +\(new, from ppm\)/m);
  }
  // That this would have been seen.
  await pet.commit({ "templates/.config/systemd/user/wrong.service": "[Service]\nExecStart=nothing\n" });
  const { code, stderr } = await preview(names.at(-1)!);
  match(stderr, /templates\/\.config\/systemd\/user\/wrong\.service: /);
  strictEqual(code, 4);
});

eitherRelease(
  "examples/static-site shows its pages, and its own page where there is none",
  async (release) => {
    await using server = await bootServer({ release, name: "site" });
    await server.copyPpm();
    const pet = await makePet(server, { definition: definitionFrom("examples/static-site") });
    await pet.ppm(["setup"]);
    await pet.ppm(["start"]);
    match(await ask(pet, ["/"]), /^200 .*<h1>A site of one's own<\/h1>/s);
    match(await ask(pet, ["/about/"]), /^200 .*<h1>About this site<\/h1>/s);
    match(await ask(pet, ["/style.css"]), /^200 text\/css/);
    match(await ask(pet, ["/nowhere"]), /^404 .*<h1>There is no such page<\/h1>/s);
  },
);

eitherRelease("examples/shopping asks for its backups, and begins with the last dump", async (release) => {
  await using server = await bootServer({ release, name: "shopping" });
  await server.copyPpm();
  const pet = await withRepository(
    await makePet(server, { definition: definitionFrom("examples/shopping") }),
    "variables: { dumps: yearly }\n",
  );
  await makeImage(server, pet.user);
  await pet.ppm(["setup", "--fresh"]);
  await pet.ppm(["start"]);
  const password = /^\/cgi-bin\/change:household:(\w{20})$/m.exec(
    await pet.read(".config/shopping/httpd.conf"),
  )
    ?.[1];
  ok(password !== undefined);
  const change = (form: string, key = password) =>
    ask(pet, ["/cgi-bin/change", "-u", `household:${key}`, "--data", form]);

  match(await change("need=Milk", "guessed"), /^401 /);
  strictEqual(await list(pet), "");
  // Spaces, letters beyond ASCII, what means something in HTML, in a path, or to echo.
  const things = [
    "need=two+br%C3%B6tchen+",
    "need=-n",
    "need=%3Cb%3E%22%26",
    "need=../../etc/passwd",
    "need=Milk",
  ];
  for (const thing of things) match(await change(thing), /^303 /);
  match(await change("need=%2F.."), /^400 /);
  match(await change("other=Milk"), /^400 /);
  const before = "-n\nMilk\nb\netcpasswd\ntwo brötchen \n";
  strictEqual(await list(pet), before);

  const running = await containerId(pet);
  await pet.run(["systemctl", "--user", "start", "shopping-dump.service"]);
  await until(pet, "ppm snapshots | grep -q ' good '");
  strictEqual(await containerId(pet), running, "nothing is stopped for the backup");
  match(await change("have=Milk"), /^303 /);
  strictEqual(await list(pet), before.replace("Milk\n", ""));

  // All that is left is what the administrator wrote, and the repository.
  await pet.ppm(["stop"]);
  await pet.run(["systemctl", "--user", "stop", "ppm-*.timer", "ppm-*.path", "ppm-*.service"]);
  await pet.run(["rm", "-rf", "data", ".ppm", ".config"]);
  await pet.run(["systemctl", "--user", "daemon-reload"]);
  await pet.ppm(["setup"]);
  strictEqual((await pet.run(["find", "data", "-type", "f"])).stdout, "data/dumps/list\n");
  await pet.ppm(["start"]);
  strictEqual(await list(pet), before);
  match(await change("have=Milk"), /^303 /); // with the password of before
});

/** Gives a pet a repository, and the rest of its config.yml. */
async function withRepository(pet: Pet, config = ""): Promise<Pet> {
  const repository = `/srv/${pet.user}`;
  await makeRepository(pet.server, repository);
  await pet.server.run(["chown", "-R", `${pet.user}:`, repository]);
  await pet.server.writeFile(".restic-password", PASSWORD, { user: pet.user, mode: 0o600 });
  await pet.configure(`backup: { repository: ${repository}, passwordfile: .restic-password }\n${config}`);
  return pet;
}

/** Returns status, type and text of an answer, with a blank between them. */
async function ask(pet: Pet, [path, ...options]: readonly string[]): Promise<string> {
  const format = "%{stderr}%{http_code} %{content_type}";
  const argv = ["curl", "-sw", format, ...options, `http://127.0.0.1:8080${path}`];
  const { stdout, stderr } = await pet.run(argv);
  return `${stderr} ${stdout}`;
}

/** Returns what is on the shopping list, a line each. */
async function list(pet: Pet): Promise<string> {
  const page = await ask(pet, ["/"]);
  return [...page.matchAll(/^<li>(.*) <button name="have" value="\1">/gm)].map(([, thing]) => `${thing}\n`)
    .toSorted().join("");
}

async function containerId(pet: Pet): Promise<string> {
  return (await pet.run(["podman", "inspect", "--format", "{{.Id}}", "shopping"])).stdout;
}

async function until(pet: Pet, command: string): Promise<void> {
  await pet.run(["timeout", "60", "sh", "-c", `until ${command}; do sleep .5; done`]);
}
