import type { Span } from "../ast/span.ts"

/** One piece of a text that is replaced by another; an empty span inserts. */
export interface Edit {
  readonly span: Span
  readonly text: string
}

/** A text that was made of another one, and where its parts come from. */
export interface EditedText {
  readonly text: string
  /** The place in the first text that a place in this one stands for: inside a replaced piece, all of that piece. */
  readonly original: (span: Span) => Span
}

/** A part of a text, moved to the beginning. */
export function partOf(text: string, span: Span): EditedText {
  return {
    text: text.slice(span.start, span.end),
    original: ({ start, end }) => ({ start: start + span.start, end: end + span.start }),
  }
}

/** Replaces pieces that do not overlap, given in any order. */
export function edited(source: EditedText, edits: readonly Edit[]): EditedText {
  if (edits.length === 0) return source
  const ordered = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  const pieces: Piece[] = []
  let text = ""
  let from = 0
  for (const { span, text: put } of ordered) {
    text += source.text.slice(from, span.start)
    pieces.push({ start: text.length, end: text.length + put.length, source: span })
    text += put
    from = span.end
  }
  text += source.text.slice(from)
  const original = ({ start, end }: Span): Span => {
    const first = origin(pieces, start)
    const last = end > start ? origin(pieces, end - 1).end : first.start
    return source.original({ start: first.start, end: Math.max(first.start, last) })
  }
  return { text, original }
}

interface Piece {
  readonly start: number
  readonly end: number
  readonly source: Span
}

/** What the character at an offset stands for: itself, or all that was replaced by what it belongs to. */
function origin(pieces: readonly Piece[], offset: number): Span {
  const piece = pieces.findLast((each) => each.start <= offset)
  if (piece === undefined) return { start: offset, end: offset + 1 }
  if (offset < piece.end) return piece.source
  const start = offset - piece.end + piece.source.end
  return { start, end: start + 1 }
}
