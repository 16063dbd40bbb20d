import type { ColumnRef, Identifier } from "../ast/expression.ts"
import { AmbiguousColumn, UnknownColumn } from "../errors.ts"
import { type BoundExpr, type Column, type ColumnId } from "../logical/column.ts"
import { nearestName } from "../parser/nearest.ts"

/** Names listed in a message; a table of two thousand columns is not printed whole. */
const COLUMNS_SHOWN_MAX = 20

/** Something that FROM brought in, under the name that columns may be qualified with. */
export interface Relation {
  readonly alias: string
  readonly columns: readonly { readonly name: string; readonly column: Column }[]
  /** Found by their names where no column has them; no part of `*`. */
  readonly hidden: Relation["columns"]
}

/** A column that USING or NATURAL made one of two: `expr` is its value, `members` are the columns that it stands for. */
export interface MergedColumn {
  readonly name: string
  readonly expr: BoundExpr
  readonly members: ReadonlySet<ColumnId>
}

/** What names mean within one query block. */
export interface Scope {
  readonly relations: readonly Relation[]
  readonly merged: readonly MergedColumn[]
}

export const EMPTY_SCOPE: Scope = { relations: [], merged: [] }

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** The expression that a name means, or undefined when no column has it. Two meanings are an error. */
export function lookup(scope: Scope, ref: ColumnRef): BoundExpr | undefined {
  const [first, second, ...rest] = ref.parts
  if (first === undefined) return undefined
  if (second !== undefined) {
    const relation = scope.relations.filter((each) => sameName(each.alias, first.text))
    const found = relation.flatMap((each) => columnsNamed(each, second.text))
    if (found.length > 1) throw ambiguous(ref, `${first.text}.${second.text}`, relation)
    if (found[0] !== undefined) return fields(found[0].column, rest, ref)
  }
  const column = unqualified(scope, first, ref)
  return column === undefined ? undefined : fields(column, second === undefined ? [] : [second, ...rest], ref)
}

function unqualified(scope: Scope, name: Identifier, ref: ColumnRef): BoundExpr | undefined {
  const merged = scope.merged.find((each) => sameName(each.name, name.text))
  // As DuckDB: what USING made is asked first, even where another table has the name too.
  if (merged !== undefined) return merged.expr
  const holders = scope.relations.filter((relation) => columnsNamed(relation, name.text).length > 0)
  const found = holders.flatMap((relation) => columnsNamed(relation, name.text))
  if (found.length > 1) throw ambiguous(ref, name.text, holders)
  return found[0]?.column
}

type Named = Relation["columns"]

const NONE: Named = []

/** Thousands of references to a table of thousands of columns: each table's names are read once. */
const INDEXES = new WeakMap<Named, ReadonlyMap<string, Named>>()

/** The relation's columns of that name. */
function columnsNamed({ columns, hidden }: Relation, name: string): Named {
  const index = INDEXES.get(columns) ?? indexed(columns)
  return index.get(name.toLowerCase()) ?? hidden.filter((each) => sameName(each.name, name))
}

function indexed(columns: Named): ReadonlyMap<string, Named> {
  const index = new Map<string, Named>()
  for (const each of columns) {
    const name = each.name.toLowerCase()
    index.set(name, [...(index.get(name) ?? NONE), each])
  }
  INDEXES.set(columns, index)
  return index
}

/** `s.a.b` where `s` is a struct. Whether it has such fields is DuckDB's to say. */
function fields(input: BoundExpr, names: readonly Identifier[], ref: ColumnRef): BoundExpr {
  return names.reduce<BoundExpr>((inner, name) => ({ _tag: "Field", input: inner, name, span: ref.span }), input)
}

function ambiguous(ref: ColumnRef, name: string, holders: readonly Relation[]): AmbiguousColumn {
  const owners = holders.map((relation) => `${relation.alias}.${name}`)
  const apart = new Set(owners.map((owner) => owner.toLowerCase())).size > 1
  const same = owners.length > 1 ? "; give one of the tables another alias" : "; give one of them another alias"
  const choice = apart ? `: write ${owners.join(" or ")}` : same
  return new AmbiguousColumn({ message: `column "${name}" is ambiguous${choice}`, span: ref.span, name })
}

export function unknownColumn(scope: Scope, ref: ColumnRef, aliases: readonly string[]): UnknownColumn {
  const [first, second] = ref.parts
  const relation = second && scope.relations.find((each) => sameName(each.alias, first?.text ?? ""))
  const holders = relation === undefined ? scope.relations : [relation]
  const name = ref.parts.map((part) => part.text).join(".")
  if (second !== undefined && relation === undefined) return unknownRelation(scope, ref, first?.text ?? "", name)
  const wanted = (relation === undefined ? first : second)?.text ?? name
  const available = [...holders.flatMap((each) => each.columns.map((column) => column.name)), ...aliases]
  const nearest = nearestName(wanted, available)
  const where = holders.length === 0 ? "; there is no FROM" : ` in ${holders.map((each) => each.alias).join(", ")}`
  return new UnknownColumn({
    message: `column "${wanted}" does not exist${where}`,
    span: ref.span,
    hint: columnHint(nearest, holders, nearest === undefined ? textHint(ref) : undefined),
    name,
    nearest,
    available: available.slice(0, COLUMNS_SHOWN_MAX),
  })
}

/** `name = "Bob"`: what other databases take for a text. */
function textHint({ parts: [only, ...rest] }: ColumnRef): string | undefined {
  if (only === undefined || rest.length > 0 || !only.quoted) return undefined
  return `if a text is meant, write it in single quotes: '${only.text.replaceAll("'", "''")}'.`
}

function unknownRelation(scope: Scope, ref: ColumnRef, relation: string, name: string): UnknownColumn {
  const available = scope.relations.map((each) => each.alias)
  const nearest = nearestName(relation, available)
  const meant = nearest === undefined ? "" : `did you mean "${nearest}"?  `
  return new UnknownColumn({
    message: `there is no table or column "${relation}" that "${name}" could belong to`,
    span: ref.parts[0]?.span ?? ref.span,
    hint: `${meant}FROM has: ${available.length === 0 ? "nothing" : available.join(", ")}`,
    name,
    nearest,
    available,
  })
}

function columnHint(
  nearest: string | undefined,
  holders: readonly Relation[],
  text: string | undefined,
): string | undefined {
  const lists = holders.map((relation) => {
    const names = relation.columns.slice(0, COLUMNS_SHOWN_MAX).map((each) => each.name)
    const more = relation.columns.length - names.length
    return `${relation.alias} has: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`
  })
  const meant = nearest === undefined ? [] : [`did you mean "${nearest}"?`]
  const hint = [...meant, ...(text === undefined ? [] : [text]), ...lists].join("  ")
  return hint === "" ? undefined : hint
}

/**
 * What `*` stands for: every column once, merged ones where the first of them stands. A name that REPLACE replaces is
 * not merged: DuckDB replaces first.
 */
export function expandAll(
  scope: Scope,
  isReplaced: (name: string) => boolean,
): readonly { readonly name: string; readonly expr: BoundExpr }[] {
  const done = new Set<MergedColumn>()
  return scope.relations.flatMap((relation) =>
    relation.columns.flatMap(({ name, column }) => {
      const merged = scope.merged.find((each) => each.members.has(column.id))
      if (merged === undefined || isReplaced(name)) return [{ name, expr: column }]
      if (done.has(merged)) return []
      done.add(merged)
      return [{ name: merged.name, expr: merged.expr }]
    }),
  )
}

/** Both scopes side by side, with columns merged by USING. */
export function joinScopes(left: Scope, right: Scope, merged: readonly MergedColumn[]): Scope {
  const replaced = new Set(merged.map((each) => each.name.toLowerCase()))
  const kept = [...left.merged, ...right.merged].filter((each) => !replaced.has(each.name.toLowerCase()))
  return { relations: [...left.relations, ...right.relations], merged: [...kept, ...merged] }
}

/** A reference by a bare name, for columns that USING names. */
export function bareRef(name: Identifier): ColumnRef {
  return { _tag: "ColumnRef", parts: [name], span: name.span }
}
