/**
 * What a page is made of: a run as `show` knows it.
 *
 * @since 0.1.0
 */
import type { DateTime, Option } from "effect"
import type * as Run from "../../pipeline/Run.ts"
import type { DurableEvent, OpenRequest } from "../../pipeline/RunEvent.ts"
import type { Row, Summary } from "../../pipeline/Summary.ts"
import type { Asides } from "../Asides.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Report {
  readonly info: Run.Info
  readonly events: ReadonlyArray<DurableEvent>
  readonly summary: Summary
  /** The last execution at every path. */
  readonly executions: ReadonlyMap<string, Row>
  readonly asides: Asides
  /** When the page is made, in the zone in which it says times. */
  readonly now: DateTime.Zoned
  /** Who makes it: `cairn 0.1.0`. */
  readonly by: string
  readonly commands: {
    /** What the run goes on with, where it can. */
    readonly next: Option.Option<string>
    /** What shows a step whole. */
    readonly show: (step: string) => string
    /** What writes down all there is. */
    readonly export: string
    readonly answer: (request: OpenRequest) => string
  }
}
