import { nearestName } from "../../planner/parser/nearest.ts"
import { RequestRefused } from "./errors.ts"

/** What an answer may be. The first is what is sent when the client does not care. */
export const HTTP_FORMATS = ["json", "ndjson", "arrow", "csv"] as const
export type HttpFormat = (typeof HTTP_FORMATS)[number]

export const MEDIA_TYPES: Readonly<Record<HttpFormat, string>> = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  arrow: "application/vnd.apache.arrow.stream",
  csv: "text/csv",
}

/** Types that one Accept header may list. */
const RANGES_MAX = 64

/** A format by its name, from the URL or the body. */
export function formatNamed(name: string): HttpFormat {
  const format = HTTP_FORMATS.find((each) => each === name)
  if (format !== undefined) return format
  const nearest = nearestName(name, HTTP_FORMATS)
  throw new RequestRefused({
    reason: "UnknownFormat",
    message: `there is no format "${name}"`,
    hint: `${nearest === undefined ? "" : `did you mean "${nearest}"?  `}the formats are: ${HTTP_FORMATS.join(", ")}`,
  })
}

/** The format that the client likes best, of equal ones the first. */
export function formatAccepted(accept: string | undefined): HttpFormat {
  if (accept === undefined || accept.trim() === "") return HTTP_FORMATS[0]
  const ranges = accept.toLowerCase().split(",", RANGES_MAX).map(readRange)
  let best: HttpFormat | undefined
  let bestQuality = 0
  for (const format of HTTP_FORMATS) {
    const quality = qualityOf(MEDIA_TYPES[format], ranges)
    if (quality <= bestQuality) continue
    best = format
    bestQuality = quality
  }
  if (best !== undefined) return best
  throw new RequestRefused({
    reason: "NotAcceptable",
    message: `nothing that this server sends fits "Accept: ${accept}"`,
    hint: `it sends: ${HTTP_FORMATS.map((format) => MEDIA_TYPES[format]).join(", ")}`,
  })
}

interface Range {
  readonly type: string
  readonly quality: number
}

/** `text/csv;q=0.5`; parameters other than q are of no matter here. */
function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim())
  const written = parameters.find((each) => /^q\s*=/u.test(each))?.replace(/^q\s*=\s*/u, "")
  const quality = written === undefined ? 1 : Number(written)
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** The range that names a type most exactly says how welcome it is. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const group = `${type.split("/", 1)[0] ?? ""}/*`
  const said =
    ranges.find((range) => range.type === type) ??
    ranges.find((range) => range.type === group) ??
    ranges.find((range) => range.type === "*/*" || range.type === "*")
  return said?.quality ?? 0
}
