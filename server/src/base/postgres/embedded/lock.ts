/** One server a data folder: a lock that the kernel lets go of when the process dies, however it dies. */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../start-error.ts';

/** How long a held lock is waited for. */
const waitMs = 2_000;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder. On Linux it is a socket in the abstract name space, elsewhere one in `socketFolder`, which is
 * taken over when nobody answers on it. Throws StartError where another process holds it.
 */
export async function lockFolder(folder: string, socketFolder: string): Promise<FolderLock> {
  const path = realpathSync(folder);
  const { dev, ino } = statSync(path);
  const name = createHash('sha256').update(`${dev}:${ino}:${path}`).digest('hex').slice(0, 32);
  const abstract = process.platform === 'linux';
  const address = abstract ? `\0ashlar-${name}` : join(socketFolder, 'lock');
  const server = await listenSoon(address, abstract);
  if (server === null)
    throw new StartError(`Another server uses the data folder ${folder}: stop it, or choose another folder with ASHLAR_DATA.`);
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Tries for a while: a server that was just killed or is stopping lets go a moment later. */
async function listenSoon(address: string, abstract: boolean): Promise<Server | null> {
  const end = performance.now() + waitMs;
  for (;;) {
    const server = await listen(address);
    if (server !== null) return server;
    // A socket file outlives its process; nobody answers on it then.
    if (!abstract && !(await answers(address))) rmSync(address, { force: true });
    if (performance.now() > end) return null;
    await sleep(50);
  }
}

/** Listens there; null when the address is taken. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen({ path: address, exclusive: true }, () => resolve(server));
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
