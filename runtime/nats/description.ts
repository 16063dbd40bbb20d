import { HTTP_FORMATS } from "../http/media.ts"
import { FIELDS } from "../http/query-request.ts"

/** What `$SRV.INFO` tells of the service. */
export const DESCRIPTION = "SQL over files: one statement a request, the rows in as many messages as they need"

/** What it tells of the endpoint: the request's schema, and where to read on. */
export function endpointMetadata(deadlineMs: number, deadlineMsMax: number): Readonly<Record<string, string>> {
  return {
    request: JSON.stringify(requestSchema(deadlineMs, deadlineMsMax)),
    response: `${HTTP_FORMATS.join(", ")}; cut into messages; an empty message with the header Skein-Rows ends it`,
    error:
      "one last message with the header Nats-Service-Error-Code; its body is JSON with code, message, line, column",
  }
}

type Field = (typeof FIELDS)[number]

/** JSON Schema of the request's body. */
export function requestSchema(deadlineMs: number, deadlineMsMax: number) {
  const properties: Record<Field, object> = {
    sql: { type: "string", description: "one statement" },
    params: { type: ["array", "object", "null"], maxItems: 0, maxProperties: 0, description: "not used yet" },
    format: { enum: [...HTTP_FORMATS, null], default: HTTP_FORMATS[0] },
    deadline_ms: { type: ["integer", "null"], minimum: 1, maximum: deadlineMsMax, default: deadlineMs },
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    required: ["sql"],
    additionalProperties: false,
    properties,
  }
}
