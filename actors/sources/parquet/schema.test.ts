import { describe, expect, test } from "vitest"
import type { ConvertedType, PhysicalType, Repetition, SchemaElement } from "./metadata.ts"
import { parquetColumns } from "./schema.ts"
import { columnShape } from "./pages/column-shape.ts"
import type { Node } from "./pages/column-shape.ts"

/** `optional group a (LIST)`, its members below it; a leaf names its physical type. */
interface Tree {
  readonly name: string
  readonly is: Repetition
  readonly physical?: PhysicalType
  readonly converted?: ConvertedType
  readonly of?: readonly Tree[]
}

const leaf = (name: string, is: Repetition = "OPTIONAL", physical: PhysicalType = "INT32"): Tree => ({
  name,
  is,
  physical,
})
const group = (name: string, is: Repetition, of: readonly Tree[], converted?: ConvertedType): Tree =>
  converted === undefined ? { name, is, of } : { name, is, of, converted }

function elements(tree: Tree): readonly SchemaElement[] {
  const own: SchemaElement = {
    name: tree.name,
    physical: tree.physical,
    typeLength: undefined,
    repetition: tree.is,
    children: tree.of?.length ?? 0,
    converted: tree.converted,
    scale: undefined,
    precision: undefined,
    logical: undefined,
  }
  return [own, ...(tree.of ?? []).flatMap(elements)]
}

const schema = (...columns: readonly Tree[]): readonly SchemaElement[] => elements(group("root", "REQUIRED", columns))

/** Each element of the wire form: its indent, repetition, name and kind. */
function wire(tree: Tree): readonly string[] {
  const [column] = parquetColumns(schema(tree))
  const open: number[] = []
  return (column?.wire ?? []).map((element) => {
    while (open.at(-1) === 0) open.pop()
    const indent = "  ".repeat(open.length)
    const last = open.length - 1
    if (last >= 0) open[last] = (open[last] ?? 0) - 1
    if (element.children > 0) open.push(element.children)
    return `${indent}${element.repetition.toLowerCase()} ${element.group ?? element.physical ?? "group"} ${element.name}`
  })
}

const described = (tree: Tree): string => {
  const [column] = parquetColumns(schema(tree))
  if (column === undefined) return "no column"
  return column.refused === undefined ? column.type : `${column.type}: ${column.refused}`
}

function nodes(node: Node, kind: Node["_tag"]): number {
  const below = node._tag === "leaf" ? [] : node._tag === "struct" ? node.fields : [node.item]
  return below.reduce((sum, each) => sum + nodes(each, kind), node._tag === kind ? 1 : 0)
}

describe("lists, as every generation of writers laid them out", () => {
  test.each([
    ["three levels", group("a", "OPTIONAL", [group("list", "REPEATED", [leaf("element")])], "LIST"), "INTEGER[]"],
    ["two levels", group("a", "OPTIONAL", [leaf("element", "REPEATED")], "LIST"), "INTEGER[]"],
    ["one level", leaf("a", "REPEATED"), "INTEGER[]"],
    [
      "the member is the repeated group when that has several",
      group("a", "OPTIONAL", [group("array", "REPEATED", [leaf("x"), leaf("y")])], "LIST"),
      "STRUCT(x INTEGER, y INTEGER)[]",
    ],
    [
      "a repeated group's only member is pulled up, whatever the group's name",
      group("a", "OPTIONAL", [group("a_tuple", "REPEATED", [leaf("x")])], "LIST"),
      "INTEGER[]",
    ],
    ["a repeated group on its own", group("a", "REPEATED", [leaf("x"), leaf("y")]), "STRUCT(x INTEGER, y INTEGER)[]"],
    ["a repeated group of one on its own", group("a", "REPEATED", [leaf("x")]), "INTEGER[]"],
    [
      "lists of lists",
      group(
        "a",
        "OPTIONAL",
        [group("list", "REPEATED", [group("element", "OPTIONAL", [leaf("e", "REPEATED")], "LIST")])],
        "LIST",
      ),
      "INTEGER[][]",
    ],
    ["a repeated list", group("a", "REPEATED", [leaf("e", "REPEATED")], "LIST"), "INTEGER[][]"],
    ["a struct of one", group("a", "OPTIONAL", [leaf("x")]), "STRUCT(x INTEGER)"],
  ])("%s", (_, tree, type) => {
    expect(described(tree)).toBe(type)
    const [column] = parquetColumns(schema(tree))
    if (column === undefined) throw new Error("no column")
    // The shape by which the decoder puts the column together says the same as the type.
    const { root } = columnShape(column.wire)
    const count = (text: string, mark: string): number => text.split(mark).length - 1
    expect(nodes(root, "list")).toBe(count(type, "[]"))
    expect(nodes(root, "struct")).toBe(count(type, "STRUCT("))
  })

  test("the wire form has one way to say it", () => {
    expect(wire(leaf("a", "REPEATED"))).toEqual(["required list a", "  repeated INT32 a"])
    expect(wire(group("a", "REPEATED", [leaf("x")]))).toEqual([
      "required list a",
      "  repeated group list",
      "    optional INT32 x",
    ])
    expect(wire(group("a", "REPEATED", [leaf("e", "REPEATED")], "LIST"))).toEqual([
      "required list a",
      "  repeated group list",
      "    required list a",
      "      repeated INT32 e",
    ])
    expect(wire(group("a", "OPTIONAL", [group("array", "REPEATED", [leaf("x"), leaf("y")])], "LIST"))).toEqual([
      "optional list a",
      "  repeated struct array",
      "    optional INT32 x",
      "    optional INT32 y",
    ])
  })
})

describe("maps", () => {
  const entries = (...of: readonly Tree[]): Tree => group("key_value", "REPEATED", of)
  const key = leaf("key", "REQUIRED")

  test("key and value, with or without a word on the entries", () => {
    expect(described(group("m", "OPTIONAL", [entries(key, leaf("value"))], "MAP"))).toBe("MAP(INTEGER, INTEGER)")
    const told = group("map", "REPEATED", [key, leaf("value")], "MAP_KEY_VALUE")
    expect(described(group("m", "OPTIONAL", [told], "MAP"))).toBe("MAP(INTEGER, INTEGER)")
  })

  test("what is no map is refused, not guessed at", () => {
    const refused = "MAP(BLOB, BLOB): a MAP needs repeated entries of a key and a value"
    expect(described(group("m", "OPTIONAL", [entries(key)], "MAP"))).toBe(refused)
    expect(described(group("m", "OPTIONAL", [entries(key, leaf("v"), leaf("w"))], "MAP"))).toBe(refused)
    expect(described(group("m", "OPTIONAL", [group("kv", "OPTIONAL", [key, leaf("v")])], "MAP"))).toBe(refused)
  })
})

test("a group that holds what cannot be read is refused with the reason", () => {
  const bad: Tree = { ...leaf("x", "OPTIONAL", "INT64"), converted: "DATE" }
  expect(described(group("a", "OPTIONAL", [leaf("y"), bad]))).toBe(
    "STRUCT(y INTEGER, x BLOB): DATE cannot be stored as INT64",
  )
  expect(described(group("a", "OPTIONAL", [leaf("x"), leaf("X")]))).toContain("the same name")
  expect(described(group("a", "OPTIONAL", [leaf("x")], "LIST"))).toContain("does not hold a repeated member")
})

describe("schemas that are no tree", () => {
  const cut = (tree: Tree): readonly SchemaElement[] => schema(tree).slice(0, -1)
  const deep = (levels: number): Tree => (levels === 0 ? leaf("x") : group("g", "OPTIONAL", [deep(levels - 1)]))

  test.each([
    ["its schema has no root", []],
    ["its schema has no columns", schema()],
    ["its schema ends within a group", cut(group("a", "OPTIONAL", [leaf("x"), leaf("y")]))],
    ["its schema has elements that belong to no column", [...schema(leaf("a")), ...elements(leaf("b"))]],
    ["its schema is nested more than 64 deep", schema(deep(100))],
  ])("%s", (reason, broken) => {
    expect(() => parquetColumns(broken)).toThrow(reason)
  })

  test("a nesting that is deep, but not too deep", () => {
    expect(described(deep(60))).toMatch(/^STRUCT\(g STRUCT\(/)
  })
})
