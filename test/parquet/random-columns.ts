import type { Random } from "./random.ts"

/** A column of random values as DuckDB expressions. */
export interface RandomColumn {
  /** A number for each row, over its number `i`. */
  readonly number: string
  /** The value, over that number and `i`. */
  readonly value: (number: string) => string
  /** Of which encodings a flat column may be written in. */
  readonly kind: "integer" | "float" | "text" | "bytes" | "boolean" | "other"
}

/** Makes a value's SQL out of a UBIGINT's. */
type Make = (x: string) => string

interface Kind {
  readonly kind: RandomColumn["kind"]
  readonly make: Make
}

const DEPTH_MAX = 3

export function randomColumn(random: Random): RandomColumn {
  const { kind, make } = random.chance(3) ? nested(random, 1) : scalar(random)
  return { kind, number: spread(random), value: nullable(random, make) }
}

/** How the hash of the row number is spread: all different, few different ones, or the same for some rows in a row. */
function spread(random: Random): string {
  const salt = random.below(1_000_000)
  const row = random.pick(["i", "i", `(i // ${1 + random.below(900)})`])
  const mixed = `hash(${row} + ${salt})`
  return random.chance(2) ? mixed : `hash(${mixed} % ${1 + random.below(random.pick([3, 40, 2000]))})`
}

function nullable(random: Random, make: Make): Make {
  const salt = random.below(1000)
  switch (random.below(5)) {
    case 0:
    case 1:
      return make
    case 2:
      return (x) => `CASE WHEN hash(${x} + ${salt}) % ${2 + random.below(9)} > 0 THEN ${make(x)} END`
    case 3:
      return (x) => `CASE WHEN (i // 700) % 2 = 0 THEN ${make(x)} END`
    default:
      return (x) => `CASE WHEN hash(${x} + ${salt}) % 40 = 0 THEN ${make(x)} END`
  }
}

function nested(random: Random, depth: number): Kind {
  const inner = (): Make => {
    const { make } = depth < DEPTH_MAX && random.chance(2) ? nested(random, depth + 1) : scalar(random)
    return nullable(random, make)
  }
  const name = `j${depth}_${random.below(1_000_000)}`
  const lengths = random.pick([2, 4, 30])
  const items = (x: string): string => `range((hash(${x}) % ${lengths})::BIGINT)`
  // Each item's number gets a name first: written out at every use, nested ones would grow beyond all measure.
  const list = (x: string, make: Make): string =>
    `list_transform(list_transform(${items(x)}, lambda ${name}: hash(${x} + ${name})), lambda ${name}: ${make(name)})`
  switch (random.below(3)) {
    case 0: {
      const make = inner()
      return { kind: "other", make: (x) => list(x, make) }
    }
    case 1: {
      const members = Array.from({ length: 1 + random.below(3) }, (_, index) => [index, inner()] as const)
      return {
        kind: "other",
        make: (x) => `{${members.map(([index, make]) => `'m${index}': ${make(`(${x} // ${index + 1})`)}`).join(", ")}}`,
      }
    }
    default: {
      const make = inner()
      const keys = random.pick([`${name}::INTEGER`, `'k' || ${name}`])
      const all = (x: string): string => `list_transform(${items(x)}, lambda ${name}: ${keys})`
      return { kind: "other", make: (x) => `map(${all(x)}, ${list(x, make)})` }
    }
  }
}

function scalar(random: Random): Kind {
  const words = random.pick([3, 50, 5000])
  const digits = random.pick([3, 4, 9, 10, 18, 25, 38])
  const scale = random.below(Math.min(digits, 12) + 1)
  const decimals = 10 ** Math.min(digits, 15)
  const integer = (make: Make): Kind => ({ kind: "integer", make })
  const float = (type: string): Kind => ({
    kind: "float",
    make: (x) =>
      `CASE ${x} % 60 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' WHEN 2 THEN '-0.0' ELSE ((${x} % 2000001)::BIGINT - 1000000)::VARCHAR || 'e-4' END::${type}`,
  })
  const other = (make: Make): Kind => ({ kind: "other", make })
  const text = (make: Make): Kind => ({ kind: "text", make })
  const bits = random.pick([8, 16, 32, 64])
  const stamp: Make = (x) => `make_timestamp(((${x} % 4000000000000000)::BIGINT - 2000000000000000))`
  return random.pick<Kind>([
    { kind: "boolean", make: (x) => `${x} % 2 = 0` },
    integer(
      (x) => `((${x} % ${2 ** Math.min(bits, 62)})::HUGEINT - ${2 ** (Math.min(bits, 62) - 1)})::${SIGNED[bits]}`,
    ),
    integer((x) => `((${x} % 1000)::BIGINT + i)::${bits < 32 ? "INTEGER" : SIGNED[bits]}`),
    integer((x) => `(${x} % ${bits === 64 ? "18446744073709551615" : 2 ** bits})::U${SIGNED[bits]}`),
    integer((x) => `(${x} % ${words})::INTEGER`),
    integer((x) => `DATE '1970-01-01' + ((${x} % 80000)::INTEGER - 40000)`),
    integer((x) => `(DATE '1970-01-01' + (${x} % 2500)::INTEGER)::DATE`),
    integer((x) => `${stamp(x)}::${random.pick(["TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_S", "TIMESTAMPTZ"])}`),
    other((x) => `make_timestamp_ns((${x} % 4000000000000000000)::BIGINT)`),
    other((x) => `(TIME '00:00:00' + to_microseconds((${x} % 86400000000)::BIGINT))`),
    other(
      (x) =>
        `(to_months((${x} % 99)::INTEGER) + to_days((${x} % 999)::INTEGER) + to_milliseconds((${x} % 9999999)::BIGINT))`,
    ),
    float("FLOAT"),
    float("DOUBLE"),
    other((x) => {
      const padded = `lpad((${x} % ${decimals})::VARCHAR, ${digits}, '0')`
      const point = `left(${padded}, ${digits - scale}) || '.' || right(${padded}, ${scale})`
      return `(CASE WHEN ${x} % 2 = 0 THEN '-' ELSE '' END || ${point})::DECIMAL(${digits}, ${scale})`
    }),
    { kind: "bytes", make: (x) => `md5((${x} % ${words})::VARCHAR)::UUID` },
    text((x) => `'word ' || (${x} % ${words})`),
    text((x) => `md5(${x}::VARCHAR)`),
    text((x) => `repeat(chr((${x} % 5000 + 48)::INTEGER), (${x} % ${random.pick([3, 30, 300])})::BIGINT)`),
    text((x) => `'https://example.org/' || (${x} // 1000000000000) || '/' || (${x} % 10)`),
    { kind: "text", make: (x) => `encode(md5((${x} % ${words})::VARCHAR))` },
    other((x) => `(['a', 'bb', 'ccc'])[1 + (${x} % 3)::INTEGER]::ENUM('a', 'bb', 'ccc')`),
  ])
}

const SIGNED: Readonly<Record<number, string>> = { 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" }
