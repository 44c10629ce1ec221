/** Messages on their way out, gathered in one buffer, so that all that is sent in a turn leaves in one write. */

const firstBytes = 16_384;
/** A buffer that once held something large is given up, so that an idle connection keeps little. */
const keptBytes = 262_144;
/** Up to this length a loop over the characters is faster than the call that encodes them. */
const shortText = 64;

const code = { parse: 0x50, bind: 0x42, execute: 0x45, sync: 0x53, close: 0x43 } as const;

export class MessageWriter {
  #bytes = Buffer.allocUnsafe(firstBytes);
  #at = 0;

  /** Parse: the types of the parameters are left to the server. */
  parse(name: string, text: string): void {
    const start = this.#begin(code.parse);
    this.#cstring(name);
    this.#cstring(text);
    this.#int16(0);
    this.#end(start);
  }

  /** Bind and Execute of the unnamed portal; parameters and results as text, null is NULL. */
  bindAndExecute(name: string, params: readonly (string | null)[]): void {
    const start = this.#begin(code.bind);
    this.#byte(0);
    this.#cstring(name);
    this.#int16(0);
    this.#int16(params.length);
    for (const param of params) this.#param(param);
    this.#int16(0);
    this.#end(start);
    const execute = this.#begin(code.execute);
    this.#byte(0);
    this.#int32(0);
    this.#end(execute);
  }

  /** Close of a prepared statement. */
  close(name: string): void {
    const start = this.#begin(code.close);
    this.#byte(0x53);
    this.#cstring(name);
    this.#end(start);
  }

  sync(): void {
    this.#end(this.#begin(code.sync));
  }

  /** What was gathered. It stays as it is until `reuse` or `renew` is called. */
  gathered(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** The gathered bytes have left: their place is free. */
  reuse(): void {
    this.#at = 0;
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafe(firstBytes);
  }

  /** The gathered bytes are still being sent: their buffer is left to the socket. */
  renew(): void {
    this.#at = 0;
    this.#bytes = Buffer.allocUnsafe(firstBytes);
  }

  #begin(type: number): number {
    this.#byte(type);
    this.#int32(0);
    return this.#at;
  }

  #end(start: number): void {
    this.#bytes.writeInt32BE(this.#at - start + 4, start - 4);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  #int16(value: number): void {
    this.#room(2);
    this.#at = this.#bytes.writeUInt16BE(value, this.#at);
  }

  #int32(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  #cstring(text: string): void {
    this.#text(text);
    this.#byte(0);
  }

  #param(param: string | null): void {
    if (param === null) {
      this.#int32(-1);
      return;
    }
    this.#int32(0);
    const start = this.#at;
    this.#text(param);
    this.#bytes.writeInt32BE(this.#at - start, start - 4);
  }

  #text(text: string): void {
    const { length } = text;
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.#room(length * 3);
    if (length > shortText || !this.#ascii(text)) this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  /** Writes a short text; false, with nothing written, when it needs more than ASCII. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return false;
      bytes[start + i] = unit;
    }
    this.#at = start + text.length;
    return true;
  }
}
