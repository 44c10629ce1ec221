/** What the interpreter met while it ran: the generators' tests ask for each case often enough. */
export class Coverage {
  readonly counts = new Map<string, number>();

  /** Notes one occurrence. */
  saw(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  add(other: Coverage): void {
    for (const [key, count] of other.counts) this.counts.set(key, this.of(key) + count);
  }

  /** The keys that occurred less often than `least`, with their counts. */
  rare(keys: Iterable<string>, least: number): Record<string, number> {
    return Object.fromEntries([...keys].filter((key) => this.of(key) < least).map((key) => [key, this.of(key)]));
  }
}
