import { clipText, padText, textWidth } from "./text-width.ts"

/** One stage's frame. */
export interface Box {
  /** In the frame's upper edge, on the left. */
  readonly title: string
  /** In the frame's upper edge, on the right. */
  readonly note: string
  /** Already wrapped. */
  readonly lines: readonly string[]
  readonly from: "root" | "below" | "side"
  /** A line leads on to an input below. */
  readonly onwards: boolean
}

/** Cells of a heading beside title and note: corners, spaces, and a line between the two. */
const HEADING_CELLS = 12

/**
 *   ┌─ title ───── note ─┐        ┌─┴ title …          ┌─ title …
 *   │ line               │        │ line               ┤ line
 *   └─┬──────────────────┘        └─                   └─
 *          root                     below                side
 */
export function drawBox(box: Box, cells: { readonly min: number; readonly max: number }): readonly string[] {
  const content = Math.max(0, ...box.lines.map(textWidth)) + 4
  const heading = textWidth(box.title) + textWidth(box.note) + HEADING_CELLS
  const width = Math.min(cells.max, Math.max(cells.min, content, heading))
  const lines = box.lines.length === 0 ? [""] : box.lines
  return [
    topEdge(box, width),
    ...lines.map((line, i) => `${box.from === "side" && i === 0 ? "┤" : "│"} ${padText(line, width - 4)} │`),
    `└─${box.onwards ? "┬" : "─"}${"─".repeat(Math.max(0, width - 4))}┘`,
  ]
}

function topEdge(box: Box, width: number): string {
  const open = `┌─${box.from === "below" ? "┴" : "─"}`
  const note = ` ${box.note} ─┐`
  const title = clipText(box.title, width - textWidth(open) - textWidth(note) - 3)
  const fill = width - textWidth(open) - textWidth(title) - textWidth(note) - 2
  return `${open} ${title} ${"─".repeat(Math.max(0, fill))}${note}`
}
