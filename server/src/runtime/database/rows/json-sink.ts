/** Where JSON is gathered as bytes, before it becomes one string. */

const firstBytes = 16_384;
/** Larger buffers than this are left to the garbage collector, more of them as well. */
const keptBytes = 1_048_576;
const keptSinks = 8;
const idle: JsonSink[] = [];

/** A growing buffer. Whoever writes into `bytes` has asked for room before, and moves `at`. */
export class JsonSink {
  bytes: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  /** Where the next byte goes. */
  at = 0;
  /** All bytes of fields, or'ed: ASCII alone below 128. */
  seen = 0;

  /** A sink to write into from its beginning. Those that were given back are used again: growing one costs more than its rows. */
  static take(): JsonSink {
    const sink = idle.pop() ?? new JsonSink();
    sink.at = 0;
    sink.seen = 0;
    return sink;
  }

  giveBack(): void {
    if (idle.length < keptSinks && this.bytes.length <= keptBytes) idle.push(this);
  }

  /** Makes sure that so many bytes can be written. */
  room(length: number): void {
    if (this.bytes.length - this.at < length) this.#grow(this.at + length);
  }

  /** Everything so far, one character a byte. */
  latin1(): string {
    this.#checkRoom();
    return this.bytes.toString('latin1', 0, this.at);
  }

  #grow(least: number): void {
    this.#checkRoom();
    const larger = Buffer.allocUnsafeSlow(Math.max(least, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  /** Bytes beyond the end of a buffer are lost in silence: better no answer than one that lacks some. */
  #checkRoom(): void {
    if (this.at > this.bytes.length) throw new Error('JSON was written without room for it');
  }

  /** Copies bytes of ASCII; there must be room. */
  copy(source: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { at } = this;
    for (let i = from; i < to; i++) bytes[at++] = source[i]!;
    this.at = at;
  }

  /** Writes a text, making room for it. */
  text(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.room(text.length * 3);
    const written = this.bytes.write(text, this.at, 'utf8');
    if (written > text.length) this.seen |= 0x80;
    this.at += written;
  }
}
