/** Shapes of the publishing calls. */
import { type Static, Type } from 'typebox';

const text = Type.String();
const textOrNull = Type.Union([Type.String(), Type.Null()]);

export const environmentParams = Type.Object({ name: text, env: text });
export const versionParams = Type.Object({ name: text, env: text, version: text });
export const publicationParams = Type.Object({ name: text, env: text, publication: text });

const files = Type.Record(Type.String(), Type.String(), {
  description: 'The whole workspace: path from its root -> text. `env.local.jsonc` is refused.',
});
const drops = Type.Array(Type.String(), {
  description: 'Tables (`note`) and columns (`order.note`) that may be dropped with their data.',
  maxItems: 1000,
});

export const publishBody = Type.Object(
  {
    files,
    message: Type.Optional(Type.String({ maxLength: 10_000, pattern: '^[^\\u0000]*$' })),
    author: Type.Optional(
      Type.String({ maxLength: 200, pattern: '^[^\\u0000]*$', description: 'Who made the change; the caller by default.' }),
    ),
    drops: Type.Optional(drops),
    parent: Type.Optional(
      Type.String({ maxLength: 100, description: 'The version that must be in force; otherwise 409 `version_conflict`.' }),
    ),
  },
  { additionalProperties: false },
);
export const restoreBody = Type.Object({ drops: Type.Optional(drops) }, { additionalProperties: false });

const problemSchema = Type.Object({
  code: text,
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('hint')]),
  message: text,
  hint: Type.Optional(text),
  file: text,
  pointer: text,
  line: Type.Integer(),
  column: Type.Integer(),
  endLine: Type.Integer(),
  endColumn: Type.Integer(),
});

/** A change of the tables as people and programs read it. */
const planSchema = Type.Object({
  schema_version: text,
  additive: Type.Boolean({ description: 'The version in force can live with all of it.' }),
  changes: Type.Array(
    Type.Object({
      kind: text,
      table: text,
      column: textOrNull,
      stage: Type.Union([Type.Literal('transaction'), Type.Literal('index'), Type.Literal('drop')]),
      additive: Type.Boolean(),
      description: text,
      sql: Type.Array(text),
    }),
  ),
});

export type PlanShown = Static<typeof planSchema>;

export const publishAnswer = Type.Object({
  version: text,
  publication: textOrNull,
  unchanged: Type.Boolean({ description: 'The files are those of the version in force: no new version was made.' }),
  problems: Type.Array(problemSchema, { description: 'Warnings and hints.' }),
  plan: Type.Union([planSchema, Type.Null()], { description: 'What was changed in the tables; null when nothing was.' }),
});

export const planAnswer = Type.Object({
  unchanged: Type.Boolean(),
  problems: Type.Array(problemSchema),
  plan: Type.Union([planSchema, Type.Null()], {
    description: 'What would be changed in the tables; null while problems forbid publishing.',
  }),
  publishable: Type.Boolean({ description: 'Whether publishing these files would be accepted.' }),
});

export const versionSummary = Type.Object({
  id: text,
  parent: textOrNull,
  author: text,
  message: text,
  schema_version: text,
  created_at: text,
  published_at: text,
  in_force: Type.Boolean(),
});

export const versionAnswer = Type.Object({
  id: text,
  parent: textOrNull,
  author: text,
  message: text,
  schema_version: text,
  created_at: text,
  in_force: Type.Boolean(),
  files: Type.Record(Type.String(), Type.String()),
  step_ids: Type.Record(Type.String(), Type.String(), { description: '`path#pointer` of a step -> its identity.' }),
});

/** How far a publication is; what it has not come to yet is absent. */
const progressSchema = Type.Object({
  phase: Type.Optional(Type.Union([Type.Literal('seeds'), Type.Literal('schema')])),
  file: Type.Optional(Type.String({ description: 'Of seeds: the file that is read.' })),
  table: Type.Optional(text),
  rows: Type.Optional(Type.Integer()),
  bytes: Type.Optional(Type.Integer()),
  totalBytes: Type.Optional(Type.Integer()),
  description: Type.Optional(Type.String({ description: 'Of indexes and drops: the change under way.' })),
  done: Type.Optional(Type.Integer({ description: 'Changes done, of `total`.' })),
  total: Type.Optional(Type.Integer()),
  share: Type.Optional(
    Type.Union([Type.Number(), Type.Null()], { description: 'Of an index: from 0 to 1; null while unknown.' }),
  ),
});

export type PublicationProgress = Static<typeof progressSchema>;

export const publicationAnswer = Type.Object({
  id: text,
  version: text,
  state: Type.Union([
    Type.Literal('planned'),
    Type.Literal('schema_applied'),
    Type.Literal('in_force'),
    Type.Literal('done'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
  progress: progressSchema,
  plan: planSchema,
  error: textOrNull,
  author: text,
  started_at: text,
  finished_at: textOrNull,
});
