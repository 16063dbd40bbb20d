import type { Answer } from "../../bench/oracle/compare.ts"

/** What a node answers over HTTP, as text in rows; for results whose values hold no comma and no quote. */
export async function httpAnswer(url: string, sql: string): Promise<Answer> {
  const response = await fetch(`${url}/query?format=csv`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sql }),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`)
  const [head = "", ...lines] = text.replaceAll("\r", "").trimEnd().split("\n")
  return {
    columns: head.split(",").map((name) => ({ name, type: "" })),
    rows: lines.map((line) => line.split(",")),
  }
}
