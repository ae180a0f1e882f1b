/**
 * What an unquoted word in YAML means: the core schema of YAML 1.2, less everything that another reader would take for another value.
 * `0755` is 493, 755 or text, depending on whom one asks, so here it is a problem that says so.
 */

/** What an unquoted scalar is, or why it is refused; the reason never repeats it. */
export type PlainScalar = { readonly value: string | number | boolean | null } | { readonly problem: string };

/** IEEE 754 doubles keep every decimal number of up to 15 significant digits. */
const EXACT_DIGITS = 15;

/** Reads an unquoted scalar. */
export function readPlainScalar(text: string): PlainScalar {
  if (/^[^-+.~0-9nNtTfF]/.test(text)) return { value: text }; // most are: a state directory may hold ten thousands
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return { value: null };
  if (/^(?:true|True|TRUE)$/.test(text)) return { value: true };
  if (/^(?:false|False|FALSE)$/.test(text)) return { value: false };
  if (/^[-+]?0[0-9]+$/.test(text)) {
    return {
      problem: "Cannot read a number with a leading zero: leave the zero out, or quote it if it is text",
    };
  }
  if (/^[-+]?0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)$/.test(text)) {
    return {
      problem: "Cannot read a number that is not decimal: write it in decimal, or quote it if it is text",
    };
  }
  if (/^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(text)) {
    return { problem: "Cannot use infinity or not-a-number: quote it if it is text" };
  }
  if (/^[-+]?[0-9]+$/.test(text)) return exact(Number(text), Number.isSafeInteger(Number(text)));
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) {
    const value = Number(text);
    return exact(
      value,
      Number.isFinite(value) && significantDigits(text) <= EXACT_DIGITS && (value !== 0 || isZero(text)),
    );
  }
  return { value: text };
}

function exact(value: number, isExact: boolean): PlainScalar {
  if (!isExact) return { problem: "Cannot keep a number of that size exactly: quote it if it is text" };
  return { value: value === 0 ? 0 : value };
}

function mantissa(text: string): string {
  return text.toLowerCase().split("e")[0]!.replace(/[-+.]/g, "");
}

function significantDigits(text: string): number {
  return mantissa(text).replace(/^0+/, "").length;
}

function isZero(text: string): boolean {
  return /^0*$/.test(mantissa(text));
}
