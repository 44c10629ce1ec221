/** The account that PostgreSQL runs as: it refuses to run as root. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Under root: the owner of the data where there are some, else `postgres` where that account exists, else `nobody`. No account
 * is made. Under anyone else null: PostgreSQL runs as oneself.
 */
export function chooseAccount(dataFolder: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(dataFolder)) {
    const { uid, gid } = statSync(dataFolder);
    if (uid !== 0) return { name: nameOf(uid), uid, gid };
  }
  const account = lookUp('postgres') ?? lookUp('nobody');
  if (account === null)
    throw new StartError(
      'PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody: start the server as another user.',
    );
  return account;
}

function nameOf(uid: number): string {
  try {
    return execFileSync('id', ['-un', String(uid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return `uid ${uid}`;
  }
}

function lookUp(name: string): Account | null {
  const ask = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    const account = { name, uid: ask('-u'), gid: ask('-g') };
    return account.uid > 0 ? account : null;
  } catch {
    return null;
  }
}

/** Whether the account can enter the folder, tried as that account: mode bits alone don't tell (ACLs, mounts). */
export function canReach(account: Account | null, folder: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { stdio: 'ignore', cwd: '/', ...spawnAs(account) });
  return status === 0;
}

/** The outermost folder on the way to `folder` that the account can't enter; null when there is none. */
export function firstClosedFolder(account: Account | null, folder: string): string | null {
  if (!existsSync(folder)) return firstClosedFolder(account, dirname(folder));
  if (canReach(account, folder)) return null;
  return (dirname(folder) === folder ? null : firstClosedFolder(account, dirname(folder))) ?? folder;
}

/** Options for spawn; empty for oneself. */
export function spawnAs(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}
