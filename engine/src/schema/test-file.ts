/** tests/*.jsonc: the shape that editors check. Nothing runs tests yet; a workspace's check only asks for JSON objects. */
import { anyJson, list, map, object, type Shape, text, whole } from '../workspace/shape.ts';

const caller = object(
  'Who calls: a row of an auth table',
  {
    table: text('A table with "auth": true'),
    id: anyJson('Key of the row'),
    where: map('Columns and their values, which find the row', anyJson('Value of the column')),
  },
  { title: '"as"', required: ['table'] },
);

const expectation = object(
  'What must come of it',
  {
    status: whole('HTTP status', 100, 599),
    body: anyJson('The answer: JSON that it must equal, or a condition such as {{ body.items|count == 3 }}'),
    headers: map('Headers that the answer must have', anyJson('Value of the header')),
    error: text('Code of the error'),
  },
  { title: '"expect"' },
);

const callKeys = {
  as: caller,
  input: map('Inputs of the call', anyJson('Value of the input')),
  headers: map('Headers of the request', text('Value of the header')),
  expect: expectation,
} as const;

const steps: Shape<unknown> = list(
  'Several calls, values carried on',
  object(
    'One call',
    {
      ...callKeys,
      endpoint: text('Method and URL: GET /api:shop/orders'),
      function: text('Name of a function'),
      return_as: text('Variable that holds the answer'),
    },
    { title: 'A step of a test' },
  ),
);
const given = anyJson('What outbound calls, time and randomness answer', { type: 'object' });

export const testShape = object(
  'Cases for one endpoint or function. Nothing runs them yet: the file is checked as JSON, its keys in editors',
  {
    description: text('One line on what is tested'),
    endpoint: text('Method and URL: GET /api:shop/orders'),
    function: text('Name of a function'),
    given,
    cases: list(
      'The cases',
      object(
        'A case',
        { ...callKeys, name: text('What it shows, as a sentence'), given, steps },
        { title: 'A case', required: ['name'] },
      ),
      { least: 1 },
    ),
  },
  { title: 'A test file', required: ['cases'], file: true },
);
