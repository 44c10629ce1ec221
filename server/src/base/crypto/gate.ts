/** Too many callers wait for the same scarce thing. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/** Lets `width` pieces of work run at a time and `queue` more wait, first come first served. */
export class Gate {
  readonly #width: number;
  readonly #queue: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(width: number, queue: number) {
    this.#width = width;
    this.#queue = queue;
  }

  /** Runs the work in its turn. Throws `Busy` at once when the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#width) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // The place is handed on, not freed and taken again: nobody overtakes the line.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#queue) throw new Busy('too many wait');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
