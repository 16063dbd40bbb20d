import type { TableRef } from "../ast/query.ts"
import type { ViewDefinition } from "../catalog.ts"
import { relocated, UnsupportedSql } from "../errors.ts"
import { NO_CTES } from "./ctes.ts"
import type { BoundSubquery, FromContext } from "./from.ts"
import { uniqueInSubquery } from "./unique-names.ts"

/**
 * Views that one statement may read, those inside views too: one that reads another twice doubles them at every level,
 * and each is bound where it is read.
 */
const VIEWS_READ_MAX = 2000

/**
 * A view where it is read: its query, bound in its own text, once a use. It sees no CTEs of the statement that reads it.
 * What is wrong in it is told at the name that was read.
 */
export async function bindView(
  ref: TableRef,
  view: ViewDefinition,
  env: Pick<FromContext, "context" | "bindIn">,
): Promise<BoundSubquery> {
  const { context } = env
  if (context.nextView() > VIEWS_READ_MAX) throw tooMany(ref)
  const open = context.openViews ?? []
  const key = view.name.toLowerCase()
  if (open.includes(key)) throw recursive(view, ref)
  try {
    const bindQuery = env.bindIn({ ...context, sql: view.sql, openViews: [...open, key] })
    const { plan, fields } = await bindQuery(view.query, NO_CTES)
    const extra = view.columns[fields.length]
    if (extra !== undefined) {
      const message = `it is given ${view.columns.length} column names, but has ${fields.length} columns`
      throw new UnsupportedSql({ message })
    }
    const named = fields.map((field, i) => ({ ...field, name: view.columns[i] ?? field.name }))
    return { plan, fields: uniqueInSubquery(named) }
  } catch (error) {
    throw relocated(error, ({ message, hint }) => ({
      message: `in ${view.kind} "${view.name}": ${message}`,
      span: ref.nameSpan,
      hint,
    }))
  }
}

function recursive(view: ViewDefinition, ref: TableRef): UnsupportedSql {
  return new UnsupportedSql({
    message: `view "${view.name}" reads itself`,
    span: ref.nameSpan,
    hint: `if a file is meant, name it: FROM '${view.name}.parquet'`,
  })
}

function tooMany(ref: TableRef): UnsupportedSql {
  return new UnsupportedSql({
    message: `views inside views are read more than ${VIEWS_READ_MAX} times`,
    span: ref.nameSpan,
    hint: "CREATE TABLE … AS keeps the rows of a view that many read",
  })
}
