/** Colour, by ANSI escape sequences of our own: a library would cost more at start-up than the rest of ppm. */

/** Paints text, or returns it as it is. */
export type Paint = (text: string) => string;

/** The few ways in which ppm marks text. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** Returns paints that colour, or ones that do nothing. */
export function makeStyle(enabled: boolean): Style {
  return {
    bold: paint(enabled, 1, 22),
    dim: paint(enabled, 2, 22),
    red: paint(enabled, 31, 39),
    green: paint(enabled, 32, 39),
    yellow: paint(enabled, 33, 39),
    cyan: paint(enabled, 36, 39),
  };
}

function paint(enabled: boolean, on: number, off: number): Paint {
  return enabled ? (text) => `\x1b[${on}m${text}\x1b[${off}m` : (text) => text;
}
