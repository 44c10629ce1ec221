/** Control calls about environments and their variables. */
import { errorOf } from '@ashlar/engine';
import { Type } from 'typebox';
import type { Sealer } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { type AnyCall, defineCall, pageOf } from '../../control/define.ts';
import { getWorkspace } from '../workspaces/index.ts';
import { type EnvironmentRecord, getEnvironment, listEnvironments } from './environments.ts';
import { secretKeyMissing, variableUndeclared } from './errors.ts';
import { type Declared, listVariables, setVariables, unsetVariable, variableLengthMax } from './variables.ts';

export interface EnvironmentCallParts {
  readonly postgres: Postgres;
  readonly sealer: Sealer;
  /** Variables that the version in force declares; none before the first publication. */
  readonly declared: (environment: EnvironmentRecord) => Promise<Declared>;
  /** Puts the change in force on this node before the call answers. */
  readonly refresh: () => Promise<void>;
}

const environmentParams = Type.Object({ name: Type.String(), env: Type.String() });
const variableParams = Type.Object({ name: Type.String(), env: Type.String(), variable: Type.String() });
const text = Type.String();
const textOrNull = Type.Union([Type.String(), Type.Null()]);

const variableSchema = Type.Object({
  name: text,
  description: text,
  secret: Type.Boolean(),
  value: textOrNull,
  from: Type.Union([Type.Literal('set'), Type.Literal('default'), Type.Literal('none')]),
  updated_at: textOrNull,
});

/** The calls of this domain. */
export function environmentCalls(parts: EnvironmentCallParts): readonly AnyCall[] {
  return [listEnvironmentsCall(parts), listVariablesCall(parts), setVariableCall(parts), unsetVariableCall(parts)];
}

const listEnvironmentsCall = ({ postgres }: EnvironmentCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path: '/api/workspaces/{name}/environments',
    id: 'listEnvironments',
    summary: "List a workspace's environments",
    permission: 'admin',
    params: Type.Object({ name: Type.String() }),
    paged: true,
    answer: Type.Array(
      Type.Object({ id: text, name: text, is_default: Type.Boolean(), version_id: textOrNull, created_at: text }),
    ),
    errors: ['not_found'],
    handler: async ({ params, query }) => {
      const workspace = await getWorkspace(postgres, params.name);
      const found = await listEnvironments(postgres, workspace.id, query.limit + 1, query.cursor);
      const { page, nextCursor } = pageOf(found, query.limit, (last) => last.name);
      return {
        nextCursor,
        body: page.map((environment) => ({
          id: environment.id,
          name: environment.name,
          is_default: environment.isDefault,
          version_id: environment.versionId,
          created_at: environment.createdAt.toISOString(),
        })),
      };
    },
  });

const listVariablesCall = ({ postgres, sealer, declared }: EnvironmentCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path: '/api/workspaces/{name}/environments/{env}/variables',
    id: 'listVariables',
    summary: 'List declared variables',
    description: 'With their values; the value of a secret is never shown.',
    permission: 'admin',
    params: environmentParams,
    paged: true,
    answer: Type.Array(variableSchema),
    errors: ['not_found'],
    handler: async ({ params, query }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const all = await listVariables(postgres, sealer, environment.id, await declared(environment));
      const found = all.filter(({ name }) => query.cursor === undefined || name > query.cursor);
      const { page, nextCursor } = pageOf(found, query.limit, (last) => last.name);
      return { body: [...page], nextCursor };
    },
  });

const setVariableCall = ({ postgres, sealer, declared, refresh }: EnvironmentCallParts): AnyCall =>
  defineCall({
    method: 'PUT',
    path: '/api/workspaces/{name}/environments/{env}/variables/{variable}',
    id: 'setVariable',
    summary: 'Set a variable',
    description:
      'In force on every node within a second. A secret is only taken where it can be sealed: with the embedded database, or with ASHLAR_SECRET_KEY.',
    permission: 'admin',
    params: variableParams,
    body: Type.Object(
      { value: Type.String({ maxLength: variableLengthMax, pattern: '^[^\\u0000]*$' }) },
      { additionalProperties: false },
    ),
    answer: Type.Object({ changed: Type.Boolean() }),
    errors: ['not_found', variableUndeclared.code, secretKeyMissing.code],
    handler: async ({ params, body }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const known = await declared(environment);
      if (!known.has(params.variable)) throw errorOf(variableUndeclared, { name: params.variable, declared: [...known.keys()] });
      if (known.get(params.variable)?.secret === true && !sealer.seals)
        throw errorOf(secretKeyMissing, { names: [params.variable] });
      const changed = await setVariables(postgres, sealer, environment.id, new Map([[params.variable, body.value]]));
      if (changed > 0) await refresh();
      return { body: { changed: changed > 0 } };
    },
  });

const unsetVariableCall = ({ postgres, refresh }: EnvironmentCallParts): AnyCall =>
  defineCall({
    method: 'DELETE',
    path: '/api/workspaces/{name}/environments/{env}/variables/{variable}',
    id: 'unsetVariable',
    summary: 'Take the value of a variable away',
    description: 'Its default holds again. A value whose variable is no longer declared can be taken away too.',
    permission: 'admin',
    params: variableParams,
    answer: Type.Object({ changed: Type.Boolean() }),
    errors: ['not_found'],
    handler: async ({ params }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const changed = await unsetVariable(postgres, environment.id, params.variable);
      if (changed) await refresh();
      return { body: { changed } };
    },
  });
