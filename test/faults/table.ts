/** What was promised, how often it was tried, how often it was broken, and how long that took. */
import type { Tried } from "./processes.ts"

export interface Row {
  readonly promise: string
  readonly tried: Tried
  readonly ms: number
}

export const print = ({ ms, promise, tried }: Row): void => {
  const { cases, note, violations } = tried
  const said = note === undefined ? "" : `  ${note}`
  console.log(
    `${promise.padEnd(58)} ${String(cases).padStart(8)} ${String(violations.length).padStart(10)} ${
      (ms / 1000).toFixed(1).padStart(8)
    } s${said}`
  )
  for (const violation of violations.slice(0, 20)) console.log(`    ${violation}`)
  if (violations.length > 20) console.log(`    and ${violations.length - 20} more`)
}

export const head = (): void =>
  console.log(`${"promise".padEnd(58)} ${"cases".padStart(8)} ${"violations".padStart(10)} ${"time".padStart(10)}`)
