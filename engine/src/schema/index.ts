/** The face of the schemas: JSON Schema for the files of a workspace. */
export { fileSchemas, type SchemaKind, schemaFiles } from './files.ts';
export { type JsonSchema, orNull, present } from './json-schema.ts';
export { stackDefinitions, stackSchema } from './stack-schema.ts';
