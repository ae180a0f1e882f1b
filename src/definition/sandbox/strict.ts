/**
 * Gives templates their data: read-only, and without holes. Naming something that is not there is an error that says what is, where
 * JavaScript would go on with `undefined`. `in`, spreading, iteration, JSON.stringify and the methods of lists work as ever.
 */
import { suggest } from "../../suggest.ts";
import { TemplateError } from "./template_error.ts";

/** What the language itself asks of any value, and takes `undefined` for an answer. */
const ASKED_BY_LANGUAGE = new Set(["then", "toJSON"]);

/** What the language calls to make text of a value. */
const TEXT = new Set<string | symbol>([Symbol.toPrimitive, "toString", "valueOf"]);

/** Wraps plain data (and functions, as they are), which templates know as `path`. */
export function strict(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? strictList(value, path) : strictMapping(value, path);
}

function strictMapping(value: object, path: string): object {
  const target: Record<string, unknown> = Object.create(null);
  for (const [name, each] of Object.entries(value)) {
    define(target, name, () => strict(each, member(path, name)));
  }
  return new Proxy(target, {
    ...readOnly(path),
    get(_, name) {
      if (typeof name === "string" && Object.hasOwn(target, name)) return target[name];
      if (TEXT.has(name)) {
        throw new TemplateError(`${path} is a mapping: print one of its values, or JSON.stringify(${path})`);
      }
      if (typeof name === "symbol" || ASKED_BY_LANGUAGE.has(name)) return undefined;
      throw new TemplateError(missing(path, name, Object.keys(target)));
    },
  });
}

function strictList(value: readonly unknown[], path: string): object {
  const target = value.map((each, index) => strict(each, `${path}[${index}]`));
  return new Proxy(target, {
    ...readOnly(path),
    get(_, name) {
      if (name === Symbol.toPrimitive) {
        throw new TemplateError(`${path} is a list: join it, as in ${path}.join(" ")`);
      }
      if (typeof name === "symbol" || name in target) return Reflect.get(target, name);
      if (ASKED_BY_LANGUAGE.has(name)) return undefined;
      if (!/^-?\d+$/.test(name)) {
        throw new TemplateError(missing(path, name, ["length", "join", "map", "filter"]));
      }
      throw new TemplateError(
        `${path}[${name}] does not exist: the list has ${target.length} ${
          target.length === 1 ? "item" : "items"
        }`,
      );
    },
  });
}

function readOnly(path: string): ProxyHandler<object> {
  const refuse = (name?: string | symbol): never => {
    const what = name === undefined ? path : member(path, String(name));
    throw new TemplateError(`${what} cannot be changed: templates only read`);
  };
  return {
    set: (_, name) => refuse(name),
    defineProperty: (_, name) => refuse(name),
    deleteProperty: (_, name) => refuse(name),
    setPrototypeOf: () => refuse(),
    preventExtensions: () => refuse(),
  };
}

/**
 * Sets a property whatever its name: an assignment to `__proto__` would do something else. Its value is made when somebody asks: a long list of
 * neighbours costs nothing where no template names it.
 */
function define(target: object, name: string, make: () => unknown): void {
  const common = { enumerable: true, configurable: true };
  const get = () => {
    const value = make();
    Object.defineProperty(target, name, { value, writable: true, ...common });
    return value;
  };
  Object.defineProperty(target, name, { get, ...common });
}

function missing(path: string, name: string, names: readonly string[]): string {
  const near = suggest(name, names);
  const hint = near === undefined ? "" : `; did you mean ${member(path, near)}?`;
  return `${member(path, name)} does not exist${hint}`;
}

/** Spells a member as code does. */
function member(path: string, name: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}.${name}`;
  return /^-?\d+$/.test(name) ? `${path}[${name}]` : `${path}[${JSON.stringify(name)}]`;
}
