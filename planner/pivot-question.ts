import type { Span } from "./ast/span.ts"
import type { Edit } from "./binder/whole/text.ts"

/** A query that is put together of parts of the statement's text, and remembers where each of them stands there. */
export class CopiedQuestion {
  text = ""
  readonly #sql: string
  readonly #edits: readonly Edit<never>[]
  readonly #copied: { readonly at: number; readonly end: number; readonly from: number }[] = []

  /** `edits` are made in whatever is copied. */
  constructor(sql: string, edits: readonly Edit<never>[]) {
    this.#sql = sql
    this.#edits = edits
  }

  add(text: string): this {
    this.text += text
    return this
  }

  copy(span: Span): this {
    const inside = this.#edits.filter((edit) => span.start <= edit.span.start && edit.span.end <= span.end)
    let from = span.start
    for (const edit of [...inside.toSorted((a, b) => a.span.start - b.span.start), undefined]) {
      const end = edit?.span.start ?? span.end
      this.#copied.push({ at: this.text.length, end: this.text.length + end - from, from })
      this.text += this.#sql.slice(from, end)
      this.text += edit?.with.join("") ?? ""
      from = edit?.span.end ?? end
    }
    return this
  }

  /** Where in the statement a place of this text comes from; undefined for what was not copied. */
  original({ start, end }: Span): Span | undefined {
    const piece = this.#copied.find((each) => each.at < end && start < each.end)
    if (piece === undefined) return undefined
    const move = piece.from - piece.at
    return { start: Math.max(start, piece.at) + move, end: Math.min(end, piece.end) + move }
  }
}
