/**
 * The syntax trees: JSON with places, and the expression language. Every node knows where it stands in its file, so that
 * everything later (problems, explain, the console) can point at it.
 */

/** One source file; `path` is relative to the workspace root, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A half-open range of UTF-16 offsets in a source's text. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

interface JsonBase {
  readonly span: Span;
  /** RFC 6901 pointer from the root of the file. */
  readonly pointer: string;
}

export interface JsonMember {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonNode;
}

export interface JsonObject extends JsonBase {
  readonly kind: 'object';
  /** In source order. A repeated key is reported by the reader and kept once (its first occurrence). */
  readonly members: readonly JsonMember[];
}

export interface JsonArray extends JsonBase {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonString extends JsonBase {
  readonly kind: 'string';
  readonly value: string;
  /** The file offset at which the character `index` of the decoded value stands (escapes make the two differ); index may equal value.length. */
  readonly offsetOf: (index: number) => number;
}

export interface JsonNumber extends JsonBase {
  readonly kind: 'number';
  /** The digits as written. */
  readonly text: string;
}

export interface JsonBoolean extends JsonBase {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** `null`, and with `missing` what stands where the reader expected a value and found none (already reported). */
export interface JsonNull extends JsonBase {
  readonly kind: 'null';
  readonly missing?: true;
}

export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull;

/** What the user may write between two operands, word operators in their canonical spelling. */
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '~'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'like'
  | 'not like'
  | 'ilike'
  | 'not ilike'
  | 'contains'
  | 'not contains'
  | 'overlaps'
  | 'not overlaps'
  | 'between'
  | 'not between'
  | 'search';

interface ExpressionBase {
  readonly span: Span;
  /** Pointer of the JSON string (or value) that the expression stands in. */
  readonly pointer: string;
}

export interface NullLiteral extends ExpressionBase {
  readonly kind: 'null';
}
export interface BooleanLiteral extends ExpressionBase {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface TextLiteral extends ExpressionBase {
  readonly kind: 'text';
  readonly value: string;
}
/** `text` as written, without a sign; int without fraction, decimal with one, float with an exponent. */
export interface NumberLiteral extends ExpressionBase {
  readonly kind: 'number';
  readonly type: 'int' | 'decimal' | 'float';
  readonly text: string;
}
export interface NameExpression extends ExpressionBase {
  readonly kind: 'name';
  readonly name: string;
}
export interface MemberExpression extends ExpressionBase {
  readonly kind: 'member';
  readonly object: Expression;
  readonly name: string;
  readonly nameSpan: Span;
}
export interface IndexExpression extends ExpressionBase {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}
export interface UnaryExpression extends ExpressionBase {
  readonly kind: 'unary';
  readonly operator: '!' | '-';
  readonly operand: Expression;
}
export interface BinaryExpression extends ExpressionBase {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  /** Written with a question mark (`==?`, `in?`): the condition is left out when its right side is null. Only in conditions of queries. */
  readonly optional: boolean;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}
export interface LogicalExpression extends ExpressionBase {
  readonly kind: 'logical';
  readonly operator: '&&' | '||' | '??';
  readonly left: Expression;
  readonly right: Expression;
}
export interface IsNullExpression extends ExpressionBase {
  readonly kind: 'is_null';
  readonly operand: Expression;
  readonly negated: boolean;
}
export interface ConditionalExpression extends ExpressionBase {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
export interface FilterExpression extends ExpressionBase {
  readonly kind: 'filter';
  readonly input: Expression;
  /** As written; look it up with `findFilter`. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly Expression[];
}
export interface ListExpression extends ExpressionBase {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}
export interface ObjectEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Expression;
}
export interface ObjectExpression extends ExpressionBase {
  readonly kind: 'object';
  readonly entries: readonly ObjectEntry[];
}
/** Text with expressions inside it; texts and expressions alternate freely. */
export interface TemplateExpression extends ExpressionBase {
  readonly kind: 'template';
  readonly parts: readonly (string | Expression)[];
}
/** Where the parser found no expression; a problem was reported. */
export interface HoleExpression extends ExpressionBase {
  readonly kind: 'hole';
}

/**
 * An expression. JSON values of parameters are expressions too (`{"a": "{{ x }}"}` is an object expression, `5` a number
 * literal, `-5` a unary minus over one), so a parameter's value has one form whatever mixture it was written in.
 */
export type Expression =
  | NullLiteral
  | BooleanLiteral
  | TextLiteral
  | NumberLiteral
  | NameExpression
  | MemberExpression
  | IndexExpression
  | UnaryExpression
  | BinaryExpression
  | LogicalExpression
  | IsNullExpression
  | ConditionalExpression
  | FilterExpression
  | ListExpression
  | ObjectExpression
  | TemplateExpression
  | HoleExpression;

/** The member's value, or undefined. */
export function member(node: JsonObject, key: string): JsonNode | undefined {
  return node.members.find((m) => m.key === key)?.value;
}
