/** A half-open range of UTF-16 offsets in the statement's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The smallest span that covers both. */
export function spanning(first: Span, last: Span): Span {
  return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) }
}

/** The span of what the planner made itself: it points nowhere in the user's text. */
export const NOWHERE: Span = { start: 0, end: 0 }
