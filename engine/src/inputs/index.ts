/** The face of the inputs: checking them, their static types, their JSON Schemas. */
export { type FieldCode, fieldCodes } from './codes.ts';
export { isFile, type UploadedFile } from './scalars.ts';
export { inputSchema, inputsSchema, rowSchema, type SchemaOptions, typeSchema } from './schema.ts';
export { typeOfInputs, typeOfRow } from './types.ts';
export {
  type CheckedInputs,
  headerName,
  prepareArguments,
  prepareInputs,
  type RawInputs,
  type UnknownInputs,
  validateInputs,
  validateValue,
} from './validate.ts';
