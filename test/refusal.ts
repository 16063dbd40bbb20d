import { errorParagraph } from "../runtime/cli/error-report.ts"
import { type Door, readScript, runScript } from "../runtime/cli/script.ts"
import { csvFormat } from "../runtime/formats/csv.ts"
import type { Session } from "../runtime/session.ts"
import { openWorkspace } from "../runtime/session/workspace.ts"

/** What the command prints on standard error, from "error: " to the end. The folder's own name is left out. */
export async function refusalOf(session: Session, dir: string, sql: string): Promise<string> {
  const output = {
    write: () => Promise.resolve(),
    terminalWidth: () => undefined,
    closed: new AbortController().signal,
  }
  const workspace = openWorkspace(session)
  const { signal } = new AbortController()
  const door: Door = { workspace, format: csvFormat, explainsAsText: true, output, tell: () => undefined, signal }
  try {
    await runScript(door, await readScript({ sql, quiet: false }))
  } catch (error) {
    return (await errorParagraph(error)).replaceAll(dir, "DIR")
  } finally {
    await workspace.close()
  }
  throw new Error(`nothing was refused in: ${sql}`)
}
