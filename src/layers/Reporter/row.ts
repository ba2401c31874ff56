/**
 * A step as a row: what became of it, its number and title, how long it took, what there is to say.
 *
 * @since 0.1.0
 */
import { Option } from "effect"
import * as printable from "../../pipeline/printable.ts"
import type { Count, Row } from "../../pipeline/Summary.ts"
import type { Paint } from "./paint.ts"
import * as words from "./words.ts"

/**
 * How rows stand below each other.
 *
 * @category models
 * @since 0.1.0
 */
export interface Layout {
  readonly paint: Paint
  /** The width of what they are shown on; Infinity where nothing ends a line. */
  readonly columns: number
  /** The columns that titles take. */
  readonly left: number
  /** How many numbered steps there are; absent where rows show no numbers. */
  readonly of: Option.Option<number>
}

/**
 * A row on one line, whatever has to be cut for that: the count comes before the title, and the title before the rest.
 *
 * @category rendering
 * @since 0.1.0
 */
export const short = (row: Row, layout: Layout, mark: string, ms: number): string => {
  const { columns, paint } = layout
  const { place, title } = names(row, layout)
  const time = words.duration(ms).padStart(6)
  const count = Option.match(row.count, { onNone: () => "", onSome: ofCount })
  // A cell at the right edge is left free, since a full line may wrap.
  const room = columns - 3 - printable.width(place)
  const beside = 2 + time.length + (count === "" ? 0 : 2 + printable.width(count))
  if (room < beside + 8) return `${mark} ${printable.fit(place + title, columns - 3)}`
  const left = Math.min(layout.left, room - beside)
  const over = room - left - beside - 2
  const rest = [count, over < 4 ? "" : printable.fit(said(row), over)].filter((text) => text !== "")
  const cell = printable.pad(printable.fit(title, left), left)
  return [`${mark} ${paint.dim(place)}${cell}`, paint.dim(time), ...rest].join("  ")
}

/**
 * A row in full: on one line where that is wide enough, else on as many as it takes.
 *
 * @category rendering
 * @since 0.1.0
 */
export const full = (row: Row, layout: Layout): ReadonlyArray<string> => {
  const { columns, paint } = layout
  const { place, title } = names(row, layout)
  const time = row.status === "ahead" ? "" : words.duration(row.ms)
  const rest = outcome(row)
  const painted = row.status === "failed" ? paint.red : (text: string) => text
  const head = `${marks(paint)[row.status]} ${paint.dim(place)}`
  const hanging = " ".repeat(2 + printable.width(place))
  const below = (text: string, paint: (text: string) => string) =>
    text === "" ? [] : printable.wrap(hanging + text, columns).map(paint)

  // In columns, or close together where there is little room for them.
  const aligned = [printable.pad(title, layout.left), time.padStart(6)] as const
  const close = [title, time] as const
  const fits = (more: number, ...cells: ReadonlyArray<readonly [string, string]>) =>
    cells.find(([cell, time]) => hanging.length + printable.width(cell) + 2 + time.length + more <= columns)
  const whole = fits(rest === "" ? 0 : 2 + printable.width(rest), aligned, ...(columns < 60 ? [close] : []))
  if (whole !== undefined) {
    return [[`${head}${whole[0]}`, paint.dim(whole[1]), ...(rest === "" ? [] : [painted(rest)])].join("  ").trimEnd()]
  }
  const first = fits(0, aligned, close)
  return first === undefined
    ? [
      ...below(title, (line) => line).map((line, index) => index === 0 ? head + line.slice(hanging.length) : line),
      ...below(`${time}  ${rest}`.trim(), painted)
    ]
    : [`${head}${first[0]}  ${paint.dim(first[1])}`, ...below(rest, painted)]
}

/**
 * What came of a step, in one line; where it has nothing to say, `otherwise`.
 *
 * @category rendering
 * @since 0.1.0
 */
export const outcome = (row: Row, otherwise = ""): string => {
  const words = [Option.match(row.count, { onNone: () => "", onSome: ofCount }), said(row)].filter((text) =>
    text !== ""
  )
  return [...(words.length === 0 && otherwise !== "" ? [otherwise] : words), ...again(row)].join("  ")
}

/**
 * The columns that the titles of rows want, within reason.
 *
 * @category accessors
 * @since 0.1.0
 */
export const left = (rows: Iterable<Pick<Row, "title">>, least = 0): number => {
  let most = least
  for (const { title } of rows) most = Math.max(most, Math.min(44, printable.width(printable.line(title))))
  return most
}

/**
 * A row without what its parts have said already.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutParts = (row: Row): Row => row.isGroup ? { ...row, problem: Option.none() } : row

/** What stands before a row. */
export const marks = (paint: Paint): Record<Row["status"], string> => ({
  ahead: paint.dim("·"),
  running: paint.yellow("…"),
  waiting: paint.yellow("?"),
  done: paint.green("✓"),
  kept: paint.dim("✓"),
  skipped: paint.dim("–"),
  failed: paint.red("✗"),
  stopped: paint.yellow("■"),
  undone: paint.yellow("↶")
})

const names = (row: Row, { of }: Layout): { readonly place: string; readonly title: string } => ({
  place: Option.match(of, {
    onNone: () => "",
    onSome: (of) => `${String(row.number).padStart(String(of).length)}/${of} `
  }),
  title: printable.line(row.title)
})

/** That a single part is done or not says nothing that its row does not. */
const ofCount = ({ done, failed, total }: Count): string =>
  Option.exists(total, (total) => total <= 1) ?
    "" :
    `${done}${Option.match(total, { onNone: () => " done", onSome: (total) => `/${total}` })}${
      failed === 0 ? "" : `, ${failed} failed`
    }`

/** What there is to say of a row, by what became of it. */
const said = ({ note, problem, status, summary }: Row): string => {
  switch (status) {
    case "failed":
      return Option.match(problem, { onNone: () => "", onSome: words.ofProblem })
    case "skipped":
      return "not needed"
    case "waiting":
      return "waits for an answer"
    case "stopped":
      return "stopped"
    case "undone":
      return "undone"
    case "ahead":
      return ""
    case "running":
      return printable.line(note)
    case "done":
    case "kept":
      return Option.match(summary, { onNone: () => "", onSome: printable.line })
  }
}

/** That a row took more than one attempt, or that an earlier result did not do. */
const again = ({ attempts, why }: Row): ReadonlyArray<string> => [
  ...(attempts > 1 ? [`(${attempts} attempts)`] : []),
  ...Option.match(why, { onNone: () => [], onSome: (why) => [`(again: ${printable.line(why)})`] })
]
