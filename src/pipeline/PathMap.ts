/**
 * A map by path of which every version stays what it was. The newest one is a plain `Map`, since a run only goes
 * forward: ten thousand results cost what they cost there.
 *
 * An older version holds what is different in the next. Looking into it takes as long as there were changes since, and
 * changing it copies all.
 *
 * @since 0.1.0
 */

/**
 * @category models
 * @since 0.1.0
 */
export class PathMap<A extends object> implements Iterable<readonly [path: string, value: A]> {
  /** Only the newest version has it. */
  private map: Map<string, A> | undefined
  private newer: PathMap<A> | undefined
  /** What was changed to make the newer one, and what was there before. */
  private path = ""
  private value: A | undefined

  private constructor(map: Map<string, A>) {
    this.map = map
  }

  static empty<A extends object>(): PathMap<A> {
    return new PathMap(new Map())
  }

  get(path: string): A | undefined {
    return PathMap.find(this, path)
  }

  has(path: string): boolean {
    return this.get(path) !== undefined
  }

  set(path: string, value: A): PathMap<A> {
    return this.change(path, value)
  }

  /** The same, but this version changes with it: for whoever alone knows it. */
  put(path: string, value: A): PathMap<A> {
    if (this.map === undefined || this.map.size === 0) return this.set(path, value)
    this.map.set(path, value)
    return this
  }

  remove(path: string): PathMap<A> {
    return this.has(path) ? this.change(path, undefined) : this
  }

  [Symbol.iterator](): IterableIterator<[path: string, value: A]> {
    return (this.map ?? PathMap.copy(this)).entries()
  }

  private change(path: string, value: A | undefined): PathMap<A> {
    const { map } = this
    if (map === undefined) return new PathMap(PathMap.copy(this)).change(path, value)
    // What is empty stays as it is, since all runs begin with the same.
    if (map.size === 0) return value === undefined ? this : new PathMap(new Map([[path, value]]))
    this.newer = new PathMap(map)
    this.path = path
    this.value = map.get(path)
    this.map = undefined
    put(map, path, value)
    return this.newer
  }

  private static find<A extends object>(version: PathMap<A>, path: string): A | undefined {
    for (; version.newer !== undefined; version = version.newer) if (version.path === path) return version.value
    return version.map?.get(path)
  }

  private static copy<A extends object>(version: PathMap<A>): Map<string, A> {
    const since: Array<PathMap<A>> = []
    for (; version.newer !== undefined; version = version.newer) since.push(version)
    const map = new Map(version.map)
    for (const { path, value } of since.reverse()) put(map, path, value)
    return map
  }
}

const put = <A>(map: Map<string, A>, path: string, value: A | undefined): void => {
  if (value === undefined) map.delete(path)
  else map.set(path, value)
}
