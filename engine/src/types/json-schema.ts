/** JSON Schema (2020-12) as plain data. */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Adds null to what a schema allows. A schema without a type allows it already. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  if (type === undefined && values === undefined) return '$ref' in schema ? { anyOf: [schema, { type: 'null' }] } : schema;
  const types = Array.isArray(type) ? type : [type];
  return {
    ...schema,
    ...(type === undefined ? {} : { type: [...types, 'null'] }),
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}

/** The object without the keys whose value is undefined. */
export function present(members: Readonly<Record<string, unknown>>): JsonSchema {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
