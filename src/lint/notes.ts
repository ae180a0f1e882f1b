/** What is no fault and yet worth a word. Pure. */
import type { YamlDocument } from "../config/yaml.ts";
import type { AppInfoDraft } from "../definition/appinfo.ts";
import type { RenderedFile, Source } from "../definition/definition.ts";
import type { Problem } from "../errors.ts";
import { grantsOf } from "../plan/grants.ts";
import { namedImages } from "../plan/images.ts";
import { parsePortGrant } from "../plan/port_grant.ts";
import { assignments, readUnits } from "../plan/read_units.ts";
import { idleNotes } from "./idle.ts";
import { locateText } from "./locate.ts";
import type { Outcome } from "./trial.ts";
import { unusedNotes } from "./unused.ts";

/** What notes are made from. */
export interface NotesInput {
  readonly source: Source;
  readonly draft: AppInfoDraft;
  readonly outcome: Outcome;
}

const APPINFO = "appinfo.yml";

/** The first port that users may listen at where root has not lowered it (net.ipv4.ip_unprivileged_port_start). */
const FIRST_UNPRIVILEGED = 1024;

/** Returns every note on a definition without errors. */
export function notesOn(input: NotesInput): readonly Problem[] {
  const { source, draft, outcome } = input;
  return [
    ...healthNotes(outcome, draft.document),
    ...imageNotes(outcome, source),
    ...portNotes(outcome, draft.document),
    ...idleNotes(outcome),
    ...unusedNotes(source, draft),
    ...plainNotes(source),
  ];
}

/** Only a question to the application itself tells a service that runs from one that works. */
function healthNotes({ app, files }: Outcome, document: YamlDocument): readonly Problem[] {
  const serves = app.enableunits.some((unit) => /\.(service|socket)$/.test(unit));
  const asksContainers = readUnits(files).some((unit) =>
    assignments(unit, "Container", "HealthCmd").length > 0 ||
    assignments(unit, "Service", "ExecStart").some((line) => line.includes("--health-cmd"))
  );
  if (app.healthcheck !== null || asksContainers || !serves) return [];
  return [{
    file: document.file,
    ...document.keyPosition(["enableunits"]),
    message: "There is no healthcheck: ppm takes units that run for an application that works",
  }];
}

function imageNotes({ files }: Outcome, source: Source): readonly Problem[] {
  return namedImages(files).filter(({ image, pull }) => pull && !image.includes("@sha256:"))
    .map(({ image, units }) => {
      const origin = fileOfUnit(files, units[0]);
      const file = locateText(source, origin, image) === undefined &&
          locateText(source, APPINFO, image) !== undefined
        ? APPINFO // as the default of a variable
        : origin;
      return {
        file,
        ...locateText(source, file, image),
        message: `The image ${image} is named without its digest: tomorrow it may be another one`,
      };
    });
}

function portNotes({ files, published }: Outcome, document: YamlDocument): readonly Problem[] {
  const lowOf = (grants: readonly string[]) =>
    grants.flatMap((grant) => parsePortGrant(grant) ?? []).filter(({ first }) => first < FIRST_UNPRIVILEGED);
  const listened = files.flatMap((file) =>
    lowOf(grantsOf({ files: [file], plugins: {}, state: {} })).filter(({ side }) => side === "on")
      .map(({ first, protocol }) => ({ file: file.origin, first, protocol }))
  );
  const opened = lowOf(grantsOf({ files: [], plugins: published, state: {} }))
    .map(({ first, protocol }) => ({
      file: document.file,
      ...document.keyPosition(["plugins", "firewall"]),
      first,
      protocol,
    }));
  return [...listened, ...opened].map(({ first, protocol, ...place }) => ({
    ...place,
    message:
      `Port ${first}/${protocol} is below ${FIRST_UNPRIVILEGED}: users can listen there only where root lets them`,
  }));
}

/** A template without its suffix reaches the server with its tags in it. */
function plainNotes({ templates }: Source): readonly Problem[] {
  return templates.filter(({ path }) => !path.endsWith(".eta")).flatMap(({ path, content }) => {
    const lines = new TextDecoder().decode(content).split("\n");
    const at = lines.findIndex((line) => /<%[-_]?\s*[=~]?\s*it\./.test(line));
    if (at === -1) return [];
    const message = "This looks like a template, and is copied as it is: its name does not end in .eta";
    return [{ file: `templates/${path}`, line: at + 1, column: lines[at]!.indexOf("<%") + 1, message }];
  });
}

function fileOfUnit(files: readonly RenderedFile[], unit: string | undefined): string {
  const file = files.find((each) => readUnits([each]).some(({ name }) => name === unit));
  return file?.origin ?? APPINFO;
}
