import { quoteIdentifier } from "../../sql/quote.ts"
import type { TableRef } from "../../ast/query.ts"
import type { ResolvedTable } from "../from.ts"
import type { Relation } from "../scope.ts"

/** What a table is called that was written without an alias. */
export function aliasOf(site: { readonly ref: TableRef; readonly table: ResolvedTable }): string {
  return site.ref.alias === undefined ? ` AS ${quoteIdentifier(site.table.name)}` : ""
}

/** Every column that a name can find in it. */
export function allFields({ fields, hidden }: ResolvedTable): ResolvedTable["fields"] {
  return hidden.length === 0 ? fields : [...fields, ...hidden]
}

/** The names that the reference gives to the columns of `table`. */
export function relationOf(ref: TableRef, table: ResolvedTable, name = table.name): Relation {
  const names = ref.alias?.columns ?? []
  const columns = table.fields.map((field, i) => ({ ...field, name: names[i]?.text ?? field.name }))
  return { alias: ref.alias?.name.text ?? name, columns, hidden: table.hidden }
}
