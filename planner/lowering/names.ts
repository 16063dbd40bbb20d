import type { DescribedColumn } from "../describe.ts"
import { isKeyword } from "../parser/keywords.ts"
import { quoteIdentifier } from "../sql/quote.ts"
import { castName, ZONED_MOMENT, zonedName } from "./zoned-rules.ts"

const MARKED = / utc( \d+)?"\(|<[~!][+-][~!]>/

/**
 * Columns that have no alias are called after their text, and what DuckDB was shown is not what the user wrote:
 *
 *   "year utc"((z <~+~> i))   →   year((z + i))
 */
export function asWritten(described: readonly DescribedColumn[]): readonly DescribedColumn[] {
  return described.map((each) => (MARKED.test(each.name) ? { ...each, name: nameAsWritten(each.name) } : each))
}

const CASTS: readonly Wrapped[] = ["CAST", "TRY_CAST"].flatMap((verb) =>
  ["DATE", "DATE[]"].map((type) => ({
    macro: `"${zonedName(castName(verb, type))}`,
    before: `${verb}(`,
    after: ` AS ${type})`,
  })),
)

const MOMENT: Wrapped = { macro: `"${ZONED_MOMENT}`, before: "", after: "" }

/** What stands around an argument, instead of a macro's call. */
interface Wrapped {
  /** The macro's name in its quote, which may end with a number. */
  readonly macro: string
  readonly before: string
  readonly after: string
}

function nameAsWritten(name: string): string {
  let text = name.replaceAll(/<[~!]([+-])[~!]>/g, (_, op: string) => op)
  for (const each of [...CASTS, MOMENT]) text = unwrapped(text, each)
  return text.replaceAll(/"(\w+) utc(?: \d+)?"\(/g, (_, inner: string) => `${asDuckDBWrites(inner)}(`)
}

/** DuckDB puts quotes around the name of a function that is a keyword, too. */
function asDuckDBWrites(name: string): string {
  return isKeyword(name) ? quoteIdentifier(name) : name
}

/** Each `call … )` as `verb … after`. */
function unwrapped(name: string, { macro, before, after }: Wrapped): string {
  let text = name
  for (let at = text.indexOf(macro); at >= 0; at = text.indexOf(macro, at + 1)) {
    const open = /^(?: \d+)?"\(/.exec(text.slice(at + macro.length))
    if (open === null) continue
    const from = at + macro.length + open[0].length
    const end = closing(text, from)
    text = text.slice(0, at) + before + text.slice(from, end) + after + text.slice(end + 1)
  }
  return text
}

/** Where the parenthesis closes that was opened before `from`; strings and quoted names may hold any. */
function closing(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    const sign = text[at]
    if (sign === "'" || sign === '"') at = Math.max(at, text.indexOf(sign, at + 1))
    else if (sign === "(") depth++
    else if (sign === ")" && --depth === 0) return at
  }
  return text.length
}
