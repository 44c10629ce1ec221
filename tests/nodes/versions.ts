/** Two versions of one workspace, told apart by what they answer and by a column. */
export const environmentPath = '/api/workspaces/nodes/environments/dev';

/** Version `number`: `GET /api:nodes/which` answers the number, `GET /api:nodes/notes` reads the column of that version. */
export function version(number: 1 | 2, change: 'added' | 'renamed' = 'added'): Record<string, string> {
  const columns: Record<string, unknown> = { id: { type: 'int', primary: true }, text: { type: 'text', default: 'x' } };
  if (number === 2 && change === 'added') columns.more = { type: 'text', default: 'more' };
  if (number === 2 && change === 'renamed') {
    delete columns.text;
    columns.body = { type: 'text', default: 'x', was: 'text' };
  }
  const column = number === 1 ? 'text' : change === 'added' ? 'more' : 'body';
  return {
    'ashlar.jsonc': '{"name": "nodes"}',
    'env.jsonc': '{"GREETING": {"default": "hello"}}',
    'tables/note.jsonc': JSON.stringify({ columns }),
    'seeds/note.jsonl': '{"id": 1}\n{"id": 2}\n',
    'apis/nodes/which.get.jsonc': JSON.stringify({ stack: [], response: number }),
    'apis/nodes/greeting.get.jsonc': JSON.stringify({ stack: [], response: '{{ env.GREETING }}' }),
    'apis/nodes/notes.get.jsonc': JSON.stringify({
      stack: [{ function: 'query_records', table: 'note', output: ['id', column], return_as: 'notes' }],
      response: '{{ notes|count }}',
    }),
  };
}
