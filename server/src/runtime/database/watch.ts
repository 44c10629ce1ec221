/**
 * Watches statements under way: at a run's deadline, or when its client went away (reads only), PostgreSQL is asked to cancel
 * the statement; where it doesn't answer that within half a second, the caller is released and the connection thrown away.
 * One timer for all statements of the node, because a timer for each would cost every request.
 */
import { connect } from 'node:net';
import { cancelled, deadlineExceeded, errorOf, type Run } from '@ashlar/engine';
import type { PoolClient } from 'pg';

/** One statement under way. */
interface Watched {
  readonly run: Run;
  readonly client: PoolClient;
  /** Whether the client's going away stops it. */
  readonly stoppable: boolean;
  readonly giveUp: (error: Error) => void;
  /** When PostgreSQL was asked to cancel, of the run's clock; 0: not yet. */
  cancelledAt: number;
}

const lookEveryMs = 25;
const patienceMs = 500;

/** Every statement of this node that has not answered yet. */
export class StatementWatch {
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  /**
   * Waits for a statement. Throws `deadline_exceeded` or `cancelled` when it was stopped, else what the statement threw.
   * After `abandoned` was called its connection is in doubt: it must be closed.
   */
  async during<T>(run: Run, client: PoolClient, stoppable: boolean, abandoned: () => void, start: () => Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = (error: Error): void => {
      abandoned();
      reject(error);
    };
    const watched: Watched = { run, client, stoppable, giveUp, cancelledAt: 0 };
    this.#watched.add(watched);
    try {
      return await Promise.race([start(), promise]);
    } catch (error) {
      if (watched.cancelledAt === 0) throw error;
      throw stopReason(run, error);
    } finally {
      this.#watched.delete(watched);
      // A cancellation that comes too late would hit whatever runs next on the connection.
      if (watched.cancelledAt !== 0) abandoned();
    }
  }

  /** Ends the timer. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const one of this.#watched) {
      const now = one.run.clock();
      if (one.cancelledAt === 0) {
        const stopped = one.stoppable && one.run.signal?.aborted === true;
        if (!stopped && now <= one.run.deadlineAt) continue;
        one.cancelledAt = now;
        cancelStatement(one.client);
      } else if (now - one.cancelledAt > patienceMs) one.giveUp(stopReason(one.run, undefined));
    }
  }
}

function stopReason(run: Run, cause: unknown): Error {
  if (run.clock() > run.deadlineAt) return errorOf(deadlineExceeded, { deadlineMs: run.limits.deadlineMs }, { cause });
  return errorOf(cancelled, {}, { cause });
}

/** CancelRequest of the protocol (documentation, 54.2.8): code, process and secret key on a connection of its own. */
const cancelRequestCode = 80_877_102;

/** Asks PostgreSQL to cancel what the client is doing. Nothing is heard of it but the statement's own error. */
function cancelStatement(client: PoolClient): void {
  const { processID, secretKey, host, port } = keysOf(client);
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(cancelRequestCode, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.setTimeout(1_000, () => socket.destroy());
  // Whether it arrives or not: the watch has its own patience.
  socket.on('error', () => {});
  socket.end(message);
}

interface Keys {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
}

/** What a client of `pg` holds beside its declared members. */
function keysOf(client: PoolClient): Keys {
  const number = (name: string): number => {
    const value: unknown = Reflect.get(client, name);
    return typeof value === 'number' ? value : 0;
  };
  const host: unknown = Reflect.get(client, 'host');
  return {
    processID: number('processID'),
    secretKey: number('secretKey'),
    host: typeof host === 'string' ? host : '127.0.0.1',
    port: number('port'),
  };
}
