/** A value's place in a document: where messages about it point, and how they call it. */
import type { Problems } from "./problems.ts";
import { type Path, type YamlDocument } from "./yaml.ts";

/** A place in a document. */
export interface Place {
  readonly document: YamlDocument;
  readonly path: Path;
}

/** Returns the place of what lies at `steps` below `place`. */
export function below(place: Place, ...steps: Path): Place {
  return { document: place.document, path: [...place.path, ...steps] };
}

/** Returns a path as messages show it: `backup.environment`, `enableunits[2]`. */
export function formatPath(path: Path): string {
  return path.map((step, index) => typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)
    .join("");
}

/** Adds the problem that the value at `place` is not what it must be; `fault` goes on from its name: `must be …`. */
export function addFault(problems: Problems, { document, path }: Place, fault: string): undefined {
  problems.add(document.file, document.position(path), `"${formatPath(path)}" ${fault}`);
}

/** Adds a problem with the key that leads to `place`. */
export function addKeyProblem(problems: Problems, { document, path }: Place, message: string): undefined {
  problems.add(document.file, document.keyPosition(path), message);
}
