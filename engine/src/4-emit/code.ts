/**
 * Source text as a type: `Code` is made only by the tagged template below, from fixed text, other code, numbers and checked
 * names, after ajv's example. What users write reaches it only as JSON-encoded literals and as slots of a constants array.
 */

const brand = Symbol('code');

export class Code {
  readonly text: string;
  constructor(text: string, key: typeof brand) {
    if (key !== brand) throw new Error('code is made by the template only');
    this.text = text;
  }
}

type Part = Code | number | readonly Code[];

/** Assembles code. Numbers are written as they are; lists of code are joined by new lines. */
export function code(strings: TemplateStringsArray, ...parts: readonly Part[]): Code {
  let text = strings[0] ?? '';
  for (const [i, part] of parts.entries()) {
    text += part instanceof Code ? part.text : typeof part === 'number' ? String(part) : part.map((c) => c.text).join('\n');
    text += strings[i + 1] ?? '';
  }
  return new Code(text, brand);
}

/** Code parts between commas. */
export function commaList(parts: readonly Code[]): Code {
  return new Code(parts.map((p) => p.text).join(', '), brand);
}

/** A text as a literal. U+2028 and U+2029 are escaped, so that no reader takes them for line ends. */
export function literal(text: string): Code {
  return new Code(JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'), brand);
}

/** Names that generated code may use beside its slots and helpers. */
const fixedNames: ReadonlySet<string> = new Set(['run', 'input', 'h', 'k']);
const numbered = /^(?:v|item|index|result|n|c|q|x|L|s|t|a|p|e|o)\d+$/;

/** An identifier made by the emitter. Throws for anything that is no known name or numbered slot. */
export function name(identifier: string): Code {
  if (!fixedNames.has(identifier) && !numbered.test(identifier)) throw new Error(`not a name of generated code: ${identifier}`);
  return new Code(identifier, brand);
}

/** A member name for direct reading; the caller has asked `isDirectName`. */
export function directMember(member: string): Code {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(member)) throw new Error(`not a plain member: ${member}`);
  return new Code(member, brand);
}

/** Makes the function. The only place where text becomes a program. */
export function compileFunction<T>(source: Code): (h: unknown, k: readonly unknown[]) => T {
  return new Function('h', 'k', `"use strict";\n${source.text}`) as (h: unknown, k: readonly unknown[]) => T;
}
