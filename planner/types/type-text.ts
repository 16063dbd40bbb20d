import { UnsupportedSql } from "../errors.ts"

/**
 * A DuckDB type, read from the text that DESCRIBE prints or a statement writes. Names are DuckDB's own:
 * `timestamptz` and `TIMESTAMP WITH TIME ZONE` are one scalar.
 */
export type DuckType =
  | { readonly _tag: "scalar"; readonly name: string }
  | { readonly _tag: "decimal"; readonly width: number; readonly scale: number }
  | { readonly _tag: "enum"; readonly values: readonly string[] }
  | { readonly _tag: "list"; readonly item: DuckType }
  | { readonly _tag: "array"; readonly item: DuckType; readonly size: number }
  | { readonly _tag: "struct"; readonly fields: readonly TypeField[] }
  /** `row(1, 2)`: DuckDB prints it without names, but cannot read it back. */
  | { readonly _tag: "tuple"; readonly items: readonly DuckType[] }
  | { readonly _tag: "map"; readonly key: DuckType; readonly value: DuckType }
  | { readonly _tag: "union"; readonly members: readonly TypeField[] }

export interface TypeField {
  readonly name: string
  readonly type: DuckType
}

/** How many types may stand inside one another. DuckDB's own parser gives up at about the same depth. */
const TYPE_LEVELS_MAX = 200

/** What `CAST(x AS …)` may write for each type, by DuckDB's name for it. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ["BOOL", "LOGICAL"],
  TINYINT: ["INT1"],
  SMALLINT: ["INT2", "INT16", "SHORT"],
  INTEGER: ["INT", "INT4", "INT32", "INTEGRAL", "SIGNED"],
  BIGINT: ["INT8", "INT64", "LONG", "OID"],
  HUGEINT: ["INT128"],
  UTINYINT: ["UINT8"],
  USMALLINT: ["UINT16"],
  UINTEGER: ["UINT32"],
  UBIGINT: ["UINT64"],
  UHUGEINT: ["UINT128"],
  FLOAT: ["FLOAT4", "REAL"],
  DOUBLE: ["FLOAT8", "DOUBLE PRECISION"],
  VARCHAR: ["TEXT", "STRING", "CHAR", "BPCHAR", "NVARCHAR", "CHARACTER VARYING", "CHARACTER"],
  BLOB: ["BYTEA", "BINARY", "VARBINARY"],
  BIT: ["BITSTRING"],
  BIGNUM: ["VARINT"],
  UUID: ["GUID"],
  DATE: [],
  TIME: ["TIME WITHOUT TIME ZONE"],
  TIME_NS: [],
  "TIME WITH TIME ZONE": ["TIMETZ"],
  TIMESTAMP: ["DATETIME", "TIMESTAMP_US", "TIMESTAMP WITHOUT TIME ZONE"],
  TIMESTAMP_S: [],
  TIMESTAMP_MS: [],
  TIMESTAMP_NS: [],
  "TIMESTAMP WITH TIME ZONE": ["TIMESTAMPTZ"],
  INTERVAL: [],
  VARIANT: [],
  NULL: [],
}

const CANONICAL = new Map(
  Object.entries(SPELLINGS).flatMap(([name, others]) => [name, ...others].map((spelling) => [spelling, name] as const)),
)

/** Throws UnsupportedSql, naming the text, when it is not a type that Skein knows. */
export function parseType(text: string): DuckType {
  const reader = new TypeReader(text)
  const type = reader.type(0)
  reader.end()
  return type
}

/** DuckDB's spelling, as DESCRIBE prints it; what CREATE TABLE reads. */
export function printType(type: DuckType): string {
  switch (type._tag) {
    case "scalar":
      return type.name === "NULL" ? '"NULL"' : type.name
    case "decimal":
      return `DECIMAL(${type.width},${type.scale})`
    case "enum":
      return `ENUM(${type.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ")})`
    case "list":
      return `${printType(type.item)}[]`
    case "array":
      return `${printType(type.item)}[${type.size}]`
    case "struct":
      return `STRUCT(${printFields(type.fields)})`
    case "tuple":
      return `STRUCT(${type.items.map(printType).join(", ")})`
    case "map":
      return `MAP(${printType(type.key)}, ${printType(type.value)})`
    case "union":
      return `UNION(${printFields(type.members)})`
  }
}

function printFields(fields: readonly TypeField[]): string {
  return fields.map((field) => `"${field.name.replaceAll('"', '""')}" ${printType(field.type)}`).join(", ")
}

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy

/** Reads one type text from left to right. */
class TypeReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  type(level: number): DuckType {
    if (level > TYPE_LEVELS_MAX) this.#refuse(`more than ${TYPE_LEVELS_MAX} types inside one another`)
    let type = this.#base(level)
    while (this.#take("[")) {
      const size = this.#digits()
      this.#expect("]")
      type = size === undefined ? { _tag: "list", item: type } : { _tag: "array", item: type, size }
    }
    return type
  }

  end(): void {
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#refuse(`"${this.#text.slice(this.#at)}" after the type's end`)
  }

  #base(level: number): DuckType {
    this.#skipSpace()
    if (this.#text[this.#at] === '"') return this.#scalar(this.#name().toUpperCase())
    const word = this.#words()
    switch (word) {
      case "DECIMAL":
      case "NUMERIC":
      case "DEC":
        return this.#decimal()
      case "ENUM":
        return { _tag: "enum", values: this.#list(() => this.#string()) }
      case "STRUCT":
      case "ROW":
        return this.#struct(level)
      case "UNION":
        return { _tag: "union", members: this.#list(() => this.#field(level)) }
      case "MAP": {
        const [key, value, ...more] = this.#list(() => this.type(level + 1))
        if (key === undefined || value === undefined || more.length > 0) this.#refuse("MAP takes a key and a value")
        return { _tag: "map", key, value }
      }
      default:
        return this.#scalar(word)
    }
  }

  #scalar(word: string): DuckType {
    const name = CANONICAL.get(word)
    if (name === undefined) this.#refuse(`no such type as ${word === "" ? "the empty text" : word}`)
    // VARCHAR(20): DuckDB reads the length and ignores it.
    if (name === "VARCHAR" && this.#take("(")) {
      this.#digits()
      this.#expect(")")
    }
    return { _tag: "scalar", name }
  }

  #decimal(): DuckType {
    if (!this.#take("(")) return { _tag: "decimal", width: 18, scale: 3 }
    const width = this.#digits() ?? this.#refuse("DECIMAL takes a width")
    const scale = this.#take(",") ? (this.#digits() ?? this.#refuse("DECIMAL takes a scale")) : 0
    this.#expect(")")
    return { _tag: "decimal", width, scale }
  }

  #struct(level: number): DuckType {
    const named: TypeField[] = []
    const bare: DuckType[] = []
    this.#list(() => {
      const field = this.#attempt(() => this.#field(level))
      if (field === undefined) bare.push(this.type(level + 1))
      else named.push(field)
    })
    if (named.length > 0 && bare.length > 0) this.#refuse("a STRUCT whose fields have names only in part")
    return bare.length > 0 ? { _tag: "tuple", items: bare } : { _tag: "struct", fields: named }
  }

  #field(level: number): TypeField {
    return { name: this.#name(), type: this.type(level + 1) }
  }

  /** A field is told from a bare type by reading on: `a INTEGER` is a field, `INTEGER` is not. */
  #attempt<T>(read: () => T): T | undefined {
    const start = this.#at
    try {
      const value = read()
      this.#skipSpace()
      if (this.#text[this.#at] === "," || this.#text[this.#at] === ")") return value
    } catch (error) {
      if (!(error instanceof UnsupportedSql)) throw error
    }
    this.#at = start
    return undefined
  }

  #list<T>(item: () => T): readonly T[] {
    this.#expect("(")
    const items = [item()]
    while (this.#take(",")) items.push(item())
    this.#expect(")")
    return items
  }

  /** One name: quoted, or a word. */
  #name(): string {
    this.#skipSpace()
    return this.#text[this.#at] === '"' ? this.#quoted('"') : this.#word()
  }

  #string(): string {
    this.#skipSpace()
    return this.#quoted("'")
  }

  #quoted(quote: string): string {
    if (this.#text[this.#at] !== quote) this.#refuse(`expected ${quote}`)
    let value = ""
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      if (this.#text[at] !== quote) value += this.#text[at]
      else if (this.#text[at + 1] === quote) value += this.#text[at++]
      else {
        this.#at = at + 1
        return value
      }
    }
    return this.#refuse(`no closing ${quote}`)
  }

  #word(): string {
    this.#skipSpace()
    WORD.lastIndex = this.#at
    const word = WORD.exec(this.#text)?.[0] ?? this.#refuse("expected a name")
    this.#at += word.length
    return word
  }

  /** `TIMESTAMP WITH TIME ZONE`: as many words as make a type's name. */
  #words(): string {
    let words = this.#word().toUpperCase()
    for (let next = this.#peekWord(); next !== ""; next = this.#peekWord()) {
      const longer = `${words} ${next.toUpperCase()}`
      const known = [...CANONICAL.keys()].some((name) => name === longer || name.startsWith(`${longer} `))
      if (!known) break
      this.#word()
      words = longer
    }
    return words
  }

  #peekWord(): string {
    this.#skipSpace()
    WORD.lastIndex = this.#at
    return WORD.exec(this.#text)?.[0] ?? ""
  }

  #digits(): number | undefined {
    this.#skipSpace()
    const digits = /^\d+/.exec(this.#text.slice(this.#at))?.[0]
    if (digits === undefined) return undefined
    this.#at += digits.length
    return Number(digits)
  }

  #take(symbol: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== symbol) return false
    this.#at++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#refuse(`expected ${symbol} at character ${this.#at + 1}`)
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++
  }

  #refuse(reason: string): never {
    throw new UnsupportedSql({ message: `type ${this.#text} cannot be used: ${reason}` })
  }
}
