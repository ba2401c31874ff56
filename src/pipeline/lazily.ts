/**
 * @since 0.1.0
 */

/**
 * Made once, when it is first asked for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const lazily = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}
