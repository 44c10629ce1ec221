/** Where the embedded database's files lie. */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../start-error.ts';
import { type Account, chooseAccount, firstClosedFolder } from './account.ts';

export interface ClusterFolders {
  /** `<data>/postgres`: everything below belongs to the account. */
  readonly root: string;
  /** PGDATA. */
  readonly data: string;
  /** Holds the socket; 0700, short enough for a socket's path. */
  readonly socket: string;
  readonly passwordFile: string;
  readonly logFile: string;
  readonly account: Account | null;
  /** True where the asked folder could not be used and another was taken. */
  readonly moved: boolean;
}

/** Base of the folders that are used where PostgreSQL's account can't reach the default one. */
const sharedBase = '/var/lib/ashlar';
/** A socket's path may have 103 bytes on macOS, 107 on Linux; `/.s.PGSQL.5432` takes 14. */
const socketFolderBytes = 85;

/**
 * Decides where the files go and makes the folders. `explicit`: the folder was asked for by ASHLAR_DATA, so that no other may be
 * taken. Throws StartError, naming the folder to open, where the account can't reach it.
 */
export function prepareFolders(dataPath: string, explicit: boolean, base = sharedBase): ClusterFolders {
  const asked = place(dataPath);
  if (asked.closed === null) return make(asked.root, asked.account, false);
  const { closed, account } = asked;
  if (account === null)
    throw new StartError(`${closed} can not be entered by this user: choose another folder with ASHLAR_DATA.`);
  if (explicit)
    throw new StartError(
      `PostgreSQL runs as the account ${account.name}, which can not enter ${closed}: open it (chmod o+x ${closed}) or choose another folder with ASHLAR_DATA.`,
    );
  const other = place(join(base, hash(realPathOf(dataPath))));
  if (other.closed !== null)
    throw new StartError(
      `The account ${account.name} can enter neither ${closed} nor ${other.closed}: choose a folder with ASHLAR_DATA.`,
    );
  return make(other.root, other.account, true);
}

/** The path without links; what doesn't exist yet keeps its name, so that the answer is the same before and after it is made. */
function realPathOf(path: string): string {
  return existsSync(path) || dirname(path) === path ? realpathSync(path) : join(realPathOf(dirname(path)), basename(path));
}

function place(dataPath: string): { root: string; account: Account | null; closed: string | null } {
  const root = join(dataPath, 'postgres');
  const account = chooseAccount(root);
  return { root, account, closed: firstClosedFolder(account, dataPath) };
}

function make(root: string, account: Account | null, moved: boolean): ClusterFolders {
  try {
    makeOuter(dirname(root));
    makePrivate(root, account);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The folder ${root} can not be made: ${(error as Error).message}.`);
  }
  const inside = join(root, 'socket');
  const socket = Buffer.byteLength(inside) <= socketFolderBytes ? inside : `/tmp/ashlar-${hash(realpathSync(root))}`;
  makePrivate(socket, account);
  return {
    root,
    data: join(root, 'data'),
    socket,
    passwordFile: join(root, 'password'),
    logFile: join(root, 'postgresql.log'),
    account,
    moved,
  };
}

/** Folders above the account's own may be passed through by it, not listed. */
function makeOuter(folder: string): void {
  if (existsSync(folder)) return;
  makeOuter(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o711);
}

/** A 0700 folder of the account. Refuses one that somebody else laid there, and a link. */
function makePrivate(folder: string, account: Account | null): void {
  const uid = account?.uid ?? process.getuid?.();
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 });
    if (account !== null) chownSync(folder, account.uid, account.gid);
  }
  let found = lstatSync(folder);
  if (account !== null && found.uid === 0 && found.isDirectory()) {
    // Made by an earlier start that was ended before it could hand the folder over.
    chownSync(folder, account.uid, account.gid);
    found = lstatSync(folder);
  }
  if (!found.isDirectory() || found.uid !== uid)
    throw new StartError(`${folder} belongs to uid ${found.uid}; PostgreSQL needs a folder of its own (uid ${uid}) there.`);
  if ((statSync(folder).mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
