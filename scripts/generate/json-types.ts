/** TypeScript types from JSON Schemas: as much of JSON Schema as the control API's declarations use. */

export type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** The type of a schema as TypeScript text. Throws on a keyword that it can't express. */
export function typeText(schema: unknown, indent = ''): string {
  if (!isSchema(schema)) return 'unknown';
  if ('$ref' in schema) throw new Error('references are not expected in calls');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map((one) => typeText(one, indent)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeText({ ...schema, type }, indent)).join(' | ');
  if (schema.type === 'array') return arrayText(schema, indent);
  if (schema.type === 'object') return objectText(schema, indent);
  return scalars[String(schema.type)] ?? 'unknown';
}

function arrayText(schema: Schema, indent: string): string {
  const item = typeText(schema.items, indent);
  return item.includes('|') ? `readonly (${item})[]` : `readonly ${item}[]`;
}

function objectText(schema: Schema, indent: string): string {
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  if (properties.length === 0) return recordText(schema, indent);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const inner = `${indent}  `;
  const members = properties.map(([name, property]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${comment(property, inner)}${inner}readonly ${keyText(name)}${mark}: ${typeText(property, inner)};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}

function recordText(schema: Schema, indent: string): string {
  const [values] = isSchema(schema.patternProperties) ? Object.values(schema.patternProperties) : [schema.additionalProperties];
  if (isSchema(values)) return `Readonly<Record<string, ${typeText(values, indent)}>>`;
  return isSchema(schema.properties) ? 'Readonly<Record<string, never>>' : 'Readonly<Record<string, unknown>>';
}

function comment(schema: unknown, indent: string): string {
  if (!isSchema(schema) || typeof schema.description !== 'string') return '';
  return `${indent}/** ${schema.description.replaceAll('*/', '* /')} */\n`;
}

/** A property's name as TypeScript writes it. */
export function keyText(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : JSON.stringify(name);
}
