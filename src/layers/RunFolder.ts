/**
 * Where the folders of the runs are, for layers that keep something beside a run's checkpoint.
 *
 * @since 0.1.0
 */
import { Context } from "effect"

/**
 * The absolute path of the folder that holds one folder for each run.
 *
 * @category services
 * @since 0.1.0
 */
export class RunFolder extends Context.Tag("effect-cairn/layers/RunFolder")<RunFolder, string>() {}
