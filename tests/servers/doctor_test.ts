/** `ppm doctor` on real servers: each fault in turn is found, and no other; what it prints mends it. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { type DoctorPlace, makeDoctorPlace, said } from "./doctor_place.ts";
import { type Fault, FAULTS, FAULTS_OF_ROOT } from "./doctor_faults.ts";
import { eitherRelease } from "./server.ts";

/** Whom root asks as. */
const ROOT = {};

eitherRelease(
  "ppm doctor finds each fault and no other, and what it prints mends it",
  async (release, t) => {
    await using place = await makeDoctorPlace(release);

    await t.step("before the first setup it says what is missing for one, and nothing else", async () => {
      strictEqual((await place.amiss()).map(said).join("\n"), "");
      await place.app("mv config.yml saved");
      const [finding, ...others] = await place.amiss();
      match(said(finding!), /^config: .*does not exist$/);
      deepStrictEqual(others, []);
      await place.app("mv saved config.yml");
    });

    await place.root("sysctl -q net.ipv4.ip_unprivileged_port_start=80");
    await place.app(
      "ppm setup -q --fresh; mkdir -p data/many; for i in $(seq 50); do echo $i >data/many/$i; done; ppm start -q; ppm backup -q",
    );

    await t.step("an application that is all right is content, and root has nothing to do", async () => {
      await place.content();
      const script = await place.runRootScript();
      doesNotMatch(script, /^[^#\n]/m);
    });

    await t.step("a fenced application is down as it should be, and may be another server's", async () => {
      const noted = async (check: string) =>
        (await place.ask()).findings.filter((finding) => finding.check === check && finding.state === "note")
          .map(said).join("\n");
      await place.app("cp .ppm/lineage.json saved; ppm backup -q --take-over; ppm backup -q --fence");
      await place.content();
      match(await noted("fence"), /^fence: the application is fenced since \S+, to move to another server$/);
      strictEqual(await noted("claim"), "");
      await place.app("mv .ppm/lineage.json newer; mv saved .ppm/lineage.json");
      await place.content();
      strictEqual(await noted("claim"), 'claim: another server has the backups of "app" now');
      await place.app("mv newer .ppm/lineage.json; ppm start -q --unfence");
      await place.content();
      strictEqual(await noted("fence"), "");
    });

    await place.content(ROOT);
    for (const fault of FAULTS_OF_ROOT) {
      if (!await t.step(`for root: ${fault.fault}`, () => findAndMend(place, fault, ROOT))) return;
    }
    await place.content();

    const faults = FAULTS.filter(({ only }) => only === undefined || only === release);
    for (const fault of faults) {
      // What comes after a fault that is not mended would find it too.
      if (!await t.step(fault.fault, () => findAndMend(place, fault))) return;
    }

    await t.step(
      "one script mends all that root can, can run twice, and says how to undo each line",
      async () => {
        for (const name of ["low ports are root's", "everybody may write into the state directory"]) {
          await place.root(FAULTS.find(({ fault }) => fault === name)!.root!);
        }
        await place.root("sed -i /^app:/d /etc/subuid /etc/subgid; chown root /home/app/.restic-password");
        const { stdout } = await place.pet.ppm(["doctor", "--root-script"]);
        match(stdout, /^set -eu$/m);
        const lines = stdout.split("\n");
        const commands = lines.filter((line) => /^(?!#|set -eu|echo \d+ steps? done)./.test(line));
        ok(commands.length >= 5, stdout);
        for (const command of commands) {
          match(lines[lines.indexOf(command) - 1]!, /^# Undo: ./);
          match(lines[lines.indexOf(command) - 2]!, /^# ./);
        }
        await place.server.run(["sh"], { stdin: stdout });
        await place.server.run(["sh"], { stdin: stdout });
        await place.app("ppm restart -q");
        await place.content();
      },
    );
  },
);

async function findAndMend(
  place: DoctorPlace,
  { root, app, found, otherwise, thereafter }: Fault,
  who?: typeof ROOT,
): Promise<void> {
  if (root !== undefined) await place.root(root);
  if (app !== undefined) await place.app(app);
  const [finding, ...others] = await place.amiss(who);
  ok(finding !== undefined, "nothing was found");
  match(said(finding), found);
  deepStrictEqual(others.map(said), []);
  ok(finding.why.length > 0, "it does not say why it matters");
  if (otherwise === undefined) {
    ok(finding.rootSteps.length + finding.mend.length > 0, "no command is printed");
    await place.mend(finding, who);
  } else {
    ok(finding.advice.length > 0, "it does not say what to do");
    await place.root(otherwise);
  }
  if (thereafter !== undefined) await place.app(thereafter);
  await place.content(who);
}
