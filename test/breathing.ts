/**
 * After each test the event loop comes round, so that the runner hears of it: tests that leave no room for that one after
 * the other, a minute long, look to it as if they hung.
 */
import { afterEach } from "@effect/vitest"

const { setImmediate } = globalThis

afterEach(() => new Promise<void>((resolve) => void setImmediate(resolve)))
