import type { IToken } from "chevrotain"
import { SyntaxError } from "../errors.ts"
import { BitText, DollarText, EscapeText, NationalText, spanOf } from "./tokens.ts"

/** The value of a string in any of its spellings: `'it''s'`, `E'a\nb'`, `$$a$$`, `$tag$a$tag$`. */
export function textOf(token: IToken): string {
  const text = decoded(token)
  // The engine reads SQL as a C string in places: what follows would be lost.
  if (text.includes("\0")) throw badString(token, "the character U+0000")
  return text
}

function decoded(token: IToken): string {
  const { image, tokenType } = token
  if (tokenType === DollarText) {
    const fence = image.indexOf("$", 1) + 1
    return image.slice(fence, -fence)
  }
  if (tokenType === EscapeText) return unescape(image.slice(2, -1), token)
  if (tokenType === BitText) return image.charAt(0).toLowerCase() + image.slice(2, -1)
  if (tokenType === NationalText) return image.slice(2, -1).replaceAll("''", "'")
  return image.slice(1, -1).replaceAll("''", "'")
}

const SIMPLE: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }

/** `\x41`, `\101`, `\n` and the like; any other character after `\` stands for itself. */
const ESCAPES = /''|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|(?:\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})+|\\[^]/g

function unescape(body: string, token: IToken): string {
  return body.replace(ESCAPES, (found) => {
    if (found === "''") return "'"
    const kind = found.charAt(1)
    if (kind === "u" || kind === "U") throw badString(token, `${found}, which DuckDB does not read`, WRITE_IT)
    if (/^\\(x[0-9a-fA-F]|[0-7])/.test(found)) return bytes(found, token)
    return SIMPLE[kind] ?? found.slice(1)
  })
}

/** A run of byte escapes is UTF-8: one character may need several of them. */
function bytes(run: string, token: IToken): string {
  const values = run
    .split("\\")
    .slice(1)
    .map((part) => (part.startsWith("x") ? Number.parseInt(part.slice(1), 16) : Number.parseInt(part, 8) & 0xff))
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(values))
  } catch {
    throw badString(token, "byte escapes that are not UTF-8")
  }
}

const WRITE_IT = "write the character itself, or its UTF-8 bytes as \\xC3\\xA9"

function badString(token: IToken, what: string, hint?: string): SyntaxError {
  return new SyntaxError({ message: `syntax error: the string holds ${what}`, span: spanOf(token), hint })
}
