import type { ColumnSchema, Material, Rows } from "../columns.ts"
import { NATIONS, REGIONS } from "../distributions.ts"
import type { Scale } from "../scale.ts"
import { CUSTOMER, customerRows } from "./customer.ts"
import { LINEITEM, lineitemRows } from "./lineitem.ts"
import { NATION, nationRows, REGION, regionRows } from "./nation-region.ts"
import { ORDERS, ordersRows } from "./orders.ts"
import { PART, partRows } from "./part.ts"
import { PARTSUPP, partsuppRows, SUPPLIERS_PER_PART } from "./partsupp.ts"
import { SUPPLIER, supplierRows } from "./supplier.ts"

export interface Table {
  readonly schema: readonly ColumnSchema[]
  /** rows at this scale; of lineitem the number of orders, as its rows must be counted one order after the other */
  readonly units: (scale: Scale) => number
  readonly rows: (material: Material, rows: number) => Rows
}

/** In the order in which they are made: what takes longest first. */
export const TABLE = {
  lineitem: { schema: LINEITEM, units: (scale) => scale.orders, rows: lineitemRows },
  orders: { schema: ORDERS, units: (scale) => scale.orders, rows: ordersRows },
  partsupp: { schema: PARTSUPP, units: (scale) => scale.parts * SUPPLIERS_PER_PART, rows: partsuppRows },
  part: { schema: PART, units: (scale) => scale.parts, rows: partRows },
  customer: { schema: CUSTOMER, units: (scale) => scale.customers, rows: customerRows },
  supplier: { schema: SUPPLIER, units: (scale) => scale.suppliers, rows: supplierRows },
  nation: { schema: NATION, units: () => NATIONS.length, rows: nationRows },
  region: { schema: REGION, units: () => REGIONS.length, rows: regionRows },
} as const satisfies Record<string, Table>

export type TpchTable = keyof typeof TABLE

export const TPCH_TABLES: readonly TpchTable[] = [
  "lineitem",
  "orders",
  "partsupp",
  "part",
  "customer",
  "supplier",
  "nation",
  "region",
]
