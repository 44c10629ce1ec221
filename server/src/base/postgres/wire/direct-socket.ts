/** A socket whose bytes are read into one buffer of the process, instead of into a new one each time. */
import { Socket } from 'node:net';

/** All sockets share it: what one has read is worked through before another one reads. */
const shared = Buffer.allocUnsafe(65_536);

export class DirectSocket extends Socket {
  /** Takes what arrives, which is only there during the call; null: it is emitted as `data`, a copy. */
  reader: ((bytes: Buffer) => void) | null = null;

  constructor() {
    super({ onread: { buffer: shared, callback: (count) => this.#take(count) } });
  }

  #take(count: number): boolean {
    if (this.reader === null) this.emit('data', Buffer.from(shared.subarray(0, count)));
    else this.reader(shared.subarray(0, count));
    return true;
  }
}
