/** Cases beside functions and filters that the generators must reach, as the reference names them. */
const arithmetic = ['+', '-', '*', '/', '%'];
const comparisons = ['==', '!=', '<', '<=', '>', '>='];
const words = ['in', 'like', 'ilike', 'contains', 'overlaps', 'between'].flatMap((word) => [word, `not ${word}`]);
const numbers = ['int', 'decimal', 'float'];
const pairs = (operators: readonly string[], left: readonly string[], right: readonly string[]): string[] =>
  operators.flatMap((operator) => left.flatMap((a) => right.map((b) => `${a} ${operator} ${b}`)));

export const cases: readonly string[] = [
  ...[...arithmetic, '~', ...comparisons, ...words].map((operator) => `operator ${operator}`),
  'operator unary -',
  'operator !',
  'operator is null',
  'operator is not null',
  'operator ?: true',
  'operator ?: false',
  ...['&&', '||', '??'].flatMap((operator) => [`operator ${operator} left`, `operator ${operator} right`]),
  // null on each side.
  ...[...arithmetic, '~', ...comparisons, ...words].flatMap((operator) => [`null ${operator}`, `${operator} null`]),
  // Numbers of each type beside each other.
  ...pairs(arithmetic, numbers, numbers),
  ...pairs(['==', '<', '>='], numbers, numbers),
  ...numbers.map((type) => `literal ${type}`),
  // Time.
  'timestamp - timestamp',
  'date - date',
  ...comparisons.flatMap((operator) => [`timestamp ${operator} timestamp`, `date ${operator} date`]),
  ...['null', 'bool', 'int', 'decimal', 'float', 'text', 'timestamp', 'date', 'bytes', 'list', 'object'].map(
    (type) => `template of ${type}`,
  ),
  'caught',
  'retried',
];
