/**
 * DuckDB's operator precedence, loosest first. `left` is what an operator needs on its left to take it; `right` is
 * what ends its right side. They differ only for the arrows, which DuckDB lets take everything on their left.
 */
export interface Binding {
  readonly left: number
  readonly right: number
  /** `a < b < c` is no expression: the second operator of the same level ends it. */
  readonly chains: boolean
}

export const LEVEL = {
  arrow: 1,
  or: 2,
  and: 3,
  not: 4,
  is: 5,
  comparison: 6,
  like: 7,
  other: 8,
  additive: 9,
  multiplicative: 10,
  power: 11,
  atTimeZone: 12,
  collate: 13,
  sign: 14,
  primary: 15,
} as const

const level = (at: number): Binding => ({ left: at, right: at, chains: true })
const single = (at: number): Binding => ({ left: at, right: at, chains: false })

const BINDINGS: ReadonlyMap<string, Binding> = new Map<string, Binding>([
  ["OR", level(LEVEL.or)],
  ["AND", level(LEVEL.and)],
  ["IS DISTINCT FROM", single(LEVEL.is)],
  ["IS NOT DISTINCT FROM", single(LEVEL.is)],
  ...["=", "<>", "<", ">", "<=", ">="].map((op) => [op, single(LEVEL.comparison)] as const),
  ...["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE", "GLOB", "SIMILAR TO", "NOT SIMILAR TO"].map(
    (op) => [op, single(LEVEL.like)] as const,
  ),
  ["->", { left: LEVEL.arrow, right: LEVEL.arrow, chains: true }],
  ["->>", { left: LEVEL.arrow, right: LEVEL.other, chains: true }],
  ["+", level(LEVEL.additive)],
  ["-", level(LEVEL.additive)],
  ...["*", "/", "//", "%"].map((op) => [op, level(LEVEL.multiplicative)] as const),
  ["^", level(LEVEL.power)],
  ["**", level(LEVEL.power)],
])

export const OTHER = level(LEVEL.other)

/**
 * Every operator that is not named here (`||`, `~`, `&`, `<<`, `@>` …) binds as DuckDB's other operators do. So does
 * `==`, which means `=` but is tighter: `a == b || c` compares first.
 */
export function bindingOf(op: string): Binding {
  return BINDINGS.get(op) ?? OTHER
}

/** Whether the operator has no precedence of its own: such a one may also stand without a right side. */
export function isOther(op: string): boolean {
  return !BINDINGS.has(op)
}
