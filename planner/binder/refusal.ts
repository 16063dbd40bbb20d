import { tokenMatcher } from "chevrotain"
import type { Span } from "../ast/span.ts"
import type { CopiedText, DescribeRefusal } from "../describe.ts"
import { BindError, UnsupportedSql } from "../errors.ts"
import { missingExtension } from "../lowering/extensions.ts"
import { tokenize } from "../parser/lexer.ts"
import { identifierOf, Label } from "../parser/tokens.ts"

/** Whether a rejection is DuckDB's own refusal; anything else (a lost engine) is passed on as it is. */
export function isRefusal(error: unknown): error is DescribeRefusal {
  return typeof error === "object" && error !== null && "_tag" in error && error._tag === "DescribeRefusal"
}

/**
 * DuckDB's refusal of generated SQL as an error about the user's text: its words, our position. `copied` says which
 * parts of that SQL stand for which parts of the text.
 */
export function refused(
  refusal: DescribeRefusal,
  copied: readonly CopiedText[],
  names: readonly NamedSpan[],
  sql = "",
): BindError | UnsupportedSql {
  const span =
    namedSpan(refusal.message, names) ?? spanAt(refusal.position, copied) ?? onlyMention(refusal.message, sql)
  if (/required extension 'icu'/.test(refusal.message)) {
    return needsZone(refusal, span ?? zonedCall(names), span === undefined)
  }
  const missing = missingExtension(refusal.message)
  if (missing !== undefined) return new UnsupportedSql({ ...missing, span })
  if (isUndecidedMacro(refusal.message)) return undecided(span ?? zonedCall(names))
  if (/No function matches [^']*'[^'(]+\([^)]*TIMESTAMP WITH TIME ZONE/.test(refusal.message)) {
    return needsZone(refusal, span, span === undefined)
  }
  return new BindError({ message: refusal.message, span, hint: undefined })
}

/** A function call's name and where it stands. */
export interface NamedSpan {
  readonly name: string
  readonly span: Span
}

/** Where an argument's type is not known before it is computed, DuckDB cannot tell whether it is zoned. */
function isUndecidedMacro(message: string): boolean {
  return /Macro (?:[\w[\] ]+ utc|<[~!][+-][~!]>)\(\) has multiple overloads/.test(message)
}

function undecided(span: Span | undefined): UnsupportedSql {
  return new UnsupportedSql({
    message:
      "the statement does not tell whether a value here is a TIMESTAMP WITH TIME ZONE, for which Skein has rules of its own",
    span,
    hint: "cast it, as in year(x::TIMESTAMPTZ)",
  })
}

/** Law 12. */
function needsZone(refusal: DescribeRefusal, span: Span | undefined, guessed: boolean): UnsupportedSql {
  const name = guessed ? undefined : /(?:name "?|')(\w+)(?:"|\()/i.exec(refusal.message)?.[1]
  const what = name === undefined ? "a function of TIMESTAMP WITH TIME ZONE" : `function "${name}"`
  return new UnsupportedSql({
    message: `${what} needs DuckDB's icu extension, and Skein's engines run without extensions`,
    span,
    hint: "the session's time zone is UTC: cast to TIMESTAMP first, as in date_trunc('month', x::TIMESTAMP)",
  })
}

/** Functions that DuckDB overloads for TIMESTAMP WITH TIME ZONE in its extension. */
const ZONED =
  /^(date_trunc|datetrunc|date_part|datepart|date_diff|datediff|date_sub|datesub|date_add|time_bucket|age|timezone|strftime|year|month|day|hour|minute|second|week|quarter|dayofweek|dayofyear|last_day|monthname|dayname|epoch|generate_series|range)$/i

/** DuckDB does not say which call it was; the first that could be it. */
function zonedCall(names: readonly NamedSpan[]): Span | undefined {
  return names.find((each) => ZONED.test(each.name))?.span
}

function namedSpan(message: string, names: readonly NamedSpan[]): Span | undefined {
  const lower = message.toLowerCase()
  return names.find((each) => mentions(lower, each.name.toLowerCase()))?.span
}

/** `sum(` in "No function matches … 'sum(VARCHAR)'", or `with name foo does not exist`. */
function mentions(message: string, name: string): boolean {
  return (
    message.includes(`'${name}(`) || message.includes(`name "${name}"`) || message.includes(`name ${name} does not`)
  )
}

/** How DuckDB names what it gives no position of: `window "w"`, `Type with name INTEGR does`, `column id must`. */
const NAMED = /"([^"]+)"|\b(?:name|column) (\w+) (?:does|must)\b/gu

/** Where a name of DuckDB's message stands, if it stands in one place of the statement only. */
function onlyMention(message: string, sql: string): Span | undefined {
  const wanted = new Set(
    [...(message.split("\n", 1)[0] ?? "").matchAll(NAMED)].map((match) => (match[1] ?? match[2] ?? "").toLowerCase()),
  )
  if (wanted.size === 0) return undefined
  const [only, other] = tokenize(sql)
    .filter((token) => tokenMatcher(token, Label))
    .map(identifierOf)
    .filter(({ text }) => wanted.has(text.toLowerCase()))
  return other === undefined ? only?.span : undefined
}

/** The user's text for a position in generated SQL. */
export function spanAt(position: number | undefined, copied: readonly CopiedText[]): Span | undefined {
  if (position === undefined) return undefined
  let best: CopiedText | undefined
  for (const each of copied) if (each.at <= position) best = each
  return best?.span
}
