import type { Field, Schema } from "apache-arrow"
import { Type } from "apache-arrow"
import type { LayoutColumn } from "./layout.ts"

/**
 * Lists, maps and structs around the leaves, written as one line: `list<struct<a, b>>`. What the decoder made must have
 * the shape that the column was described with, or a nested value would be stored under another name.
 */
export function shapeOfColumn(column: LayoutColumn): string {
  let index = 0
  const next = (): string => {
    const element = column.elements[index++]
    if (element === undefined) throw new Error("a column's elements end within a group")
    switch (element.group) {
      case "list": {
        const member = column.elements[index]
        // list { repeated leaf } or list { repeated struct } or list { repeated group list { member } }
        if (member?.group === undefined && member?.physical === undefined) index++
        return `list<${next()}>`
      }
      case "map":
        index++
        return `map<${next()}, ${next()}>`
      case "struct": {
        const members: string[] = []
        for (let child = 0; child < element.children; child++) {
          const name = column.elements[index]?.name ?? ""
          members.push(`${name} ${next()}`)
        }
        return `struct<${members.join(", ")}>`
      }
      case undefined:
        return "."
    }
  }
  return next()
}

export function shapesOfSchema(schema: Schema): readonly string[] {
  return schema.fields.map(shapeOfField)
}

function shapeOfField(field: Field): string {
  const children: readonly Field[] = field.type.children ?? []
  const shapes = children.map(shapeOfField)
  switch (field.type.typeId) {
    case Type.List:
      return `list<${shapes.join(", ")}>`
    case Type.Map:
      return `map<${children.flatMap((entries) => (entries.type.children ?? []).map(shapeOfField)).join(", ")}>`
    case Type.Struct:
      return `struct<${children.map((child, index) => `${child.name} ${shapes[index] ?? ""}`).join(", ")}>`
    default:
      return children.length === 0 ? "." : `${field.type}`
  }
}
