import { AshlarError } from '@ashlar/engine';
import { expect, it } from 'vitest';
import { problemDocument } from './errors.ts';

const failed = new AshlarError('direct_query_failed', 400, 'relation "customer" does not exist', {
  publicMessage: 'PostgreSQL refused the query (SQLSTATE 42P01).',
});

it.each([
  [false, 'PostgreSQL refused the query (SQLSTATE 42P01).'],
  [true, 'relation "customer" does not exist'],
])('a message that speaks of the database is read with a debug token only: %s', (debug, message) => {
  const document = problemDocument(failed, { requestId: 'r', control: true, debug });
  expect(document).toMatchObject({ detail: message, message, error: message });
});
