/** The face of the schemas: JSON Schema for the files of a workspace. */

export { type JsonSchema, orNull, present } from '../types/json-schema.ts';
export { fileSchemas, type SchemaKind, schemaFiles } from './files.ts';
export { stackDefinitions, stackSchema } from './stack-schema.ts';
