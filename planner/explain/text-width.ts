/** How many cells of a terminal a text takes: two for wide East Asian letters and emoji, none for combining marks. */
export function textWidth(text: string): number {
  if (ONE_CELL_EACH.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

/** The longest beginning of `text` that takes less than `width` cells; whole when it takes no more than `width`. */
export function clipText(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let clipped = ""
  let taken = ELLIPSIS.length
  for (const { segment } of graphemes.segment(text)) {
    taken += graphemeWidth(segment)
    if (taken >= width) break
    clipped += segment
  }
  return clipped + ELLIPSIS
}

/**
 * Breaks a line into lines of at most `width` cells, at spaces where there are some. Continued lines stand four cells
 * to the right of where the text begins.
 */
export function wrapText(line: string, width: number): readonly string[] {
  const indent = /^ */u.exec(line)?.[0].length ?? 0
  const hanging = " ".repeat(Math.min(indent + HANGING_CELLS, Math.max(0, width - MIN_TEXT_CELLS)))
  const lines: string[] = []
  let rest = line
  while (textWidth(rest) > width) {
    const [head, tail] = breakAt(rest, width)
    lines.push(head)
    rest = hanging + tail
  }
  lines.push(rest)
  return lines
}

/** Fills a text with spaces on its right. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)))
}

const ELLIPSIS = "…"
const HANGING_CELLS = 4
/** A wrapped line keeps at least so much room for text, however deep its indent is. */
const MIN_TEXT_CELLS = 12

const ONE_CELL_EACH = /^[\x20-\x7e]*$/u
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })
const EMOJI = /\p{Emoji_Presentation}|\u{fe0f}/u
const NO_CELL = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]*$/u
/** Unicode's East Asian Width W and F, in blocks. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u

function graphemeWidth(grapheme: string): number {
  if (NO_CELL.test(grapheme)) return 0
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1
}

/** Cuts at the last space that leaves a text of at most `width` cells, or in the middle of a word when there is none. */
function breakAt(line: string, width: number): readonly [string, string] {
  const start = /^ */u.exec(line)?.[0].length ?? 0
  let end = 0
  let taken = 0
  let space = -1
  for (const { segment, index } of graphemes.segment(line)) {
    if (segment === " " && index > start) space = index
    taken += graphemeWidth(segment)
    if (taken > width) break
    end = index + segment.length
  }
  if (line[end] === " ") return [line.slice(0, end), line.slice(end + 1)]
  if (space > start) return [line.slice(0, space), line.slice(space + 1)]
  const cut = Math.max(end, start + 1)
  return [line.slice(0, cut), line.slice(cut)]
}
