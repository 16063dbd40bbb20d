/** Lines of a message that are shown. */
const MESSAGE_LINES_MAX = 10

/** DuckDB lists candidates below its sentence, each after a tab: some are enough to see what is wanted. */
export function tidyMessage(message: string): string {
  const lines = message.trimEnd().replaceAll("\t", "  ").split("\n")
  const shown = lines.slice(0, MESSAGE_LINES_MAX)
  const hidden = lines.length - shown.length
  return [...shown, ...(hidden > 0 ? [`  … and ${hidden} more`] : [])].join("\n")
}
