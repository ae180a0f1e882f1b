/** That what Ansible does as root is what docs/root-steps.md says, in the same order and with the same content. */

import assert from "node:assert/strict";
import { load } from "js-yaml";
import * as z from "zod/mini";

const ROOT = new URL("..", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

const Task = z.looseObject({ name: z.string() });
const Tasks = z.array(Task);
type Task = z.infer<typeof Task>;

/** Which tasks a task goes on with, by the file that it names. */
const INCLUDES = ["ansible.builtin.include_tasks", "ansible.builtin.import_tasks"];

/** Returns the tasks of a file of a role, in the order in which they run; those of a block, and of the files that it names, in its place. */
async function tasksOf(role: string, file = "main.yml"): Promise<readonly Task[]> {
  const tasks = Tasks.parse(load(await read(`ansible/roles/${role}/tasks/${file}`)));
  return (await Promise.all(tasks.map((task) => unfold(role, task)))).flat();
}

async function unfold(role: string, task: Task): Promise<readonly Task[]> {
  const inner = Tasks.parse([task.block ?? [], task.rescue ?? []].flat())
    .map((each) => ({ become_user: task.become_user, ...each }));
  const files = INCLUDES.flatMap((module) => task[module] ?? []);
  const named = await Promise.all(files.map((file) => tasksOf(role, z.string().parse(file))));
  return [task, ...(await Promise.all(inner.map((each) => unfold(role, each)))).flat(), ...named.flat()];
}

/** Returns the headings of the page's steps, in their order. */
async function headings(): Promise<readonly string[]> {
  const page = (await read("docs/root-steps.md")).replaceAll(/^```[^]*?^```$/gm, "");
  const all = [...page.matchAll(/^(#+) (.*)$/gm)].map(([, level = "", title = ""]) => ({ level, title }));
  // A chapter that has sections is no step itself.
  return all.filter(({ level }, at) => level !== "#" && (level !== "##" || all[at + 1]?.level !== "###"))
    .map(({ title }) => title);
}

/** Returns which step a task belongs to: its name begins with that of the step. */
const stepOf = (task: Task, steps: readonly string[]) =>
  steps.find((step) => task.name === step || task.name.startsWith(`${step}: `));

/** Modules that look, include or decide, and change nothing. */
const HARMLESS = /^ansible\.builtin\.(include_tasks|import_tasks|assert|set_fact)$/;

const changes = (task: Task) =>
  task.changed_when !== false && !("block" in task) && !Object.keys(task).some((key) => HARMLESS.test(key));

Deno.test("the roles do what docs/root-steps.md says, step by step in its order, and nothing else", async () => {
  const steps = await headings();
  const server = await tasksOf("server");
  const root = await tasksOf("application", "root.yml");
  const user = await tasksOf("application", "user.yml");
  const old = await tasksOf("application", "leave_old.yml");
  const removal = await tasksOf("application", "remove.yml");
  const done = [
    ...server,
    ...root,
    ...user.filter(({ name }) => !name.startsWith("Moving")),
    ...old,
    ...removal,
  ]
    .map((task) => stepOf(task, steps) ?? assert.fail(`"${task.name}" is no step of the page`));
  assert.deepEqual(done.filter((step, at) => step !== done[at - 1]), steps);
});

Deno.test("the roles change nothing but in a step of docs/root-steps.md", async () => {
  const steps = await headings();
  const tasks = [...await tasksOf("server"), ...await tasksOf("application")];
  assert.ok(tasks.length > 40, `${tasks.length} tasks`);
  const strange = tasks.filter((task) => changes(task) && stepOf(task, steps) === undefined);
  assert.deepEqual(strange.map(({ name }) => name), []);
});

Deno.test("what root does not do in the roles, the application's user does", async () => {
  const tasks = [
    ...await tasksOf("application", "user.yml"),
    ...await tasksOf("application", "leave_old.yml"),
    ...await tasksOf("application", "root.yml"),
  ];
  const inHome = tasks.filter((task) => /"(?:chdir|dest|path|src)":"~/.test(JSON.stringify(task)));
  assert.ok(inHome.length > 8, `${inHome.length} tasks`);
  for (const task of inHome) assert.equal(task.become_user, "{{ application_name }}", task.name);
});

Deno.test("the roles show no secret: what a task says that writes one is not logged", async () => {
  const secret = /restic_password|ssh_key \||application_config|backup\.environment/;
  const tasks = (await tasksOf("application")).filter((task) => {
    const { when: _, vars: __, block: ___, ...rest } = task;
    return secret.test(JSON.stringify(rest)) && !("ansible.builtin.include_tasks" in task);
  });
  assert.deepEqual(
    tasks.map(({ name, no_log }) => [name, no_log]),
    [
      ["The repository of its backups: the password", true],
      ["Another machine, by sftp: the key", true],
      ["Its beginning: a repository, where there is none", true],
      ["What the user does: config.yml", true],
    ],
  );
});

Deno.test("the role's units of the firewall and its sysctl file are those of docs/root-steps.md", async () => {
  const page = await read("docs/root-steps.md");
  const units = [...page.matchAll(/^`\/etc\/systemd\/system\/(.*)`:\n\n```ini\n([^]*?)^```$/gm)];
  const files = [...Deno.readDirSync(new URL("ansible/roles/server/files", ROOT))].map(({ name }) => name);
  assert.deepEqual(files.sort(), units.map(([, name = ""]) => name).sort());
  for (const [, name = "", content] of units) {
    assert.equal(await read(`ansible/roles/server/files/${name}`), content, name);
  }
  const [, line = "", file = ""] = /^root@server:~# echo (\S+) >(\S+)$/m.exec(page) ?? [];
  const written = JSON.stringify(await tasksOf("server"));
  assert.ok(
    written.includes(file) && written.includes(line.replace(/=.*/, "={{ ppm_low_ports_from }}")),
    file,
  );
});

Deno.test("ansible/README.md names every variable of the roles and of the example's inventory, and no other", async () => {
  const page = await read("ansible/README.md");
  const section = page.slice(page.indexOf("## Variables"));
  const named = new Set([...section.matchAll(/`(ppm_[a-z_]+)`/g)].map(([, name = ""]) => name));
  const defaults = z.record(z.string(), z.unknown());
  const files = [
    "roles/server/defaults/main.yml",
    "roles/application/defaults/main.yml",
    "inventory.example/group_vars/servers/main.yml",
    "inventory.example/group_vars/servers/applications.yml",
  ];
  const known =
    (await Promise.all(files.map(async (file) => defaults.parse(load(await read(`ansible/${file}`))))))
      .flatMap((each) => Object.keys(each));
  assert.deepEqual([...named].sort(), [...new Set(known)].sort());
});
