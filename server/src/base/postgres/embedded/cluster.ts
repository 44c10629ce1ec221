/** Making a database cluster, and its configuration. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { randomPassword } from '../names.ts';
import { StartError } from '../start-error.ts';
import { type Account, spawnAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { ClusterFolders } from './folders.ts';

/** The cluster's own role; everything that no workspace may do is done as it. */
export const superuser = 'ashlar';
/** What clients are allowed to open. */
export const maxConnections = 100;

/** Makes the cluster where there is none. `durable: false` is for tests: a crash of the machine loses it. */
export async function makeCluster(folders: ClusterFolders, binaries: Binaries, durable: boolean): Promise<void> {
  const versionFile = join(folders.data, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, 'utf8').trim();
    if (found !== binaries.major)
      throw new StartError(
        `The data in ${folders.data} are of PostgreSQL ${found}, the packaged one is ${binaries.major}: install the release that made them, and move the data over.`,
      );
    return;
  }
  if (existsSync(folders.data))
    throw new StartError(
      `${folders.data} is there, but is no database (it has no PG_VERSION): move it away to begin with an empty one.`,
    );
  writePrivate(folders.passwordFile, randomPassword(), folders.account);
  removeUnfinished(folders);
  // Made beside its place, so that a start which is ended halfway leaves no half cluster; under a name of its own, because the
  // programs of a killed start may still be writing to theirs.
  const unfinished = `${folders.data}.new-${process.pid}`;
  const locale =
    Number(binaries.major) >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C'];
  const { code, output } = await run(join(binaries.folder, 'bin/initdb'), folders, [
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    `--pwfile=${folders.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...locale,
    '--data-checksums',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (code !== 0) throw new StartError(`PostgreSQL's data folder could not be made: ${lastLine(output)}`);
  renameSync(unfinished, folders.data);
}

/** What starts that were ended halfway left behind. */
function removeUnfinished({ root, data }: ClusterFolders): void {
  const prefix = `${basename(data)}.new`;
  for (const name of readdirSync(root).filter((found) => found.startsWith(prefix)))
    rmSync(join(root, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Writes the configuration anew, so that a new release's settings reach an old folder. */
export function writeConfiguration(folders: ClusterFolders, durable: boolean): void {
  const memoryMb = Math.floor(totalmem() / 1_048_576);
  const sharedMb = durable ? Math.max(128, Math.min(2_048, Math.floor(memoryMb / 16))) : 128;
  const settings: Record<string, string> = {
    listen_addresses: "''",
    unix_socket_directories: `'${folders.socket.replaceAll("'", "''")}'`,
    unix_socket_permissions: '0700',
    max_connections: String(maxConnections),
    password_encryption: 'scram-sha-256',
    shared_buffers: `${sharedMb}MB`,
    effective_cache_size: `${Math.max(sharedMb, Math.floor(memoryMb / 4))}MB`,
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '2GB',
    // After a crash everything is synced first: file by file that takes seconds with many databases.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    max_wal_senders: '0',
    random_page_cost: '1.1',
    max_locks_per_transaction: '256',
    jit: 'off',
    timezone: "'UTC'",
    log_timezone: "'UTC'",
    datestyle: "'iso, ymd'",
    lc_messages: "'C'",
    default_text_search_config: "'pg_catalog.simple'",
    // Statements and values of workspaces are no business of a log file: only the server's own state is written.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_line_prefix: "'%m [%p] '",
    logging_collector: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const text = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writePrivate(
    join(folders.data, 'postgresql.conf'),
    `# Written by Ashlar at each start; changes are lost.\n${text.join('')}`,
    folders.account,
  );
  writePrivate(
    join(folders.data, 'pg_hba.conf'),
    '# Written by Ashlar at each start.\nlocal all all scram-sha-256\n',
    folders.account,
  );
}

/** The password that the cluster was made with. */
export function readPassword(folders: ClusterFolders): string {
  if (!existsSync(folders.passwordFile))
    throw new StartError(`${folders.passwordFile} is gone; it holds the database's password.`);
  return readFileSync(folders.passwordFile, 'utf8');
}

function writePrivate(path: string, text: string, account: Account | null): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  if (account !== null) chownSync(path, account.uid, account.gid);
}

/** Environment of PostgreSQL's processes: none of the server's own. */
export const cleanEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const;

function run(
  program: string,
  folders: ClusterFolders,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: folders.root,
      env: cleanEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...spawnAs(folders.account),
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-8_192);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** The last line that says something: what a person needs of a program's output. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.findLast((line) => /error|fatal/i.test(line)) ?? lines.findLast((line) => line !== '') ?? 'it said nothing';
}
