/** A proxy in front of PostgreSQL that does to the bytes what networks do: cuts, splits, delays, silence. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Direction = 'toServer' | 'toClient';

/** Ends a connection after so many more messages in one direction (of all connections together), within the next one. */
export interface Cut {
  readonly direction: Direction;
  messages: number;
  /** Bytes of the message that still get through. */
  readonly bytes: number;
}

/** What happens to the bytes at the moment. */
export interface Weather {
  cut: Cut | null;
  /** Pieces of at most so many bytes; 0: as they come. */
  splitBytes: number;
  /** Each piece waits up to so long. */
  delayMs: number;
  /** Nothing gets through in this direction; whoever sends is held up as soon as the buffers are full. */
  silent: Direction | 'both' | null;
}

const fine = (): Weather => ({ cut: null, splitBytes: 0, delayMs: 0, silent: null });

export class NetworkProxy {
  readonly #server: Server;
  readonly #target: string;
  readonly #random: () => number;
  readonly #open = new Set<Link>();
  weather: Weather = fine();

  private constructor(target: string, random: () => number) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer((client) => {
      const link = new Link(client, connect(this.#target), this, this.#random);
      this.#open.add(link);
      client.on('close', () => this.#open.delete(link));
    });
  }

  /** @param target path of the server's Unix socket */
  static async start(target: string, random: () => number): Promise<NetworkProxy> {
    const proxy = new NetworkProxy(target, random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  clear(): void {
    this.weather = fine();
  }

  /** Ends every connection. */
  cutAll(): void {
    for (const link of this.#open) link.destroy();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One connection, both ways. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #proxy: NetworkProxy;
  readonly #random: () => number;

  constructor(client: Socket, server: Socket, proxy: NetworkProxy, random: () => number) {
    this.#client = client;
    this.#server = server;
    this.#proxy = proxy;
    this.#random = random;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay();
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
    void this.#carry('toServer', client, server);
    void this.#carry('toClient', server, client);
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  async #carry(direction: Direction, from: Socket, to: Socket): Promise<void> {
    const messages = new MessageEnds(direction === 'toServer');
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        const through = this.#cutIn(direction, chunk, messages);
        for (const piece of this.#pieces(chunk.subarray(0, through))) await this.#pass(direction, to, piece);
        if (through < chunk.length) this.destroy();
      }
      to.end();
    } catch {
      this.destroy();
    }
  }

  /** How many bytes of the chunk get through before the connection is cut. */
  #cutIn(direction: Direction, chunk: Buffer, messages: MessageEnds): number {
    for (const end of messages.read(chunk)) {
      const { cut } = this.#proxy.weather;
      if (cut === null || cut.direction !== direction) continue;
      cut.messages -= 1;
      if (cut.messages >= 0) continue;
      this.#proxy.weather.cut = null;
      return Math.min(end + cut.bytes, chunk.length - 1);
    }
    return chunk.length;
  }

  #pieces(chunk: Buffer): Buffer[] {
    const { splitBytes } = this.#proxy.weather;
    // A large row would take minutes.
    if (splitBytes === 0 || chunk.length > 4_096) return chunk.length === 0 ? [] : [chunk];
    const pieces: Buffer[] = [];
    for (let at = 0; at < chunk.length; ) {
      const length = 1 + Math.floor(this.#random() * splitBytes);
      pieces.push(chunk.subarray(at, at + length));
      at += length;
    }
    return pieces;
  }

  async #pass(direction: Direction, to: Socket, piece: Buffer): Promise<void> {
    const { weather } = this.#proxy;
    if (weather.delayMs > 0) await sleep(this.#random() * weather.delayMs);
    else if (weather.splitBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    while (this.#isSilent(direction)) await sleep(10);
    if (to.destroyed) throw new Error('the other side has gone');
    if (!to.write(piece)) await drained(to);
  }

  #isSilent(direction: Direction): boolean {
    const { silent } = this.#proxy.weather;
    return (silent === direction || silent === 'both') && !this.#client.destroyed && !this.#server.destroyed;
  }
}

/** Resolves when the socket takes more again, or is closed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go);
      socket.off('close', go);
      resolve();
    };
    socket.on('drain', go);
    socket.on('close', go);
  });
}

/** Where messages end in a stream of the protocol. */
class MessageEnds {
  /** A client's first message has no type. */
  #untyped: boolean;
  #header: number[] = [];
  #left = 0;

  constructor(fromClient: boolean) {
    this.#untyped = fromClient;
  }

  /** Where in the chunk messages end: the place after their last byte. */
  *read(chunk: Buffer): Generator<number> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) {
        this.#header.push(chunk[at] ?? 0);
        at += 1;
        if (this.#header.length < (this.#untyped ? 4 : 5)) continue;
        this.#left = Buffer.from(this.#header.slice(-4)).readInt32BE(0) - 4;
        this.#header = [];
        this.#untyped = false;
      }
      const taken = Math.min(this.#left, chunk.length - at);
      this.#left -= taken;
      at += taken;
      if (this.#left === 0) yield at;
    }
  }
}
