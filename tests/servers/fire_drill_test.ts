/** The fire drill, both ways: see fire_drill.ts. */
import { ok } from "node:assert/strict";
import { fireDrill } from "./fire_drill.ts";
import { APPLICATIONS } from "./fire_drill_data.ts";
import { eitherRelease } from "./server.ts";

eitherRelease(
  "a server that is lost with four applications comes back on the other release by one playbook",
  async (to) => {
    const from = to === "trixie" ? "bookworm" : "trixie";
    const { answered } = await fireDrill({ from, to, tell: (line) => console.log(line) });
    ok(
      APPLICATIONS.every((application) => answered.has(application)),
      "an application did not answer by itself",
    );
  },
);
