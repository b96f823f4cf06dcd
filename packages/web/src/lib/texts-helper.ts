type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }

/** Both languages must have exactly the same keys: a missing or extra one is a type error. */
export const texts = <const T>(portuguese: T, english: Shape<T>): { 'pt-BR': T; en: Shape<T> } => ({
  'pt-BR': portuguese,
  en: english,
})
