/** The face of the syntax: text to trees. */
export * from './ast.ts';
export { type Expected, expectedAt, type Place, parseExpression, type Syntax } from './expression.ts';
export { printExpression } from './print.ts';
export { readJson } from './reader.ts';
export { type Path, type PathPart, parsePath, parseValue } from './template.ts';
