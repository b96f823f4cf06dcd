/**
 * An error as it is kept beside a message: our words and Meta's code. Meta's own sentence (`details`) may repeat numbers and texts of the
 * message; it stays in the delivery, which is sealed.
 */
export const withoutWords = <E extends object>(error: E): E => {
  const { details: _, ...rest } = { details: undefined, ...error }
  return rest as E
}
