/** Types as users spell them: `text`, `text[]`, `text?`, `text[]?`. */
import { badType, meantType } from './problems.ts';
import type { Shape } from './shape.ts';
import { refuseNode } from './shape.ts';

const itemTypes = ['int', 'bigint', 'decimal', 'float', 'text', 'bool', 'timestamp', 'date', 'uuid', 'email', 'enum'] as const;
/** Types that a column's list can hold. */
export const columnItemTypes: readonly (typeof itemTypes)[number][] = itemTypes;
export const columnTypes = [...itemTypes, 'password', 'json', 'list'] as const;
export const inputTypes = [...columnTypes, 'object', 'file'] as const;

/** What a spelling says. */
export interface TypeText<T extends string> {
  readonly type: T;
  /** `[]`: a list of `type`. */
  readonly list: boolean;
  /** `?` */
  readonly nullable: boolean;
  /** There is no such type (reported); `type` is what it most likely means. */
  readonly unknown?: true;
}

const form = /^\s*([A-Za-z_]+)\s*(\[\s*\])?\s*(\?)?\s*$/;

/** A type's spelling. `listed` are the types that may stand before `[]`. */
export function typeText<const T extends string>(
  description: string,
  types: readonly T[],
  listed: readonly T[],
): Shape<TypeText<T>> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'string') return refuseNode(node, problems, what, 'the name of a type');
      const [, name = '', list, optional] = form.exec(node.value) ?? [];
      const known = list === undefined ? types : listed;
      const type = known.find((one) => one === name);
      if (type !== undefined) return { type, list: list !== undefined, nullable: optional !== undefined };
      problems.add(badType, node, { type: node.value, known });
      const meant = meantType(node.value, known) ?? types.find((one) => one === 'json');
      if (meant === undefined) return undefined;
      return { type: meant, list: node.value.includes('['), nullable: node.value.includes('?'), unknown: true };
    },
    schema: () => ({
      description,
      enum: [...types, ...types.map((type) => `${type}?`), ...listed.flatMap((type) => [`${type}[]`, `${type}[]?`])],
    }),
  };
}
