import * as fc from "fast-check"
import { RULE_NAMES } from "../../planner/optimizer.ts"
import type { QueryOptions } from "../../runtime/session.ts"

/**
 * A random query before it knows its tables: every choice is a number, taken modulo what there is to choose from when
 * the query is written out (`write-query.ts`). So whatever fast-check shrinks it to is again a query that means
 * something, and 0 is always the simplest choice.
 */
export interface ExprGene {
  readonly pick: number
  readonly parts: readonly ExprGene[]
}

export interface OrderGene {
  /** Which of: ordinal, alias, expression. */
  readonly form: number
  readonly pick: number
  readonly descending: boolean
  /** 0: as it comes, 1: FIRST, 2: LAST. */
  readonly nulls: number
  readonly expr: ExprGene
}

export interface ItemGene {
  /** Which of: a column, an expression, `*` and its kin. */
  readonly form: number
  readonly alias: number
  readonly expr: ExprGene
}

export interface GroupGene {
  readonly keys: readonly ExprGene[]
  readonly aggregates: readonly ExprGene[]
  /** 0: expressions, 1: ordinals, 2: aliases, 3: ALL. */
  readonly style: number
  readonly having: ExprGene | undefined
}

export type FromGene =
  | { readonly _tag: "table"; readonly pick: number; readonly alias: number }
  | { readonly _tag: "subquery"; readonly query: QueryGene; readonly alias: number }
  | {
      readonly _tag: "join"
      readonly kind: number
      /** 0–5: ON, 6: USING, 7: NATURAL, 8: a comma and WHERE. */
      readonly style: number
      readonly left: FromGene
      readonly right: FromGene
      readonly on: readonly ExprGene[]
    }
  /** What is no table, but made where it stands: VALUES, range(), LATERAL, PIVOT … */
  | { readonly _tag: "made"; readonly form: number; readonly pick: number; readonly expr: ExprGene }

/** Another operand of UNION, INTERSECT or EXCEPT. */
export interface SetGene {
  readonly op: number
  readonly from: FromGene
  readonly where: ExprGene | undefined
  readonly items: readonly ExprGene[]
}

/** Something that makes its block run whole: a window, DISTINCT ON, COLUMNS, subqueries in expressions … */
export interface FeatureGene {
  readonly form: number
  readonly expr: ExprGene
  readonly more: ExprGene
}

export interface CteGene {
  /** 0, 1: plain, 2: MATERIALIZED, 3: NOT MATERIALIZED, 4: it reads itself. */
  readonly form: number
  readonly query: QueryGene
}

export interface QueryGene {
  readonly ctes: readonly CteGene[]
  readonly distinct: boolean
  readonly items: readonly ItemGene[]
  readonly from: FromGene
  readonly where: ExprGene | undefined
  readonly group: GroupGene | undefined
  readonly features: readonly FeatureGene[]
  readonly sets: readonly SetGene[]
  readonly order: readonly OrderGene[]
  readonly orderAll: boolean
  readonly limit: number | undefined
  readonly offset: number | undefined
}

/** How one query is run. None of it may change a row. */
export interface WayGene {
  readonly partitions: number
  readonly joins: "auto" | "hash" | "broadcast"
  readonly distribute: boolean
  readonly disabledRules: readonly string[]
}

/** How often each part of a query is drawn, in percent; `deep` counts the levels of subqueries. */
export interface Leaning {
  readonly deep: number
  readonly ctes: number
  readonly joins: number
  readonly subqueries: number
  readonly groups: number
  readonly orders: number
  readonly wide: number
  /** What the planner does not take apart: features, set operations, and what is made in FROM. */
  readonly whole: number
  readonly sets: number
}

const EVEN: Leaning = {
  deep: 2,
  ctes: 15,
  joins: 40,
  subqueries: 20,
  groups: 30,
  orders: 35,
  wide: 4,
  whole: 25,
  sets: 10,
}
const SPREAD: Leaning = { ...EVEN, whole: 0, sets: 0 }

/** What a campaign may emphasise. */
export const LEANINGS = {
  even: EVEN,
  whole: { ...EVEN, deep: 1, joins: 30, groups: 15, whole: 90 },
  spread: SPREAD,
  sets: { ...EVEN, deep: 1, joins: 25, groups: 20, whole: 10, sets: 90 },
  joins: { ...SPREAD, joins: 75, groups: 15, orders: 10, whole: 10 },
  mixed: { ...EVEN, ctes: 50, subqueries: 40, joins: 35, groups: 25, whole: 50 },
  groups: { ...EVEN, groups: 90, joins: 25, orders: 20 },
  simple: { ...EVEN, deep: 0, joins: 25, groups: 20, orders: 20, whole: 90 },
  ctes: { ...EVEN, ctes: 70, joins: 60, subqueries: 10 },
  nested: { ...EVEN, deep: 3, subqueries: 60, joins: 35 },
  orders: { ...EVEN, orders: 90, joins: 20, groups: 30 },
  types: { ...EVEN, deep: 1, joins: 15, groups: 25, orders: 20, wide: 7 },
} as const satisfies Readonly<Record<string, Leaning>>

const PICK_MAX = 0x3fff_ffff
const pick = fc.nat({ max: PICK_MAX })
const EXPR_DEPTH_MAX = 3
/** Of so many in a hundred expressions something is computed; the others are a column or a literal. */
const COMPUTED_PERCENT = 55
const FROM_DEPTH_MAX = 3
/** How much rarer a made relation is than a feature. */
const MADE_PER_WHOLE = 3

function percent<T>(value: fc.Arbitrary<T>, share: number): fc.Arbitrary<T | undefined> {
  return share <= 0
    ? fc.constant(undefined)
    : fc.oneof(
        { weight: Math.max(0, 100 - Math.round(share)), arbitrary: fc.constant(undefined) },
        { weight: Math.round(share), arbitrary: value },
      )
}

function flag(share: number): fc.Arbitrary<boolean> {
  return percent(fc.constant(true), share).map((value) => value ?? false)
}

function exprGene(depth: number): fc.Arbitrary<ExprGene> {
  if (depth === 0) return fc.record({ pick, parts: fc.constant([]) })
  const some = fc.array(exprGene(depth - 1), { minLength: 1, maxLength: 3 })
  return fc.record({ pick, parts: percent(some, COMPUTED_PERCENT).map((parts) => parts ?? []) })
}

const expr = exprGene(EXPR_DEPTH_MAX)

const order: fc.Arbitrary<OrderGene> = fc.record({
  form: fc.nat({ max: 5 }),
  pick,
  descending: fc.boolean(),
  nulls: fc.nat({ max: 2 }),
  expr,
})

const item: fc.Arbitrary<ItemGene> = fc.record({ form: fc.nat({ max: 11 }), alias: fc.nat({ max: 19 }), expr })

function groupGene(): fc.Arbitrary<GroupGene> {
  return fc.record({
    keys: fc.array(expr, { maxLength: 3 }),
    aggregates: fc.array(expr, { minLength: 1, maxLength: 4 }),
    style: fc.nat({ max: 3 }),
    having: percent(expr, 20),
  })
}

const feature: fc.Arbitrary<FeatureGene> = fc.record({ form: fc.nat({ max: 63 }), expr, more: expr })

function fromGene(leaning: Leaning, deep: number, depth: number): fc.Arbitrary<FromGene> {
  const table = fc.record({ _tag: fc.constant("table" as const), pick, alias: fc.nat({ max: 5 }) })
  const made = fc.record({ _tag: fc.constant("made" as const), form: fc.nat({ max: 63 }), pick, expr })
  if (depth === 0) return table
  const subquery =
    deep === 0
      ? []
      : [
          {
            weight: leaning.subqueries,
            arbitrary: fc.record({
              _tag: fc.constant("subquery" as const),
              query: queryGene(leaning, deep - 1),
              alias: fc.nat({ max: 5 }),
            }),
          },
        ]
  const join = fc.record({
    _tag: fc.constant("join" as const),
    kind: pick,
    style: fc.nat({ max: 8 }),
    left: fromGene(leaning, deep, depth - 1),
    right: fromGene(leaning, deep, depth - 1),
    on: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(expr) },
      { weight: 1, arbitrary: fc.tuple(expr, expr) },
      { weight: 1, arbitrary: fc.tuple(expr, expr, expr) },
    ),
  })
  return fc.oneof(
    { withCrossShrink: true },
    { weight: Math.max(5, 100 - leaning.joins - (deep === 0 ? 0 : leaning.subqueries)), arbitrary: table },
    ...subquery,
    { weight: leaning.joins, arbitrary: join },
    ...(leaning.whole === 0 ? [] : [{ weight: Math.ceil(leaning.whole / MADE_PER_WHOLE), arbitrary: made }]),
  )
}

function setGene(leaning: Leaning, deep: number): fc.Arbitrary<SetGene> {
  return fc.record({
    op: pick,
    from: fromGene(leaning, deep, 1),
    where: percent(expr, 40),
    items: fc.array(expr, { minLength: 1, maxLength: leaning.wide }),
  })
}

function queryGene(leaning: Leaning, deep: number): fc.Arbitrary<QueryGene> {
  const form = fc.nat({ max: leaning.whole === 0 ? 3 : 4 })
  const cte = deep === 0 ? undefined : fc.record({ form, query: queryGene(leaning, deep - 1) })
  const ctes =
    cte === undefined ? fc.constant(undefined) : percent(fc.array(cte, { minLength: 1, maxLength: 2 }), leaning.ctes)
  return fc.record({
    ctes: ctes.map((each) => each ?? []),
    distinct: flag(10),
    items: fc.array(item, { minLength: 1, maxLength: leaning.wide }),
    from: fromGene(leaning, deep, FROM_DEPTH_MAX - 1),
    where: percent(expr, 40),
    group: percent(groupGene(), leaning.groups),
    features: percent(fc.array(feature, { minLength: 1, maxLength: 2 }), leaning.whole).map((each) => each ?? []),
    sets: percent(fc.array(setGene(leaning, Math.max(0, deep - 1)), { minLength: 1, maxLength: 2 }), leaning.sets).map(
      (each) => each ?? [],
    ),
    order: percent(fc.array(order, { minLength: 1, maxLength: 3 }), leaning.orders).map((each) => each ?? []),
    orderAll: flag(leaning.orders / 2),
    limit: percent(fc.nat({ max: 30 }), leaning.orders / 2),
    offset: percent(fc.nat({ max: 10 }), leaning.orders / 5),
  })
}

const way: fc.Arbitrary<WayGene> = fc.record({
  partitions: fc.constantFrom(2, 1, 3, 4, 8, 13),
  joins: fc.constantFrom("hash" as const, "auto" as const, "broadcast" as const),
  distribute: flag(90),
  disabledRules: percent(fc.subarray([...RULE_NAMES]), 35).map((each) => each ?? []),
})

export interface Case {
  readonly query: QueryGene
  readonly way: WayGene
}

export function randomCase(leaning: Leaning): fc.Arbitrary<Case> {
  return fc.noBias(fc.record({ query: queryGene(leaning, leaning.deep), way }))
}

export interface PartitionCase extends Case {
  readonly predicate: ExprGene
}

/** A query and a predicate that cuts its rows in three. */
export function randomPartition(leaning: Leaning): fc.Arbitrary<PartitionCase> {
  return fc.noBias(fc.record({ query: queryGene(leaning, 1), way, predicate: expr }))
}

export function optionsOf({ partitions, joins, distribute, disabledRules }: WayGene): QueryOptions {
  return { partitions, settings: { joins, distribute, disabledRules } }
}
