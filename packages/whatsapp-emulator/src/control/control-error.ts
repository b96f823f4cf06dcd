/** A request to the control API that cannot be done, with the HTTP status to answer. */
export class ControlError extends Error {
  override name = 'ControlError'
  readonly http: number

  constructor(http: number, message: string) {
    super(message)
    this.http = http
  }
}
