/** Control calls that remove an environment or a workspace. Each wants the name a second time. */
import { errorOf } from '@ashlar/engine';
import { Type } from 'typebox';
import { type AnyCall, defineCall } from '../../control/define.ts';
import { environmentParams } from './call-schemas.ts';
import { removalNotConfirmed } from './errors.ts';
import type { Publishing } from './publishing.ts';
import type { Removal } from './remove.ts';

const confirmation = (what: string) =>
  Type.Object({
    confirm: Type.String({ maxLength: 100, description: `The name of the ${what} once more: its data are gone then.` }),
  });

const removalAnswer = Type.Object({
  environments: Type.Array(Type.String(), { description: 'Environments that are gone, with their data.' }),
  databases_left: Type.Array(Type.String(), {
    description: 'Databases that PostgreSQL would not drop, for whoever operates it; mostly none.',
  }),
});

const shown = ({ environments, databasesLeft }: Removal) => ({
  environments: [...environments],
  databases_left: [...databasesLeft],
});

/** The calls. */
export const removalCalls = (publishing: Publishing): readonly AnyCall[] => [
  defineCall({
    method: 'DELETE',
    path: '/api/workspaces/{name}/environments/{env}',
    id: 'deleteEnvironment',
    summary: 'Remove an environment with its data',
    description:
      'Its database, variables and publications are gone, and group names that no other environment needs are free. The default environment goes last. There is no way back but a backup.',
    permission: 'admin',
    params: environmentParams,
    query: confirmation('environment'),
    answer: removalAnswer,
    errors: ['not_found', 'removal_not_confirmed', 'environment_is_default', 'publication_busy'],
    handler: async ({ params, query, actor }) => {
      if (query.confirm !== params.env) throw errorOf(removalNotConfirmed, { name: params.env });
      return { body: shown(await publishing.removeEnvironment(params.name, params.env, actor.name)) };
    },
  }),
  defineCall({
    method: 'DELETE',
    path: '/api/workspaces/{name}',
    id: 'deleteWorkspace',
    summary: 'Remove a workspace with all its environments',
    description: 'All databases, versions and group names of it are gone. There is no way back but a backup.',
    permission: 'admin',
    params: Type.Object({ name: Type.String() }),
    query: confirmation('workspace'),
    answer: removalAnswer,
    errors: ['not_found', 'removal_not_confirmed', 'publication_busy'],
    handler: async ({ params, query, actor }) => {
      if (query.confirm !== params.name) throw errorOf(removalNotConfirmed, { name: params.name });
      return { body: shown(await publishing.removeWorkspace(params.name, actor.name)) };
    },
  }),
];
