/** Reading the parameters of queries that are written out: lists of names, objects of expressions. */
import type { JsonMember, JsonNode } from '../../1-syntax/ast.ts';
import type { CompileContext } from './context.ts';
import { badParameter, nameTaken } from './problems.ts';

export interface WrittenName {
  readonly name: string;
  readonly node: JsonNode;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** A list of plain texts; one text counts as a list of one. */
export function textList(context: CompileContext, node: JsonNode | undefined, parameter: string): readonly WrittenName[] {
  if (node === undefined || node.kind === 'null') return [];
  const items = node.kind === 'array' ? node.items : [node];
  const names: WrittenName[] = [];
  for (const item of items) {
    if (item.kind === 'string' && !item.value.includes('{{')) names.push({ name: item.value, node: item });
    else context.report(badParameter, item, { message: `${parameter} is a list of names, written out without expressions.` });
  }
  return names;
}

/** The members of an object whose keys become names in a row. */
export function namedMembers(context: CompileContext, node: JsonNode | undefined, parameter: string): readonly JsonMember[] {
  if (node === undefined || node.kind === 'null') return [];
  if (node.kind !== 'object') {
    context.report(badParameter, node, { message: `${parameter} is an object: each key is a name in the row.` });
    return [];
  }
  return node.members.filter((m) => {
    if (namePattern.test(m.key)) return true;
    const at = { span: m.keySpan, pointer: m.value.pointer };
    context.report(badParameter, at, {
      message: `${m.key} can't be a name: use letters, digits and _, at most 63, not beginning with a digit.`,
    });
    return false;
  });
}

/** Refuses the keys of a nested object that mean nothing there. */
export function onlyKeys(context: CompileContext, members: readonly JsonMember[], known: readonly string[], where: string): void {
  for (const m of members)
    if (!known.includes(m.key))
      context.report(
        badParameter,
        { span: m.keySpan, pointer: m.value.pointer },
        { message: `${where} has no ${m.key}; it takes ${known.join(', ')}.` },
      );
}

/** Keeps names of a row apart. */
export class NamesInUse {
  readonly #taken = new Map<string, string>();
  readonly #context: CompileContext;

  constructor(context: CompileContext, columns: Iterable<string>) {
    this.#context = context;
    for (const column of columns) this.#taken.set(column, 'a column');
  }

  take(member: JsonMember, what: string): void {
    const by = this.#taken.get(member.key);
    if (by !== undefined)
      this.#context.report(nameTaken, { span: member.keySpan, pointer: member.value.pointer }, { name: member.key, by });
    this.#taken.set(member.key, what);
  }
}
