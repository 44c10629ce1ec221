/** The files of a new workspace: small, sound, and an example of each kind of file. */

const gitignore = `# Values of variables on this machine; never in git.
env.local.jsonc
# The embedded database and the keys of "ashlar dev".
.ashlar/
`;

const env = `// Variables of the workspace. Values are set with "ashlar env set", or in the git-ignored env.local.jsonc.
{
  "GREETING": {"default": "Hello", "description": "How a note is answered"}
}
`;

const table = `// One note.
{
  "description": "A note that somebody left",
  "columns": {
    "id": {"type": "int", "primary": true},
    "title": {"type": "text", "min": 1, "max": 200},
    "body": "text?",
    "created_at": {"type": "timestamp", "default": "now"}
  },
  "indexes": [{"columns": ["created_at desc"]}]
}
`;

const listNotes = (name: string): string => `// GET /api:${name}/notes
{
  "description": "Notes, newest first",
  "input": {
    "title": {"type": "text", "required": false},
    "page": {"type": "int", "default": 1, "min": 1}
  },
  "stack": [
    {
      "function": "query_records",
      "table": "note",
      // Left out when no title was sent.
      "where": "{{ db.note.title ==? input.title }}",
      "sort": ["-created_at"],
      "page": "{{ input.page }}",
      "per_page": 20,
      "return_as": "notes"
    }
  ],
  "response": "{{ notes }}"
}
`;

const addNote = (name: string): string => `// POST /api:${name}/notes
{
  "description": "Leaves a note",
  "input": {
    "title": {"type": "text", "min": 1, "max": 200},
    "body": {"type": "text", "required": false}
  },
  "stack": [
    {
      "function": "add_record",
      "table": "note",
      "data": {"title": "{{ input.title }}", "body": "{{ input.body }}"},
      "return_as": "note"
    },
    {"function": "run_function", "name": "greeting", "input": {"title": "{{ note.title }}"}, "return_as": "greeting"},
    {"function": "set_status", "status": 201}
  ],
  "response": {"note": "{{ note }}", "greeting": "{{ greeting }}"}
}
`;

const greeting = `// The function "greeting"; try it with: ashlar run . greeting --input '{"title": "Milk"}'
{
  "description": "What is said to whoever leaves a note",
  "input": {"title": "text"},
  "stack": [{"function": "create_variable", "name": "text", "value": "{{ env.GREETING }}: {{ input.title|trim }}"}],
  "response": "{{ text }}"
}
`;

/** Path -> text. `name` is the workspace's and its group's. */
export function newWorkspaceFiles(name: string): ReadonlyMap<string, string> {
  return new Map([
    ['ashlar.jsonc', `{\n  "name": "${name}",\n  "description": "Notes"\n}\n`],
    ['.gitignore', gitignore],
    ['env.jsonc', env],
    ['tables/note.jsonc', table],
    [`apis/${name}/group.jsonc`, '{"title": "Notes"}\n'],
    [`apis/${name}/notes.get.jsonc`, listNotes(name)],
    [`apis/${name}/notes.post.jsonc`, addNote(name)],
    ['functions/greeting.jsonc', greeting],
  ]);
}
