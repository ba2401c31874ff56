/**
 * What a person sees of what is written to a terminal: text that wraps, a cursor that goes up, lines that are erased, a
 * window that changes its size. A sequence that it does not know fails the test.
 */
import * as printable from "../../src/pipeline/printable.ts"

export interface Terminal {
  readonly write: (text: string) => void
  /** Breaks all lines anew, as terminals of today do. */
  readonly resize: (columns: number, rows: number) => void
  /** The lines that can be seen, without what is empty below them. */
  readonly screen: () => ReadonlyArray<string>
  /** The same with all that has scrolled away. */
  readonly all: () => ReadonlyArray<string>
}

interface Row {
  /** One entry a column; the second of a wide character is empty. */
  cells: Array<string>
  /** Its text goes on in the next row. */
  wraps: boolean
}

export const make = (size: { readonly columns: number; readonly rows: number }): Terminal => {
  let { columns, rows: height } = size
  let rows: Array<Row> = [{ cells: [], wraps: false }]
  let x = 0
  let y = 0

  const row = (): Row => rows[y]!
  const top = (): number => Math.max(0, rows.length - height)
  const down = () => {
    y++
    if (y === rows.length) rows.push({ cells: [], wraps: false })
  }
  /** What the row continued is not continued any more. */
  const erase = () => {
    row().cells.splice(x)
    row().wraps = false
    const before = rows[y - 1]
    if (x === 0 && before !== undefined) before.wraps = false
  }
  const put = (character: string) => {
    const takes = printable.width(character)
    if (x + takes > columns) {
      row().wraps = true
      down()
      x = 0
    }
    const { cells } = row()
    while (cells.length < x) cells.push(" ")
    // Half of a wide character is none.
    if (cells[x] === "") cells[x - 1] = " "
    if (cells[x + takes] === "") cells[x + takes] = " "
    cells.splice(x, takes, character, ...Array.from({ length: takes - 1 }, () => ""))
    x += takes
  }
  const control = (parameter: string, letter: string) => {
    switch (letter) {
      case "A":
        y = Math.max(top(), y - Number(parameter || 1))
        return
      case "C":
        x = Math.min(columns - 1, x + Number(parameter || 1))
        return
      case "J":
        rows.splice(y + 1)
        erase()
        return
      case "K":
        erase()
        return
      case "m":
        return
      default:
        throw new Error(`a sequence that this terminal does not know: ${parameter}${letter}`)
    }
  }

  return {
    write: (text) => {
      // oxlint-disable-next-line no-control-regex -- that is what a sequence begins with
      for (const [part, parameter, letter] of text.matchAll(/\u001B\[([0-9;?]*)([A-Za-z])|\r|\n|[^\u001B\r\n]+/g)) {
        if (part === "\r") x = 0
        else if (part === "\n") {
          row().wraps = false
          down()
        } else if (letter !== undefined) control(parameter ?? "", letter)
        else for (const { segment } of new Intl.Segmenter().segment(part)) put(segment)
      }
    },
    resize: (newColumns, newRows) => {
      const before = rows
      const cursor = { x, y }
      columns = newColumns
      height = newRows
      rows = [{ cells: [], wraps: false }]
      x = 0
      y = 0
      let place = { x: 0, y: 0 }
      for (const [index, { cells, wraps }] of before.entries()) {
        for (const [column, cell] of cells.entries()) {
          if (index === cursor.y && column === cursor.x) place = { x, y }
          if (cell !== "") put(cell)
        }
        if (index === cursor.y && cursor.x >= cells.length) place = { x: x + cursor.x - cells.length, y }
        if (!wraps && index < before.length - 1) {
          down()
          x = 0
        }
      }
      x = place.x
      y = place.y
    },
    screen: () => trimmed(rows.slice(top())),
    all: () => trimmed(rows)
  }
}

const trimmed = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const lines = rows.map(({ cells }) => cells.join("").trimEnd())
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1)
}
