import type { ShowStatement } from "../../planner/ast/statement.ts"
import { quoteIdentifier } from "../../planner/sql/quote.ts"
import { partOf } from "../../planner/sql/edited-text.ts"
import { type Answer, type MadeColumn, type MadeValue, madeAnswer } from "./answer.ts"
import { DESCRIBED } from "./describe.ts"
import type { Run } from "./run.ts"
import { listSettings, settingNamed } from "./settings.ts"
import { keyOf } from "./state.ts"

const varchar = (name: string): MadeColumn => ({ name, type: "VARCHAR" })

const ALL_TABLES: readonly MadeColumn[] = [
  varchar("database"),
  varchar("schema"),
  varchar("name"),
  { name: "column_names", type: "VARCHAR[]" },
  { name: "column_types", type: "VARCHAR[]" },
  { name: "temporary", type: "BOOLEAN" },
]

/** Files of --data stand in a schema of that name: nothing that a statement made is among them. */
const DATABASE = "skein"
const OWN_SCHEMA = "main"
const DATA_SCHEMA = "data"

export async function show(run: Run, statement: ShowStatement): Promise<Answer> {
  const { what } = statement
  const { form } = run.options
  switch (what) {
    case "tables": {
      const names = await allNames(run)
      return madeAnswer(
        "show",
        [varchar("name")],
        names.map((name) => [name]),
        form,
      )
    }
    case "all tables":
      return madeAnswer("show", ALL_TABLES, await allTables(run), form)
    case "settings": {
      const columns = [varchar("name"), varchar("value"), varchar("description")]
      return madeAnswer("show", columns, listSettings(run.state.settings), form)
    }
    default: {
      const known = (await allNames(run)).some((name) => keyOf(name) === keyOf(what.text))
      if (!known) return showSetting(run, statement)
      const sql = `FROM ${quoteIdentifier(what.text)}`
      const whole = partOf(sql, { start: 0, end: sql.length })
      const { output } = await run.plan({ text: whole.text, original: () => what.span })
      const rows = output.map(({ name, type }): readonly MadeValue[] => [name, type, "YES", null, null, null])
      return madeAnswer("show", DESCRIBED, rows, form)
    }
  }
}

function showSetting(run: Run, { what }: ShowStatement): Answer {
  if (typeof what === "string") throw new Error(`SHOW ${what} is no setting`)
  const setting = settingNamed(what, "SHOW")
  return madeAnswer("show", [varchar(setting.name)], [[setting.show(run.state.settings)]], run.options.form)
}

/** In DuckDB's order: by name. What a statement made hides a file of the same name. */
async function allNames({ session, state }: Run): Promise<readonly string[]> {
  const own = [...state.relations.values()].map(({ name }) => name)
  const files = (await session.tables()).filter((name) => !state.relations.has(keyOf(name)))
  return [...own, ...files].toSorted()
}

/** A file that cannot be read as a table is left out: SHOW says what there is. */
async function allTables(run: Run): Promise<readonly (readonly MadeValue[])[]> {
  const rows: (readonly MadeValue[])[] = []
  for (const name of await allNames(run)) {
    const own = run.state.relations.get(keyOf(name))
    const sql = `FROM ${quoteIdentifier(name)}`
    const plan = await run.plan(partOf(sql, { start: 0, end: sql.length })).catch(() => undefined)
    if (plan === undefined) continue
    const names = plan.output.map((column) => column.name)
    const types = plan.output.map((column) => column.type)
    rows.push([DATABASE, own === undefined ? DATA_SCHEMA : OWN_SCHEMA, own?.name ?? name, names, types, false])
  }
  return rows
}
