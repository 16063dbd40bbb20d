/** What an error says, on one line, so that the message that quotes it stays one paragraph. */
export function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.replace(/\s*\n\s*/g, " ")
}
