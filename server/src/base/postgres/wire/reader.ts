/** Cuts what arrives into messages, wherever the network cut it. */
import { headerBytes, longestMessageBytes } from './messages.ts';

/**
 * Gets one message: its first byte, and where its body begins and ends. The bytes are only its own during the call.
 * @returns false to stop reading: the rest is thrown away
 */
export type TakeMessage = (type: number, bytes: Buffer, start: number, end: number) => boolean;

export class MessageReader {
  readonly #take: TakeMessage;
  readonly #refuse: (reason: string) => void;
  /** A message that has not arrived whole, in a buffer of its own that becomes as long as the message. */
  #partial: Buffer | null = null;
  #filled = 0;

  /** @param refuse called when the bytes can be no message; nothing more is read then */
  constructor(take: TakeMessage, refuse: (reason: string) => void) {
    this.#take = take;
    this.#refuse = refuse;
  }

  /** Whether nothing of a message is waiting for its rest. */
  get empty(): boolean {
    return this.#partial === null;
  }

  read(chunk: Buffer): void {
    let at = 0;
    if (this.#partial !== null) {
      at = this.#fill(this.#partial, chunk);
      if (at === -1) return;
    }
    const end = chunk.length;
    while (end - at >= headerBytes) {
      const length = chunk.readInt32BE(at + 1);
      if (!this.#possible(length)) return;
      const next = at + 1 + length;
      if (next > end) break;
      if (!this.#take(chunk[at] ?? 0, chunk, at + headerBytes, next)) return;
      at = next;
    }
    if (at < end) this.#keep(chunk, at);
  }

  /** Forgets what has arrived of a message. */
  reset(): void {
    this.#partial = null;
    this.#filled = 0;
  }

  #possible(length: number): boolean {
    if (length >= 4 && length <= longestMessageBytes) return true;
    this.reset();
    this.#refuse(`a message of ${length} bytes`);
    return false;
  }

  #keep(chunk: Buffer, at: number): void {
    const rest = chunk.length - at;
    const whole = rest >= headerBytes ? 1 + chunk.readInt32BE(at + 1) : headerBytes;
    this.#partial = Buffer.allocUnsafe(Math.max(whole, headerBytes));
    this.#filled = chunk.copy(this.#partial, 0, at);
  }

  /** Adds the chunk to the waiting message. Answers where the next message begins in the chunk, -1 when the chunk is used up. */
  #fill(waiting: Buffer, chunk: Buffer): number {
    let partial = waiting;
    let at = 0;
    if (this.#filled < headerBytes) {
      at = chunk.copy(partial, this.#filled, 0, headerBytes - this.#filled);
      this.#filled += at;
      if (this.#filled < headerBytes) return -1;
    }
    const length = partial.readInt32BE(1);
    if (!this.#possible(length)) return -1;
    if (partial.length < 1 + length) {
      const header = partial;
      partial = Buffer.allocUnsafe(1 + length);
      header.copy(partial, 0, 0, this.#filled);
      this.#partial = partial;
    }
    const used = chunk.copy(partial, this.#filled, at, at + 1 + length - this.#filled);
    this.#filled += used;
    at += used;
    if (this.#filled < 1 + length) return -1;
    this.reset();
    return this.#take(partial[0] ?? 0, partial, headerBytes, 1 + length) ? at : -1;
  }
}
