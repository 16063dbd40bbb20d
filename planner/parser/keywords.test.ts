import { DuckDBInstance } from "@duckdb/node-api"
import { expect, test } from "vitest"
import { allKeywords, isKeyword, keywordClass } from "./keywords.ts"
import { K, wordToken } from "./tokens.ts"

const CATEGORIES: Readonly<Record<string, string>> = {
  reserved: "reserved",
  column_name: "column",
  type_function: "function",
  unreserved: "unreserved",
}

test("every keyword is in DuckDB's own class", async () => {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll("SELECT keyword_name, keyword_category FROM duckdb_keywords()")
  connection.closeSync()
  const rows = reader.getRowsJS()
  expect(new Set(rows.map(([name]) => name))).toEqual(new Set(allKeywords()))
  const differing = rows.filter(
    ([name, category]) =>
      typeof name !== "string" || typeof category !== "string" || keywordClass(name) !== CATEGORIES[category],
  )
  expect(differing).toEqual([])
})

test("a word that is no keyword names anything", () => {
  expect(keywordClass("lineitem")).toBe("unreserved")
  expect(keywordClass("constructor")).toBe("unreserved")
  expect(wordToken("toString").name).toBe("Name")
  expect([isKeyword("Year"), isKeyword("lineitem")]).toEqual([true, false])
})

test("words are known in any case", () => {
  expect(wordToken("sElEcT")).toBe(K.Select)
})
