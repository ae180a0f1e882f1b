/**
 * Takes away what a template has no business with. The worker has no permission, so this is the second wall, against what needs none:
 * writing to the output of the process, built-in modules, messages in the worker's name. It also makes rendering repeatable:
 * no clock and no random numbers, so that the same values give the same text.
 */

/** What remains: the language. */
const KEPT = new Set([
  ...[
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "BigInt",
    "Symbol",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "RegExp",
  ],
  ...[
    "Promise",
    "queueMicrotask",
    "Date",
    "Proxy",
    "Reflect",
    "JSON",
    "Math",
    "Iterator",
    "NaN",
    "Infinity",
    "undefined",
    "globalThis",
  ],
  ...[
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ],
  ...[
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "encodeURI",
    "encodeURIComponent",
    "decodeURI",
    "decodeURIComponent",
  ],
  ...[
    "ArrayBuffer",
    "DataView",
    "Uint8Array",
    "Int8Array",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
    "Int32Array",
  ],
  ...["Uint8ClampedArray", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
  ...["TextEncoder", "TextDecoder", "URL", "URLSearchParams", "atob", "btoa", "structuredClone"],
]);

/** Changes this realm for good. What the worker itself needs of it must have been taken before. */
export function lockdown(): void {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name === "string" && !KEPT.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  Reflect.deleteProperty(Math, "random");
  for (const made of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    // From any function there is a way to its constructor, which makes code of text.
    Object.defineProperty(Object.getPrototypeOf(made), "constructor", {
      value: undefined,
      writable: false,
      configurable: false,
    });
  }
}
