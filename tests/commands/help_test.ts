import assert from "node:assert/strict";
import { VERBS } from "../../src/commands/verbs.ts";
import { lookingCommand } from "../../src/commands/command.ts";
import { commandHelp, overviewHelp } from "../../src/commands/help.ts";
import { makeStyle } from "../../src/ui/style.ts";
import { displayWidth } from "../../src/ui/text.ts";

const PLAIN = makeStyle(false);

/** Returns the lines that are too long for a page, commands to type and single words aside: those are never broken. */
function tooLong(text: string, columns: number, commands: readonly string[] = []): readonly string[] {
  return text.split("\n").filter((line) =>
    displayWidth(line) > columns && line.trim().includes(" ") && !commands.includes(line.trim())
  );
}

for (const columns of [40, 60, 80]) {
  Deno.test(`overviewHelp() fits ${columns} columns`, () => {
    assert.deepEqual(tooLong(overviewHelp(VERBS, { style: PLAIN, columns }), columns), []);
  });

  for (const verb of VERBS) {
    Deno.test(`commandHelp() fits ${verb.name} into ${columns} columns`, async () => {
      const { command } = await verb.load();
      const commands = command.examples.map((example) => example.command);
      const text = commandHelp(verb, command, { style: PLAIN, columns });
      assert.deepEqual(tooLong(text, columns, commands), []);
    });
  }
}

Deno.test("help is no wider than 80 columns, however wide the page is", async () => {
  const [verb] = VERBS;
  const { command } = await verb!.load();
  for (const columns of [200, Infinity]) {
    assert.equal(
      overviewHelp(VERBS, { style: PLAIN, columns }),
      overviewHelp(VERBS, { style: PLAIN, columns: 80 }),
    );
    assert.equal(
      commandHelp(verb!, command, { style: PLAIN, columns }),
      commandHelp(verb!, command, { style: PLAIN, columns: 80 }),
    );
  }
});

Deno.test("help says the same on a narrow page as on a wide one", async () => {
  const words = (text: string) => text.split(/\s+/).join(" ");
  for (const verb of VERBS) {
    const { command } = await verb.load();
    const at = (columns: number) => words(commandHelp(verb, command, { style: PLAIN, columns }));
    assert.equal(at(40), at(80));
  }
});

Deno.test("help puts what an option does below it where there is no room beside it", () => {
  const command = lookingCommand({
    help: [],
    examples: [{ command: "ppm x", meaning: "do it" }],
    flags: { someFlag: { kind: "switch", brief: "Do what has to be done, and say so at the end" } },
    asRoot: true,
    run: () => Promise.resolve("done"),
  });
  const verb = { name: "x", summary: "Try", group: "" };
  const narrow = commandHelp(verb, command, { style: PLAIN, columns: 40 });
  assert.ok(narrow.includes(
    "\n      --some-flag\n        Do what has to be done, and say\n        so at the end\n",
  ));
  const wide = commandHelp(verb, command, { style: PLAIN, columns: 80 });
  assert.ok(wide.includes("\n      --some-flag    Do what has to be done, and say so at the end\n"));
});

for (const { name, load } of VERBS) {
  Deno.test(`ppm ${name} has an example of itself, and each example says what it is good for`, async () => {
    const { examples } = (await load()).command;
    assert.ok(examples.some(({ command }) => new RegExp(`\\bppm ${name}\\b`).test(command)));
    for (const { command, meaning } of examples) assert.ok(command !== "" && meaning !== "", name);
  });
}
