import type { Headers } from "../../transport/nats/answers.ts"
import type { OutputColumn } from "../../planner/physical/stage.ts"
import { contentType } from "../http/query.ts"
import type { HttpFormat } from "../http/media.ts"

/** Of a request: bytes of the answer that may be under way before the client has acknowledged them. */
export const WINDOW_HEADER = "Skein-Window"

/** Of the first message: where to acknowledge. */
const ACK_HEADER = "Skein-Ack"
const COLUMNS_HEADER = "Skein-Columns"
/** Of the first message, of the last, and of an error. */
const QUERY_HEADER = "Skein-Query"

/** Of the empty message that ends an answer; bytes and messages are those before it. */
const ROWS_HEADER = "Skein-Rows"
const BYTES_HEADER = "Skein-Bytes"
const MESSAGES_HEADER = "Skein-Messages"
const MILLISECONDS_HEADER = "Skein-Milliseconds"

/** Of an error; the first two are those of every NATS service. */
const ERROR_CODE_HEADER = "Nats-Service-Error-Code"
const ERROR_HEADER = "Nats-Service-Error"
const LINE_HEADER = "Skein-Line"
const COLUMN_HEADER = "Skein-Column"

/** The part of a message that the columns may take. What is longer is left out: the header is for convenience. */
const COLUMNS_SHARE_MAX = 1 / 4

export interface FirstMessage {
  readonly query: string
  readonly format: HttpFormat
  readonly columns: readonly OutputColumn[]
  /** Undefined when the client did not ask for a window. */
  readonly ackSubject: string | undefined
  readonly messageBytesMax: number
}

export function firstHeaders({ query, format, columns, ackSubject, messageBytesMax }: FirstMessage): Headers {
  const described = asciiJson(columns.map(({ name, type }) => ({ name, type })))
  return {
    "Content-Type": contentType(format),
    [QUERY_HEADER]: query,
    ...(described.length > messageBytesMax * COLUMNS_SHARE_MAX ? {} : { [COLUMNS_HEADER]: described }),
    ...(ackSubject === undefined ? {} : { [ACK_HEADER]: ackSubject }),
  }
}

export interface LastMessage {
  readonly query: string
  readonly rows: number
  readonly bytes: number
  readonly messages: number
  readonly ms: number
}

export function lastHeaders({ query, rows, bytes, messages, ms }: LastMessage): Headers {
  return {
    [QUERY_HEADER]: query,
    [ROWS_HEADER]: String(rows),
    [BYTES_HEADER]: String(bytes),
    [MESSAGES_HEADER]: String(messages),
    [MILLISECONDS_HEADER]: String(Math.round(ms)),
  }
}

export interface ErrorMessage {
  readonly status: number
  readonly description: string
  readonly query: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
}

export function errorHeaders({ status, description, query, line, column }: ErrorMessage): Headers {
  return {
    [ERROR_CODE_HEADER]: String(status),
    [ERROR_HEADER]: description,
    "Content-Type": "application/json",
    ...(query === undefined ? {} : { [QUERY_HEADER]: query }),
    ...(line === undefined ? {} : { [LINE_HEADER]: String(line) }),
    ...(column === undefined ? {} : { [COLUMN_HEADER]: String(column) }),
  }
}

/** Not every client reads a header's letters as UTF-8. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}
