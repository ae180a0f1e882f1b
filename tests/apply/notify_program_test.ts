import assert from "node:assert/strict";
import { requireNotifyProgram } from "../../src/apply/notify_program.ts";
import { checkConfig } from "../../src/config/check_config.ts";
import { FAKE_USER, FakeSystem } from "../support/fake_system.ts";

const TOOL = {
  path: "bin/tell",
  content: new Uint8Array(),
  mode: 0o755,
  origin: "templates/bin/tell",
};

function require(program: string, system = new FakeSystem(), files = [TOOL]): void {
  const text = `definition: { repository: /srv/web.git }\nnotify: { command: [${program}, root] }\n`;
  const config = checkConfig(new TextEncoder().encode(text), { file: "config.yml", user: FAKE_USER });
  requireNotifyProgram(system, config, files);
}

function withMail(mode: number): FakeSystem {
  const system = new FakeSystem();
  system.addFile("/usr/bin/bsd-mailx", "", mode);
  system.addLink("/etc/alternatives/mail", "../../usr/bin/bsd-mailx");
  system.addLink("/usr/bin/mail", "/etc/alternatives/mail");
  return system;
}

Deno.test("requireNotifyProgram() takes a program that is there, also behind links", () => {
  require("/usr/bin/bsd-mailx", withMail(0o755));
  const system = withMail(0o755);
  system.addFile("/etc/alternatives/../../usr/bin/bsd-mailx", "", 0o755); // the machine in memory knows no ..
  require("/usr/bin/mail", system);
});

Deno.test("requireNotifyProgram() takes a program that the definition brings", () => {
  require("/home/app/bin/tell");
  assert.throws(() => require("/home/app/bin/tell", new FakeSystem(), [{ ...TOOL, mode: 0o644 }]));
});

Deno.test("requireNotifyProgram() refuses what cannot be run, at its place", () => {
  assert.throws(() => require("/usr/bin/mail"), {
    exit: "invalid",
    message: 'config.yml:2:21: "notify.command[0]" must be a program: nothing stands at /usr/bin/mail',
  });
  assert.throws(
    () => require("/usr/bin/bsd-mailx", withMail(0o644)),
    /\/usr\/bin\/bsd-mailx cannot be executed$/,
  );
  assert.throws(() => require("/usr/bin", withMail(0o755)), /\/usr\/bin cannot be executed$/);
  const circle = new FakeSystem();
  circle.addLink("/usr/bin/mail", "/usr/bin/mail");
  assert.throws(() => require("/usr/bin/mail", circle), /cannot be executed$/);
});
