/** Control calls about workspaces. */
import { Type } from 'typebox';
import type { Postgres } from '../../base/postgres/index.ts';
import { type AnyCall, defineCall } from '../../control/define.ts';
import { getWorkspace, listWorkspaces, type WorkspaceRecord } from './workspaces.ts';

const workspaceSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  created_at: Type.String({ format: 'date-time' }),
});

const shown = (workspace: WorkspaceRecord) => ({
  id: workspace.id,
  name: workspace.name,
  created_at: workspace.createdAt.toISOString(),
});

/** The calls of this domain. */
export function workspaceCalls(parts: { readonly postgres: Postgres }): readonly AnyCall[] {
  const { postgres } = parts;
  return [
    defineCall({
      method: 'GET',
      path: '/api/workspaces',
      id: 'listWorkspaces',
      summary: 'List workspaces',
      description: 'All workspaces of the instance by name.',
      permission: 'admin',
      query: Type.Object({
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
        cursor: Type.Optional(Type.String({ maxLength: 200 })),
      }),
      answer: Type.Array(workspaceSchema),
      handler: async ({ query }) => {
        const limit = query.limit ?? 100;
        const found = await listWorkspaces(postgres, limit + 1, query.cursor ?? '');
        const page = found.slice(0, limit);
        return { body: page.map(shown), nextCursor: found.length > limit ? page.at(-1)?.name : undefined };
      },
    }),
    defineCall({
      method: 'GET',
      path: '/api/workspaces/{name}',
      id: 'getWorkspace',
      summary: 'Show a workspace',
      permission: 'admin',
      params: Type.Object({ name: Type.String() }),
      answer: workspaceSchema,
      errors: ['not_found'],
      handler: async ({ params }) => ({ body: shown(await getWorkspace(postgres, params.name)) }),
    }),
  ];
}
