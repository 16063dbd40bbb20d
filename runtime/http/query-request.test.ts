import { expect, test } from "vitest"
import { RequestRefused } from "./errors.ts"
import { readQueryRequest } from "./query-request.ts"

const DEADLINE_MS_MAX = 1000
const read = (body: string) => readQueryRequest(body, DEADLINE_MS_MAX)

const EXAMPLE = 'send {"sql": "SELECT …"}'
const FIELDS = "the fields are: sql, format, params, deadline_ms"

test.each([
  ['{"sql": "SELECT 1"}', { sql: "SELECT 1", format: undefined, deadlineMs: undefined }],
  ['{"sql": ""}', { sql: "", format: undefined, deadlineMs: undefined }],
  [
    ' {"sql":"SELECT 1","format":"csv","params":[],"deadline_ms":1000}\n',
    { sql: "SELECT 1", format: "csv", deadlineMs: 1000 },
  ],
  ['{"sql":"x","params":{},"deadline_ms":1}', { sql: "x", format: undefined, deadlineMs: 1 }],
  ['{"sql":"x","params":[1,null]}', { sql: "x", parameters: [1, null], format: undefined, deadlineMs: undefined }],
  ['{"sql":"x","params":{"a":"b"}}', { sql: "x", parameters: { a: "b" }, format: undefined, deadlineMs: undefined }],
  [
    '{"sql":"x","format":null,"params":null,"deadline_ms":null}',
    { sql: "x", format: undefined, deadlineMs: undefined },
  ],
])("%s", (body, request) => {
  expect(read(body)).toEqual({ parameters: undefined, ...request })
})

test.each<[string, RequestRefused["reason"], string, string | undefined]>([
  ["", "InvalidBody", "the body is empty", EXAMPLE],
  [" \n", "InvalidBody", "the body is empty", EXAMPLE],
  ["[]", "InvalidBody", "the body must be a JSON object, found []", EXAMPLE],
  ["null", "InvalidBody", "the body must be a JSON object, found null", EXAMPLE],
  ['"SELECT 1"', "InvalidBody", 'the body must be a JSON object, found "SELECT 1"', EXAMPLE],
  ["{}", "InvalidField", 'the field "sql" is missing', EXAMPLE],
  ['{"sql": 1}', "InvalidField", 'the field "sql" must be the statement as a text, found 1', undefined],
  ['{"sql": null}', "InvalidField", 'the field "sql" must be the statement as a text, found null', undefined],
  ['{"sqll": "SELECT 1"}', "UnknownField", 'there is no field "sqll"', `did you mean "sql"?  ${FIELDS}`],
  ['{"sql": "x", "colour": 1}', "UnknownField", 'there is no field "colour"', FIELDS],
  ['{"sql": "x", "__proto__": {}}', "UnknownField", 'there is no field "__proto__"', FIELDS],
  [
    '{"sql": "x", "format": 1}',
    "InvalidField",
    'the field "format" must be the name of a format as a text, found 1',
    undefined,
  ],
  [
    '{"sql": "x", "format": "xml"}',
    "UnknownFormat",
    'there is no format "xml"',
    "the formats are: json, ndjson, arrow, csv",
  ],
  ['{"sql": "x", "params": 1}', "InvalidField", 'the field "params" must be an array or an object, found 1', undefined],
  ...[0, -1, 1.5, 1001, "5", true].map((found): [string, RequestRefused["reason"], string, undefined] => [
    JSON.stringify({ sql: "x", deadline_ms: found }),
    "InvalidField",
    `the field "deadline_ms" must be a whole number of milliseconds from 1 to 1000, found ${JSON.stringify(found)}`,
    undefined,
  ]),
])("%s is refused", (body, reason, message, hint) => {
  expect(() => read(body)).toThrow(new RequestRefused({ reason, message, ...(hint === undefined ? {} : { hint }) }))
})

test("what is no JSON is refused in the words of the parser, cut", () => {
  const found = (body: string): unknown => {
    try {
      return read(body)
    } catch (error) {
      return error
    }
  }
  expect(found("SELECT 1")).toMatchObject({
    reason: "InvalidBody",
    message: `the body is not JSON: Unexpected token 'S', "SELECT 1" is not valid JSON`,
    hint: EXAMPLE,
  })
  expect(found(`{"sql": ${"x".repeat(1000)}`)).toMatchObject({ reason: "InvalidBody" })
  expect(found(`{"${"f".repeat(1000)}": 1}`)).toMatchObject({ message: `there is no field "${"f".repeat(60)}…"` })
})

test("a value nested deeper than the stack is no defect", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
  expect(() => read(`{"sql": ${deep}}`)).toThrow('the field "sql" must be the statement as a text, found [[…')
  expect(() => read(deep)).toThrow("the body must be a JSON object, found [[…")
})
