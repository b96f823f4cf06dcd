/** What lies at which place, as far as this process has seen it there or put it there itself. */
export class Presence {
  readonly #at = new Map<string, Set<string>>()
  has(place: string, name: string): boolean {
    return this.#at.get(place)?.has(name) ?? false
  }
  add(place: string, name: string): void {
    const names = this.#at.get(place) ?? new Set()
    this.#at.set(place, names.add(name))
  }
  /** Of the rest nobody asks any more. */
  keepOnly(place: string, names: ReadonlySet<string>): void {
    this.#at.set(place, new Set([...(this.#at.get(place) ?? [])].filter((n) => names.has(n))))
  }
}
