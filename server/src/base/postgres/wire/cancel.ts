/** CancelRequest of the protocol (documentation, 54.2.8): code, process and secret key on a connection of its own. */
import { connect } from 'node:net';
import type { ClientBase } from 'pg';

const cancelRequestCode = 80_877_102;
const patienceMs = 1_000;

/** Asks PostgreSQL to cancel what the client's session is doing. Nothing is heard of it but the statement's own error. */
export function cancelStatement(client: ClientBase): void {
  const { processID, secretKey, host, port } = keysOf(client);
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(cancelRequestCode, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.setTimeout(patienceMs, () => socket.destroy());
  // Whether it arrives or not: whoever waits has a patience of their own.
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
function keysOf(client: ClientBase): Keys {
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
