/** The face of the schemas: JSON Schema for the files of a workspace. */

export type { JsonSchema } from '../types/json-schema.ts';
export { fileSchemas, type SchemaKind, schemaFiles } from './files.ts';
