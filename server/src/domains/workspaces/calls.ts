/** Control calls about workspaces. */
import { Type } from 'typebox';
import type { Postgres } from '../../base/postgres/index.ts';
import { type AnyCall, defineCall, pageOf } from '../../control/define.ts';
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
      paged: true,
      answer: Type.Array(workspaceSchema),
      handler: async ({ query }) => {
        const found = await listWorkspaces(postgres, query.limit + 1, query.cursor ?? '');
        const { page, nextCursor } = pageOf(found, query.limit, (last) => last.name);
        return { body: page.map(shown), nextCursor };
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
