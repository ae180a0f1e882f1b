/** Renders the files under `templates/`: where each goes, what it holds, and who may read it. */
import { Problems } from "../config/problems.ts";
import { decodeUtf8 } from "../config/utf8.ts";
import type {
  AppInfo,
  RenderedFile,
  SecretValue,
  Source,
  SourceFile,
  TemplateContext,
} from "./definition.ts";
import { mapDestinations } from "./destination.ts";
import type { Renderer } from "./renderer.ts";

/** What {@linkcode renderTemplates} needs besides the files. */
export interface TemplateOptions {
  readonly app: AppInfo;
  readonly renderer: Renderer;
  readonly context: TemplateContext;
  /** The instance's key, for `passwordhash`. */
  readonly key: Uint8Array;
  /** Values that make a file private. */
  readonly secrets: readonly SecretValue[];
  /** Paths that no file may go to, relative to the home directory. */
  readonly reserved: readonly string[];
}

/** The files of a definition as they are to stand. */
export interface RenderedTemplates {
  readonly files: readonly RenderedFile[];
  /** Password hashes in them: not to be shown either. */
  readonly hashes: readonly SecretValue[];
}

/** Renders what ends in `.eta`, copies the rest bit for bit. Throws {@linkcode InvalidError} with every problem of every template. */
export async function renderTemplates(source: Source, options: TemplateOptions): Promise<RenderedTemplates> {
  const problems = new Problems();
  const mapped = mapDestinations(source.templates, {
    mainunit: options.app.mainunit,
    reserved: options.reserved,
  });
  problems.addAll(mapped.problems);
  const rendered = mapped.destinations.filter((each) => each.rendered);
  const jobs = rendered.flatMap(({ source }) => {
    const text = decodeUtf8(source.content);
    if (text === undefined) {
      problems.add(
        origin(source),
        undefined,
        "A template must be UTF-8 text; without .eta it is copied as it is",
      );
    }
    return [{ file: origin(source), text: text ?? "" }];
  });
  const outcomes = await options.renderer.render(jobs, options.context, { key: options.key });
  const texts = new Map<SourceFile, string>();
  const hashes: SecretValue[] = [];
  outcomes.forEach((outcome, at) => {
    const job = rendered[at];
    if (!outcome.ok) problems.addAll(outcome.problems);
    else if (job !== undefined) {
      texts.set(job.source, outcome.text);
      hashes.push(...outcome.hashes.map((value) => ({ name: "a password hash", value })));
    }
  });
  problems.throwIfAny();
  const secret = [...options.secrets, ...hashes].map(({ value }) => value);
  const files = mapped.destinations.map(({ path, source }) =>
    toFile(path, source, texts.get(source), secret)
  );
  return { files, hashes };
}

/** A file with a secret in it is for this user alone; others must be readable to the containers that mount them. */
function toFile(
  path: string,
  source: SourceFile,
  text: string | undefined,
  secrets: readonly string[],
): RenderedFile {
  const isPrivate = text !== undefined && secrets.some((value) => text.includes(value));
  const mode = (source.executable ? 0o755 : 0o644) & (isPrivate ? 0o700 : 0o777);
  const content = text === undefined ? source.content : new TextEncoder().encode(text);
  return { path, content, mode, origin: origin(source) };
}

function origin(source: SourceFile): string {
  return `templates/${source.path}`;
}
