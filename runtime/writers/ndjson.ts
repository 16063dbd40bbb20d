import { RecordBatchReader } from "apache-arrow"
import { parseType, printType, type DuckType } from "../../planner/types/type-text.ts"
import type { Format } from "../formats/format.ts"
import { jsonValue } from "../formats/json.ts"
import { lineBuffer } from "../formats/line-buffer.ts"
import { ownBytes } from "../formats/text-batch.ts"
import { valueKind } from "../formats/value-kind.ts"

/** One object a line, or one array of them; lists, structs and maps are arrays and objects. */
export function jsonFileFormat({ array }: { readonly array: boolean }): Format {
  return {
    form: "json",
    open: ({ columns, sink }) => {
      const lines = lineBuffer(sink)
      const keys = columns.map(({ name }) => JSON.stringify(name))
      const types = columns.map(({ type }) => parseType(type))
      let rows = 0
      return {
        batch: async ({ ipc }) => {
          for (const batch of RecordBatchReader.from(ownBytes(ipc))) {
            for (let row = 0; row < batch.numRows; row++) {
              const fields = types.map((type, i) => `${keys[i]}:${jsonText(batch.getChildAt(i)?.get(row), type)}`)
              const before = array ? (rows === 0 ? "[\n\t" : ",\n\t") : rows === 0 ? "" : "\n"
              const full = lines.add(`${before}{${fields.join(",")}}`)
              rows += 1
              if (full !== undefined) await full
            }
          }
          await lines.flush()
        },
        end: async () => {
          const full = lines.add(array ? (rows === 0 ? "[]\n" : "\n]\n") : rows === 0 ? "" : "\n")
          if (full !== undefined) await full
          await lines.flush()
        },
      }
    },
  }
}

/** `value` is what Arrow gives: a text, or a list, struct or map of such. */
function jsonText(value: unknown, type: DuckType): string {
  if (value === null || value === undefined) return "null"
  switch (type._tag) {
    case "list":
    case "array":
      return `[${Array.from(iterable(value), (item) => jsonText(item, type.item)).join(",")}]`
    case "struct": {
      const fields = new Map(entries(value))
      return `{${type.fields.map(({ name, type: inner }) => `${JSON.stringify(name)}:${jsonText(fields.get(name), inner)}`).join(",")}}`
    }
    case "map":
      return `{${entries(value)
        .map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner, type.value)}`)
        .join(",")}}`
    case "scalar":
    case "decimal":
    case "enum":
    case "tuple":
    case "union":
      if (typeof value !== "string") throw new Error(`a value of a result should be a text, found ${typeof value}`)
      return jsonValue(value, valueKind(printType(type)))
  }
}

function iterable(value: unknown): Iterable<unknown> {
  if (isIterable(value)) return value
  throw new Error("a list of a result is no list")
}

function isIterable(value: unknown): value is Iterable<unknown> {
  // Asked by reading: the rows of Arrow say of no symbol that they have it.
  return typeof value === "object" && value !== null && typeof Reflect.get(value, Symbol.iterator) === "function"
}

function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return Array.from(iterable(value), (pair): readonly [string, unknown] => {
    const [key, inner] = isIterable(pair) ? Array.from(pair) : []
    return [String(key), inner]
  })
}
