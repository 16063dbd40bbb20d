import type { Plan, WholeRead } from "../../logical/plan.ts"
import { tokenize } from "../../parser/lexer.ts"
import { identifierOf } from "../../parser/tokens.ts"
import type { ResolvedTable } from "../from.ts"
import { aliasOf, allFields } from "./alias.ts"
import type { Site, TableSite } from "./sites.ts"
import type { Edit } from "./text.ts"

export interface WholeInputs {
  /** The text's edits: each site is a read of an input, or other text. */
  readonly reads: readonly Edit<WholeRead>[]
  readonly plans: readonly Plan[]
}

/** The table's plan, less rows that no place of the text wants. */
type FilterTable = (plan: Plan, sites: readonly TableSite[]) => Plan

/** One input for each table, however often the text names it, and one for each subquery. */
export function inputsFor(text: string, sites: readonly Site[], filter: FilterTable): WholeInputs {
  const plans: Plan[] = []
  const mentioned = mentions(text)
  const tables = new Map<string, { readonly input: number; readonly fields: WholeRead["fields"] }>()
  for (const [key, group] of groupByKey(sites)) {
    const { table } = group[0]
    const needed = group.some((site) => site.wide) ? allFields(table) : neededFields(table, mentioned)
    tables.set(key, { input: plans.length, fields: needed })
    plans.push(filter(table.plan, group))
  }
  const reads = sites.map((site): Edit<WholeRead> => {
    switch (site._tag) {
      case "text":
        return { span: site.span, with: [site.text] }
      case "query": {
        const read = { input: plans.length, fields: site.bound.fields, parenthesised: site.parenthesised }
        plans.push(site.bound.plan)
        return { span: site.span, with: [read] }
      }
      case "table": {
        const known = tables.get(site.table.key)
        if (known === undefined) throw new Error(`the input for ${site.table.name} is missing`)
        if (site.bare) return { span: site.span, with: [{ ...known, parenthesised: false }] }
        return { span: site.span, with: [{ ...known, parenthesised: true }, aliasOf(site)] }
      }
    }
  })
  return { reads, plans }
}

function groupByKey(sites: readonly Site[]): ReadonlyMap<string, readonly [TableSite, ...TableSite[]]> {
  const groups = new Map<string, readonly [TableSite, ...TableSite[]]>()
  for (const site of sites) {
    if (site._tag !== "table") continue
    const known = groups.get(site.table.key)
    groups.set(site.table.key, known === undefined ? [site] : [...known, site])
  }
  return groups
}

/** Whatever the text could mean by a name; one column at least, because rows without columns cannot be counted. */
function neededFields(table: ResolvedTable, mentioned: ReadonlySet<string>): WholeRead["fields"] {
  const needed = allFields(table).filter((field) => mentioned.has(field.name.toLowerCase()))
  return needed.length > 0 ? needed : table.fields.slice(0, 1)
}

const WORDS = /[\p{L}_][\p{L}\p{N}_$]*/gu

/** Every name and word of the text that could be a column's name, in lower case. */
function mentions(text: string): ReadonlySet<string> {
  const words = [...text.matchAll(WORDS)].map(([word]) => word.toLowerCase())
  // Names that are no plain words: quoted ones, and whatever else the lexer takes for one.
  return new Set([...words, ...tokenize(text).map((token) => identifierOf(token).text.toLowerCase())])
}
