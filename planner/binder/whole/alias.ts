import { quoteIdentifier } from "../../sql/quote.ts"
import type { TableRef } from "../../ast/query.ts"
import type { ResolvedTable } from "../from.ts"
import { typedNulls } from "../typing.ts"

/** What a table is called that was written without an alias. */
export function aliasOf(site: { readonly ref: TableRef; readonly table: ResolvedTable }): string {
  return site.ref.alias === undefined ? ` AS ${quoteIdentifier(site.table.name)}` : ""
}

/** The table's columns, without a row. */
export function emptyTable({ fields }: ResolvedTable): string {
  return typedNulls(fields.map(({ name, column }) => ({ name: quoteIdentifier(name), type: column.type })))
}
