import type { Span } from "../ast/span.ts"

/** A span of the user's text and what stands there instead; an empty span is a place. */
export interface TextEdit {
  readonly span: Span
  readonly with: readonly string[]
}

/**
 * Edits that put nodes of the text between other text. Nodes nest: whoever is asked for first stands outermost, so a
 * parent has to come before what it holds.
 */
export class Insertions {
  readonly #opened = new Map<number, string>()
  readonly #closed = new Map<number, string>()
  readonly #replaced: TextEdit[] = []

  around({ start, end }: Span, before: string, after: string): void {
    this.#opened.set(start, (this.#opened.get(start) ?? "") + before)
    this.#closed.set(end, after + (this.#closed.get(end) ?? ""))
  }

  replace(span: Span, text: string): void {
    this.#replaced.push({ span, with: [text] })
  }

  /** No two of them begin at one place, but for an insertion before what is replaced. */
  edits(): readonly TextEdit[] {
    const places = new Set([...this.#closed.keys(), ...this.#opened.keys()])
    const inserted = [...places].map((at): TextEdit => {
      const text = (this.#closed.get(at) ?? "") + (this.#opened.get(at) ?? "")
      return { span: { start: at, end: at }, with: [text] }
    })
    return [...inserted, ...this.#replaced]
  }
}
