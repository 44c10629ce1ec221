/** Builds a snapshot from the control database, off the hot path. */
import { limitsOf } from '@ashlar/engine';
import type { Sealer } from '../../base/crypto/index.ts';
import type { Log } from '../../base/log/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import {
  type EnvironmentRecord,
  environmentsInForce,
  envOf,
  openSecrets,
  type StoredVariables,
  storedVariables,
} from '../environments/index.ts';
import type { VersionCache } from './compile-version.ts';
import { type Revocations, revocationsOf } from './revocations.ts';
import type { ServedEnvironment, ServedGroup, Snapshot } from './snapshot.ts';

export interface BuildParts {
  readonly postgres: Postgres;
  readonly sealer: Sealer;
  readonly cache: VersionCache;
  readonly log: Log;
}

/** What one transaction read: all of one moment. */
interface ControlState {
  readonly revision: number;
  readonly environments: readonly EnvironmentRecord[];
  readonly variables: StoredVariables;
  readonly revocations: ReadonlyMap<string, Revocations>;
}

/** What an environment was built from, to tell whether it must be built again. */
const builtFrom = new WeakMap<ServedEnvironment, string>();

/** Builds it, taking over from `last` what did not change. An environment whose version does not compile here is left out, or stays as it was. */
export async function buildSnapshot(parts: BuildParts, last: Snapshot | undefined): Promise<Snapshot> {
  const state = await readState(parts.postgres);
  const environments = new Map<string, ServedEnvironment>();
  for (const record of state.environments) {
    const before = last?.environments.get(record.id);
    const served = await serve(parts, record, state, before);
    if (served !== undefined) environments.set(record.id, served);
  }
  parts.cache.prune(new Set([...environments.values()].map((environment) => environment.versionId)));
  return { revision: state.revision, environments, groups: groupsOf(environments, last) };
}

function readState(postgres: Postgres): Promise<ControlState> {
  return postgres.controlTransaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const { rows } = await client.query<{ revision: string }>('select revision from instance');
    return {
      revision: Number(rows[0]?.revision ?? 0),
      environments: await environmentsInForce(client),
      variables: await storedVariables(client),
      revocations: await revocationsOf(client),
    };
  });
}

async function serve(
  parts: BuildParts,
  record: EnvironmentRecord,
  state: ControlState,
  before: ServedEnvironment | undefined,
): Promise<ServedEnvironment | undefined> {
  const variables = state.variables.get(record.id);
  const revocations = state.revocations.get(record.id);
  const source = JSON.stringify([record, [...(variables ?? [])], revocations?.fingerprint ?? null]);
  if (before !== undefined && builtFrom.get(before) === source) return before;
  try {
    const served = await build(parts, record, variables, revocations);
    builtFrom.set(served, source);
    return served;
  } catch (error) {
    parts.log.error('an environment can not be brought up to date', {
      workspace: record.workspace,
      environment: record.name,
      version: record.versionId,
      reason: error instanceof Error ? error.message : String(error),
    });
    return before;
  }
}

async function build(
  { cache, sealer }: BuildParts,
  record: EnvironmentRecord,
  variables: ReadonlyMap<string, string> | undefined,
  revocations: Revocations | undefined,
): Promise<ServedEnvironment> {
  const versionId = record.versionId ?? '';
  const { compiled } = await cache.get(versionId);
  const { database, tokenKey } = openSecrets(record, sealer);
  return {
    id: record.id,
    workspaceId: record.workspaceId,
    workspace: record.workspace,
    name: record.name,
    isDefault: record.isDefault,
    versionId,
    database,
    compiled,
    env: envOf(record.id, compiled.workspace.env, variables, sealer),
    limits: limitsOf(compiled.workspace.settings),
    tokenKey,
    validAfter: revocations?.validAfter ?? new Map(),
    revokedTokens: revocations?.revokedTokens ?? new Set(),
  };
}

/** A group stays the same object while its environment does: whoever keeps something for it (its routes) finds it again. */
function groupsOf(environments: ReadonlyMap<string, ServedEnvironment>, last: Snapshot | undefined): Map<string, ServedGroup> {
  const groups = new Map<string, ServedGroup>();
  for (const environment of environments.values()) {
    const { workspace, endpoints } = environment.compiled;
    for (const definition of workspace.groups.values()) {
      const path = environment.isDefault ? definition.path : `${definition.path}:${environment.name}`;
      const before = last?.groups.get(path);
      if (before !== undefined && before.environment === environment) {
        groups.set(path, before);
        continue;
      }
      const own = endpoints.filter((endpoint) => endpoint.definition.group === definition.folder);
      groups.set(path, { definition, environment, endpoints: own });
    }
  }
  return groups;
}
