import { describe, expect, test } from "vitest"
import { RequestRefused } from "./errors.ts"
import { formatAccepted, formatNamed } from "./media.ts"

const ARROW = "application/vnd.apache.arrow.stream"

test.each<[string | undefined, string]>([
  [undefined, "json"],
  ["", "json"],
  ["*/*", "json"],
  ["application/json", "json"],
  ["APPLICATION/JSON; charset=utf-8", "json"],
  ["text/*", "csv"],
  ["application/*", "json"],
  ["application/x-ndjson", "ndjson"],
  [ARROW, "arrow"],
  [`${ARROW}, application/json`, "json"],
  [`${ARROW}, application/json;q=0.9`, "arrow"],
  [`text/csv;q=0.1, ${ARROW};q=0.5, application/x-ndjson; q = 0.4`, "arrow"],
  ["*/*;q=0.1, text/csv", "csv"],
  ["application/json;q=0, */*", "ndjson"],
  ["application/*;q=0, */*;q=0.1", "csv"],
  ["text/html, application/xhtml+xml, */*;q=0.8", "json"],
])("Accept: %s", (accept, format) => {
  expect(formatAccepted(accept)).toBe(format)
})

test.each(["text/html", "application/json;q=0", "application/json;q=2", "image/*, text/html", ",", "json"])(
  "nothing fits %s",
  (accept) => {
    expect(() => formatAccepted(accept)).toThrow(
      new RequestRefused({
        reason: "NotAcceptable",
        message: `nothing that this server sends fits "Accept: ${accept}"`,
        hint: "it sends: application/json, application/x-ndjson, application/vnd.apache.arrow.stream, text/csv",
      }),
    )
  },
)

describe("a format by its name", () => {
  test.each(["json", "ndjson", "arrow", "csv"])("%s", (name) => {
    expect(formatNamed(name)).toBe(name)
  })

  test.each([
    ["jsn", 'did you mean "json"?  the formats are: json, ndjson, arrow, csv'],
    ["table", "the formats are: json, ndjson, arrow, csv"],
    ["JSON", 'did you mean "json"?  the formats are: json, ndjson, arrow, csv'],
  ])("%s is none", (name, hint) => {
    const error = new RequestRefused({ reason: "UnknownFormat", message: `there is no format "${name}"`, hint })
    expect(() => formatNamed(name)).toThrow(error)
  })
})
