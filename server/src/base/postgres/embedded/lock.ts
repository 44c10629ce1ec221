/** One server a data folder: a lock that the kernel lets go of when the process dies, however it dies. */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';

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
  let server = await listen(address);
  if (server === null && !abstract && !(await answers(address))) {
    rmSync(address, { force: true });
    server = await listen(address);
  }
  if (server === null)
    throw new StartError(`Another server uses the data folder ${folder}: stop it, or choose another folder with ASHLAR_DATA.`);
  const held = server;
  held.unref();
  return { release: () => new Promise((resolve) => held.close(() => resolve())) };
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
