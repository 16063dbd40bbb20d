import { quoteIdentifier } from "../../sql/quote.ts"
import type { TableSite } from "./sites.ts"

/** What a table is called that was written without an alias. */
export function aliasOf(site: TableSite): string {
  return site.ref.alias === undefined ? ` AS ${quoteIdentifier(site.table.name)}` : ""
}
