/**
 * The tree of a statement. Text enters it in three ways only: the fixed pieces of the `sql` template tag, identifiers through
 * `identifier`, constants through the literal makers below. Everything else is a bind.
 *
 * A `choice` looks at the state of a use (see uses.ts): a statement's tree therefore stands for a family of texts, its variants.
 */
import type { Binding } from '../../run/statement.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import type { UseState } from './uses.ts';

export type Sql =
  | { readonly kind: 'text'; readonly text: string }
  /** The value of a use, as `$n::type`. */
  | { readonly kind: 'bind'; readonly use: number; readonly binding: Binding }
  | { readonly kind: 'sequence'; readonly parts: readonly Sql[] }
  /** By the state of a use; a state that is not listed refuses the value (wrong_type). */
  | { readonly kind: 'choice'; readonly use: number; readonly cases: Readonly<Partial<Record<UseState, Sql>>> }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Sql[] }
  /** True where the part is not true: two-valued, whatever null does inside. */
  | { readonly kind: 'not'; readonly part: Sql }
  | { readonly kind: 'constant'; readonly value: boolean }
  /** A condition that is left out. */
  | { readonly kind: 'absent' }
  /** `where`, `having`, … before a condition; nothing at all when the condition is left out or true. */
  | { readonly kind: 'clause'; readonly keyword: 'where' | 'having' | 'and'; readonly condition: Sql };

const text = (value: string): Sql => ({ kind: 'text', text: value });

/** SQL with holes that only SQL fills. */
export function sql(pieces: TemplateStringsArray, ...holes: readonly Sql[]): Sql {
  const parts: Sql[] = [];
  pieces.forEach((piece, i) => {
    if (piece !== '') parts.push(text(piece));
    const hole = holes[i];
    if (hole !== undefined) parts.push(hole);
  });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : sequence(parts);
}

/** Parts in a row. Texts side by side are one text: a tree stays in memory as long as its version, and most of it is text. */
function sequence(parts: readonly Sql[]): Sql {
  const joined: Sql[] = [];
  let texts: string[] = [];
  const close = (): void => {
    if (texts.length > 0) joined.push(text(texts.join('')));
    texts = [];
  };
  for (const part of parts)
    for (const piece of part.kind === 'sequence' ? part.parts : [part])
      if (piece.kind === 'text') texts.push(piece.text);
      else {
        close();
        joined.push(piece);
      }
  close();
  const [only] = joined;
  return only?.kind === 'text' && joined.length === 1 ? only : { kind: 'sequence', parts: joined };
}

export const yes: Sql = { kind: 'constant', value: true };
export const no: Sql = { kind: 'constant', value: false };
export const absent: Sql = { kind: 'absent' };
export const and = (...parts: readonly Sql[]): Sql => ({ kind: 'and', parts });
export const or = (...parts: readonly Sql[]): Sql => ({ kind: 'or', parts });
export const not = (part: Sql): Sql => ({ kind: 'not', part });
export const clause = (keyword: 'where' | 'having' | 'and', condition: Sql): Sql => ({ kind: 'clause', keyword, condition });

/** A name of the user's, quoted. */
export const identifier = (name: string): Sql => text(quoteIdentifier(name));

/** `"table"."column"`. */
export const qualified = (source: string, column: string): Sql => sql`${identifier(source)}.${identifier(column)}`;

/** A constant text, quoted. */
export const textLiteral = (value: string): Sql => text(quoteLiteral(value));

/** Digits of a number, checked; negative ones in brackets so that a minus before them makes no comment. */
export function numberLiteral(digits: string): Sql {
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(digits)) throw new Error('not the digits of a number');
  return text(digits.startsWith('-') ? `(${digits})` : digits);
}

/** A cast to a type of PostgreSQL, from the closed list that columns use. */
export function cast(part: Sql, pg: string): Sql {
  return sql`${part}::${pgType(pg)}`;
}

/** A type's name as SQL. */
function pgType(pg: string): Sql {
  if (!/^[a-z0-9]+(\([0-9]+\))?(\[\])?$/.test(pg)) throw new Error('not a type of PostgreSQL');
  return text(pg);
}

/** Parts with a comma between them. */
export function list(parts: readonly Sql[], separator: Sql = text(', ')): Sql {
  return sequence(parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part])));
}
