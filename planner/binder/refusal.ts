import type { Span } from "../ast/span.ts"
import type { CopiedText, DescribeRefusal } from "../describe.ts"
import { BindError, UnsupportedSql } from "../errors.ts"

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
): BindError | UnsupportedSql {
  const span = namedSpan(refusal.message, names) ?? spanAt(refusal.position, copied)
  const extension = /it exists in the (\w+) extension/.exec(refusal.message)?.[1]
  if (extension !== undefined || /INSTALL \w+;?\s/.test(refusal.message))
    return needsExtension(refusal, extension, span)
  return new BindError({ message: refusal.message, span, hint: undefined })
}

/** A function call's name and where it stands. */
export interface NamedSpan {
  readonly name: string
  readonly span: Span
}

/** DuckDB's own functions are linked in; what ICU, JSON and other extensions bring is not there (law 12). */
function needsExtension(
  refusal: DescribeRefusal,
  extension: string | undefined,
  span: Span | undefined,
): UnsupportedSql {
  const name = /(?:name|function) "?(\w+)"?/i.exec(refusal.message)?.[1]
  const zone = extension === undefined || extension === "icu"
  const what = name === undefined ? "this expression" : `function "${name}"`
  return new UnsupportedSql({
    message: `${what} needs DuckDB's ${extension ?? "icu"} extension, and Skein's engines run without extensions`,
    span,
    hint: zone
      ? "the session's time zone is UTC: cast to TIMESTAMP first, as in date_trunc('month', x::TIMESTAMP)"
      : undefined,
  })
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

function spanAt(position: number | undefined, copied: readonly CopiedText[]): Span | undefined {
  if (position === undefined) return undefined
  let best: CopiedText | undefined
  for (const each of copied) if (each.at <= position) best = each
  return best?.span
}
