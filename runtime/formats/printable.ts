/**
 * Makes a text safe for a terminal: what moves the cursor, changes colours or turns the direction of writing is shown as
 * an escape instead of being obeyed. Data and names are hostile until shown otherwise.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (char) => NAMED.get(char) ?? escaped(char.codePointAt(0) ?? 0))
}

// Control characters (C0, DEL, C1) and the marks that reverse the reading direction.
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\v", "\\v"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ["\u001b", "\\e"],
])

function escaped(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`
}
