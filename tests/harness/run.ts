/** Runs for tests of the effects' bodies: a served environment on a database, and runs in it, without a compiler. */
import { type CompiledWorkspace, defaultLimits, type Effects, type Limits, Run, type RunOptions } from '@ashlar/engine';
import type { DatabaseRef } from '../../server/src/base/postgres/index.ts';
import type { ServedEnvironment } from '../../server/src/domains/publishing/index.ts';
import type { RunHost } from '../../server/src/runtime/index.ts';

/** A workspace without a file. */
export const emptyWorkspace: CompiledWorkspace = {
  workspace: {
    settings: { name: 'test', description: '', timezone: 'UTC', perPage: 25, maxRows: 10_000, decimals: 'number', limits: {} },
    env: new Map(),
    tables: new Map(),
    groups: new Map(),
    endpoints: [],
    functions: new Map(),
    tasks: new Map(),
    seeds: [],
  },
  endpoints: [],
  functions: new Map(),
  tasks: new Map(),
};

/** An environment as a snapshot would hold it. */
export function testEnvironment(database: DatabaseRef, more: Partial<ServedEnvironment> = {}): ServedEnvironment {
  return {
    id: 'env_test',
    workspaceId: 'ws_test',
    workspace: 'test',
    name: 'dev',
    isDefault: true,
    versionId: 'ver_test',
    database,
    compiled: emptyWorkspace,
    env: {},
    limits: defaultLimits,
    tokenKey: new Uint8Array(32).fill(1),
    validAfter: new Map(),
    revokedTokens: new Set(),
    ...more,
  };
}

/** A database that nothing asks. */
export const noDatabase: DatabaseRef = {
  database: '',
  ownerRole: '',
  appRole: '',
  appPassword: '',
  queryRole: '',
  queryPassword: '',
};

export interface TestRun {
  readonly run: Run;
  readonly host: RunHost;
}

/** A run with its host. */
export function testRun(
  effects: Effects,
  environment: ServedEnvironment,
  options: Partial<Omit<RunOptions, 'limits'>> & { readonly limits?: Partial<Limits>; readonly endpoint?: string } = {},
): TestRun {
  const { limits, endpoint = 'GET /api:test/thing', ...more } = options;
  const host: RunHost = { environment, endpoint, clientAddress: '127.0.0.1', actor: null };
  const run = new Run({
    effects,
    limits: { ...defaultLimits, ...limits },
    requestId: 'req_test',
    request: null,
    auth: null,
    env: {},
    timezone: 'UTC',
    decimals: 'number',
    sealKey: new Uint8Array(32),
    clock: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...more,
    host,
  });
  return { run, host };
}
