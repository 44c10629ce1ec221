/** From one column type to another: which changes keep every value, and how. */
import { quoteIdentifier } from '../../base/postgres/index.ts';
import { type ColumnShape, sqlType } from './shape.ts';

export interface Conversion {
  /** The expression after `using`; null when the database's type stays and only checks change. */
  readonly using: string | null;
  /** Versions of before can read and write on. */
  readonly additive: boolean;
}

type Rule = (name: string) => Conversion;
const same: Rule = () => ({ using: null, additive: true });
/** The database's type stays, but some values may be refused. */
const narrower: Rule = () => ({ using: null, additive: false });
const cast =
  (expression: (name: string) => string): Rule =>
  (name) => ({ using: expression(name), additive: false });

const asText = cast((name) => `${name}::text`);
const asJson = cast((name) => `to_jsonb(${name})`);
const asNumeric = cast((name) => `${name}::numeric`);

/** `from to`; what is not here has no sure form. Passwords go nowhere: their hashes are of no use as texts, nor texts as hashes. */
const rules: Readonly<Record<string, Rule>> = {
  'int bigint': same,
  'bigint int': narrower,
  'int decimal': asNumeric,
  'bigint decimal': asNumeric,
  // Text keeps the shortest digits that read back, where a cast would cut at 15.
  'float decimal': cast((name) => `${name}::text::numeric`),
  'int float': cast((name) => `${name}::float8`),
  'email text': same,
  'enum text': same,
  'text enum': narrower,
  'email enum': narrower,
  'text email': cast((name) => `lower(btrim(${name}))`),
  'int text': asText,
  'bigint text': asText,
  'decimal text': asText,
  'bool text': asText,
  'uuid text': asText,
  'date text': asText,
  'date timestamp': cast((name) => `${name}::timestamp at time zone 'UTC'`),
  'text json': asJson,
  'int json': asJson,
  'decimal json': asJson,
  'float json': asJson,
  'bool json': asJson,
};

/** How a column's values get their new type; null where there is no sure way. */
export function conversion(before: ColumnShape, after: ColumnShape): Conversion | null {
  const name = quoteIdentifier(after.name);
  if (before.type === after.type) return sameType(before, after);
  if (after.type === 'list') return listOf(before, after, name);
  return rules[`${before.type} ${after.type}`]?.(name) ?? null;
}

function sameType(before: ColumnShape, after: ColumnShape): Conversion | null {
  if (before.items !== after.items) {
    const rule = rules[`${before.items} ${after.items}`];
    // Only where the items stay what they are in the database; others would need a rewriting of each list.
    const converted = rule?.('');
    return converted?.using === null ? converted : null;
  }
  if (before.scale === after.scale) return { using: null, additive: true };
  // Fewer digits would round what is there.
  if (after.scale !== null && (before.scale === null || before.scale > after.scale)) return null;
  return { using: `${quoteIdentifier(after.name)}::${sqlType(after)}`, additive: true };
}

/** One value becomes a list of one. */
function listOf(before: ColumnShape, after: ColumnShape, name: string): Conversion | null {
  if (before.type !== after.items) return null;
  return { using: `case when ${name} is null then null else array[${name}] end`, additive: false };
}
