/**
 * The `sql` tag: values become bind parameters, identifiers are quoted, fragments nest. Nothing else gets into the text.
 *
 *     client.query(sql`select id from ${identifier('order')} where status = ${status} ${sql`limit ${10}`}`)
 */

import { quoteIdentifier } from '@ashlar/engine';
import type { QueryConfig } from 'pg';

/** A quoted identifier inside a `sql` template. */
class Identifier {
  readonly text: string;
  constructor(name: string) {
    this.text = quoteIdentifier(name);
  }
}

/** SQL text with its values; `text` numbers the parameters from $1. Usable as a query of `pg`. */
class Sql implements QueryConfig {
  readonly parts: readonly string[];
  readonly values: unknown[];

  constructor(parts: readonly string[], values: unknown[]) {
    this.parts = parts;
    this.values = values;
  }

  get text(): string {
    return this.parts.reduce((text, part, index) => `${text}$${index}${part}`);
  }
}

/** An identifier for the `sql` tag. Throws where it is no name. */
export const identifier = (name: string): Identifier => new Identifier(name);

/** Builds a query; see above. */
export function sql(strings: TemplateStringsArray, ...inserts: readonly unknown[]): Sql {
  const parts: string[] = [strings[0] ?? ''];
  const values: unknown[] = [];
  const append = (text: string): void => {
    parts[parts.length - 1] += text;
  };
  inserts.forEach((insert, index) => {
    if (insert instanceof Identifier) append(insert.text);
    else if (insert instanceof Sql) {
      append(insert.parts[0] ?? '');
      parts.push(...insert.parts.slice(1));
      values.push(...insert.values);
    } else {
      values.push(insert);
      parts.push('');
    }
    append(strings[index + 1] ?? '');
  });
  return new Sql(parts, values);
}
