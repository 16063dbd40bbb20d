import { wrapText } from "../../planner/explain/text-width.ts"
import type { Command, Option } from "./options.ts"

const HELP_CELLS = 80
/** Where the explanations begin. */
const LEFT_CELLS = 28

/** The whole help of a command, at most 80 columns wide. */
export function helpText(command: Command): string {
  const usage = command.usage.map((line, i) => `${i === 0 ? "Usage: " : "       "}${line}`)
  const groups = command.groups.flatMap(({ title, options }) => ["", `${title}:`, ...options.flatMap(optionLines)])
  const notes = command.notes.flatMap(({ title, lines }) => ["", `${title}:`, ...lines.map((line) => `  ${line}`)])
  return [
    ...wrapText(command.summary, HELP_CELLS).map((line) => line.trim()),
    "",
    ...usage,
    ...groups,
    ...notes,
    "",
  ].join("\n")
}

function optionLines(option: Option): readonly string[] {
  const short = option.short === undefined ? "    " : `-${option.short}, `
  const left = `  ${short}--${option.name}${option.value === undefined ? "" : ` ${option.value}`}`
  const right = wrapText(option.help, HELP_CELLS - LEFT_CELLS).map((line) => line.trim())
  const fits = left.length < LEFT_CELLS - 1
  const first = fits ? [left.padEnd(LEFT_CELLS) + (right[0] ?? "")] : [left, " ".repeat(LEFT_CELLS) + (right[0] ?? "")]
  return [...first, ...right.slice(1).map((line) => " ".repeat(LEFT_CELLS) + line)]
}
