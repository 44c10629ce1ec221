/** Reads the rows of a seed file, streaming: JSON lines, or CSV with a header. */
import { Readable } from 'node:stream';
import { AshlarError, badJson, decodeJson, defaultLimits, errorOf, type Value, type ValueObject } from '@ashlar/engine';
import { CsvError, parse } from 'csv-parse';
import { seedInvalid } from '../errors.ts';
import type { SeedSource } from './source.ts';

export interface SeedRow {
  /** 1-based; of a CSV row over several lines the last. */
  readonly line: number;
  readonly values: ValueObject;
  /** The values are texts (CSV). */
  readonly textual: boolean;
  /** Bytes of the file read so far. */
  readonly bytesRead: number;
}

const longestLine = 10_000_000;

/** Which columns take an empty field for what, and which are written as JSON. */
export interface CsvColumns {
  readonly nullable: ReadonlySet<string>;
  /** An empty field is the empty text there. */
  readonly text: ReadonlySet<string>;
  readonly list: ReadonlySet<string>;
}

/** The rows in order. Throws `seed_invalid` with the line where something can't be read. */
export function readSeedRows(source: SeedSource, columns: CsvColumns): AsyncGenerator<SeedRow> {
  return source.format === 'jsonl' ? readJsonLines(source) : readCsv(source, columns);
}

/** An error of a seed file, with its place. */
export function seedError(source: SeedSource, line: number, reason: string, cause?: unknown): AshlarError {
  return errorOf(seedInvalid, { file: source.path, line, reason }, cause === undefined ? {} : { cause });
}

async function* readJsonLines(source: SeedSource): AsyncGenerator<SeedRow> {
  let line = 0;
  for await (const { text, bytesRead } of readLines(source, () => line + 1)) {
    line++;
    if (text.trim() === '') continue;
    let value: Value;
    try {
      value = decodeJson(text, defaultLimits, 'decimal');
    } catch (error) {
      throw seedError(source, line, jsonReason(error), error);
    }
    if (!isObject(value)) throw seedError(source, line, 'a row must be a JSON object');
    yield { line, values: value, textual: false, bytesRead };
  }
}

/** Why a line can't be taken: not JSON at all, or JSON with a value that is beyond a bound. */
function jsonReason(error: unknown): string {
  if (!(error instanceof AshlarError)) throw error;
  const message = error.message.replace(/\.$/, '');
  return error.code === badJson.code ? `it is not JSON (${message})` : lowerFirst(message);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const isObject = (value: Value): value is ValueObject =>
  typeof value === 'object' &&
  value !== null &&
  (Object.getPrototypeOf(value) === null || Object.getPrototypeOf(value) === Object.prototype);

async function* readLines(source: SeedSource, nextLine: () => number): AsyncGenerator<{ text: string; bytesRead: number }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw seedError(source, nextLine(), 'it is not UTF-8', error);
    }
  };
  let rest = '';
  let bytesRead = 0;
  for await (const chunk of source.open()) {
    bytesRead += chunk.length;
    rest += decode(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, bytesRead };
    if (rest.length > longestLine) throw seedError(source, nextLine(), `a line is longer than ${longestLine} characters`);
  }
  rest += decode();
  if (rest !== '') yield { text: rest, bytesRead };
}

async function* readCsv(source: SeedSource, columns: CsvColumns): AsyncGenerator<SeedRow> {
  const empty = Symbol('empty');
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: longestLine,
    // An empty field without quotes is nothing, `""` is the empty text.
    cast: (value, context) => (value === '' && !context.quoting && !context.header ? empty : value),
  });
  const input = Readable.from(source.open());
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const entry of parser as AsyncIterable<{
      record: Record<string, string | symbol>;
      info: { lines: number; bytes: number };
    }>) {
      const { lines: line, bytes: bytesRead } = entry.info;
      yield { line, values: csvValues(source, line, entry.record, columns), textual: true, bytesRead };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw seedError(source, Number(error.lines ?? 1), error.message.replace(/ (?:at|on) line \d+.*$/s, ''), error);
  } finally {
    input.destroy();
  }
}

function csvValues(source: SeedSource, line: number, record: Record<string, string | symbol>, columns: CsvColumns): ValueObject {
  const values: Record<string, Value> = Object.create(null);
  for (const [name, field] of Object.entries(record)) {
    if (typeof field === 'string') values[name] = columns.list.has(name) ? listOf(source, line, name, field) : field;
    else if (columns.nullable.has(name)) values[name] = null;
    else if (columns.text.has(name)) values[name] = '';
  }
  return values;
}

/** A list in a CSV field is written as JSON: `["a", "b"]`. */
function listOf(source: SeedSource, line: number, name: string, field: string): Value {
  try {
    return decodeJson(field, defaultLimits, 'decimal');
  } catch (error) {
    throw seedError(source, line, `${name} must be a list written as JSON, such as ["a", "b"]`, error);
  }
}
