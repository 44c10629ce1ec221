/** Control calls of publishing: publish, plan, versions, restore, publications. */
import { badCursor, errorOf } from '@ashlar/engine';
import { Type } from 'typebox';
import type { Postgres } from '../../base/postgres/index.ts';
import { type AnyCall, type CallRequest, defineCall, pageOf } from '../../control/define.ts';
import { getEnvironment } from '../environments/index.ts';
import {
  environmentParams,
  planAnswer,
  publicationAnswer,
  publicationParams,
  publishAnswer,
  publishBody,
  restoreBody,
  versionAnswer,
  versionParams,
  versionSummary,
} from './call-schemas.ts';
import { publicationOver } from './errors.ts';
import type { PublishRequest, PublishResult } from './parts.ts';
import {
  getPublication,
  listPublications,
  type PublicationRecord,
  publishedVersions,
  requestCancel,
} from './publication-store.ts';
import type { Publishing } from './publishing.ts';
import { removalCalls } from './remove-calls.ts';
import { getVersion, loadFiles } from './version-store.ts';

export interface PublishingCallParts {
  readonly postgres: Postgres;
  readonly publishing: Publishing;
}

/** Bytes of a publish call's body: JSON escapes make texts longer than they are. */
const publishBytes = 50_000_000;
const base = '/api/workspaces/{name}/environments/{env}';
const publishErrors = [
  'workspace_invalid',
  'workspace_name_differs',
  'plan_needs_drops',
  'group_taken',
  'version_conflict',
  'version_too_large',
  'file_refused',
  'publication_busy',
  'publication_cancelled',
  'schema_busy',
  'schema_moved',
  'seed_invalid',
  'schema_refused',
];

/** Names that an address may bring into being. */
const slug = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' });

/** The calls of this domain. */
export function publishingCalls(parts: PublishingCallParts): readonly AnyCall[] {
  return [
    publishCall(parts),
    planCall(parts),
    listVersionsCall(parts),
    getVersionCall(parts),
    restoreCall(parts),
    listPublicationsCall(parts),
    getPublicationCall(parts),
    cancelCall(parts),
    ...removalCalls(parts.publishing),
  ];
}

/** Numbers grow with each publication: what a cursor of versions and publications holds. */
function before(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^[0-9]{1,15}$/.test(cursor)) throw errorOf(badCursor, {});
  return Number(cursor);
}
const numberOf = ({ number }: { readonly number: number }): string => String(number);

type Body = { files: Record<string, string>; message?: string; author?: string; drops?: string[]; parent?: string };

function requestOf({ params, body, actor }: CallRequest<{ name: string; env: string }, unknown, Body>): PublishRequest {
  return {
    workspace: params.name,
    environment: params.env,
    files: new Map(Object.entries(body.files)),
    author: body.author ?? actor.name,
    message: body.message,
    drops: body.drops,
    parent: body.parent,
  };
}

const publishedBody = (result: PublishResult) => ({
  version: result.versionId,
  publication: result.publicationId,
  unchanged: result.unchanged,
  problems: [...result.problems],
  plan: result.plan,
});

const publishCall = ({ publishing }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'POST',
    path: `${base}/publish`,
    id: 'publish',
    summary: 'Publish a workspace',
    description:
      'Checks the files, changes the tables and puts the version in force, all or nothing. Answers when it is in force and indexes are built. The first publication makes workspace and environment.',
    permission: 'admin',
    params: Type.Object({ name: slug, env: slug }),
    body: publishBody,
    bodyBytes: publishBytes,
    answer: publishAnswer,
    errors: publishErrors,
    handler: async (request) => {
      const result = await publishing.publish(requestOf(request));
      return { status: result.unchanged ? 200 : 201, body: publishedBody(result) };
    },
  });

const planCall = ({ publishing }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'POST',
    path: `${base}/plan`,
    id: 'planPublication',
    summary: 'Show what publishing would do',
    description: 'Problems and the change of the tables. Changes nothing.',
    permission: 'admin',
    params: environmentParams,
    body: publishBody,
    bodyBytes: publishBytes,
    answer: planAnswer,
    errors: ['workspace_name_differs', 'version_too_large', 'file_refused'],
    handler: async (request) => {
      const { unchanged, problems, plan, publishable } = await publishing.plan(requestOf(request));
      return { body: { unchanged, problems: [...problems], plan, publishable } };
    },
  });

const listVersionsCall = ({ postgres }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path: `${base}/versions`,
    id: 'listVersions',
    summary: 'List versions',
    description: 'Versions that were put in force in this environment, newest first.',
    permission: 'admin',
    params: environmentParams,
    paged: true,
    answer: Type.Array(versionSummary),
    errors: ['not_found', 'bad_cursor'],
    handler: async ({ params, query }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const found = await publishedVersions(postgres, environment.id, query.limit + 1, before(query.cursor));
      const { page, nextCursor } = pageOf(found, query.limit, numberOf);
      return {
        body: page.map((version) => ({
          id: version.id,
          parent: version.parentId,
          author: version.author,
          message: version.message,
          schema_version: version.schemaVersion,
          created_at: version.createdAt.toISOString(),
          published_at: version.publishedAt.toISOString(),
          in_force: version.id === environment.versionId,
        })),
        nextCursor,
      };
    },
  });

const getVersionCall = ({ postgres }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path: `${base}/versions/{version}`,
    id: 'getVersion',
    summary: 'Show a version with its files',
    permission: 'admin',
    params: versionParams,
    answer: versionAnswer,
    errors: ['not_found'],
    handler: async ({ params }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const version = await getVersion(postgres, environment.workspaceId, params.version);
      return {
        body: {
          id: version.id,
          parent: version.parentId,
          author: version.author,
          message: version.message,
          schema_version: version.schemaVersion,
          created_at: version.createdAt.toISOString(),
          in_force: version.id === environment.versionId,
          files: Object.fromEntries(await loadFiles(postgres, version)),
          step_ids: Object.fromEntries(version.stepIds),
        },
      };
    },
  });

const restoreCall = ({ publishing }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'POST',
    path: `${base}/versions/{version}/restore`,
    id: 'restoreVersion',
    summary: "Publish an old version's files again",
    description: 'As a new version. Refused with the plan when the tables that it needs are gone, or would lose data.',
    permission: 'admin',
    params: versionParams,
    body: restoreBody,
    answer: publishAnswer,
    errors: ['not_found', ...publishErrors],
    handler: async ({ params, body, actor }) => {
      const result = await publishing.restore({
        workspace: params.name,
        environment: params.env,
        versionId: params.version,
        author: actor.name,
        drops: body.drops,
      });
      return { status: result.unchanged ? 200 : 201, body: publishedBody(result) };
    },
  });

const publicationBody = (publication: PublicationRecord) => ({
  id: publication.id,
  version: publication.versionId,
  state: publication.state,
  progress: publication.progress,
  plan: publication.plan,
  error: publication.error,
  author: publication.author,
  started_at: publication.startedAt.toISOString(),
  finished_at: publication.finishedAt?.toISOString() ?? null,
});

const listPublicationsCall = ({ postgres }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path: `${base}/publications`,
    id: 'listPublications',
    summary: 'List publications',
    description: 'Attempts to put a version in force, newest first, with how far each is.',
    permission: 'admin',
    params: environmentParams,
    paged: true,
    answer: Type.Array(publicationAnswer),
    errors: ['not_found', 'bad_cursor'],
    handler: async ({ params, query }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const found = await listPublications(postgres, environment.id, query.limit + 1, before(query.cursor));
      const { page, nextCursor } = pageOf(found, query.limit, numberOf);
      return { body: page.map(publicationBody), nextCursor };
    },
  });

const getPublicationCall = ({ postgres }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path: `${base}/publications/{publication}`,
    id: 'getPublication',
    summary: 'Show how far a publication is',
    permission: 'admin',
    params: publicationParams,
    answer: publicationAnswer,
    errors: ['not_found'],
    handler: async ({ params }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      return { body: publicationBody(await getPublication(postgres, environment.id, params.publication)) };
    },
  });

const cancelCall = ({ postgres }: PublishingCallParts): AnyCall =>
  defineCall({
    method: 'POST',
    path: `${base}/publications/{publication}/cancel`,
    id: 'cancelPublication',
    summary: 'Stop seeds or indexes that are under way',
    description:
      'Before the switch the version before stays in force and the publication fails; after it the new version stays, without the rest.',
    permission: 'admin',
    params: publicationParams,
    answer: publicationAnswer,
    errors: ['not_found', publicationOver.code],
    handler: async ({ params }) => {
      const environment = await getEnvironment(postgres, params.name, params.env);
      const publication = await getPublication(postgres, environment.id, params.publication);
      if (!(await requestCancel(postgres, publication.id)))
        throw errorOf(publicationOver, { id: publication.id, state: publication.state });
      return { status: 202, body: publicationBody(await getPublication(postgres, environment.id, publication.id)) };
    },
  });
