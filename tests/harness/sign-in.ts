/** A workspace whose rows sign in, to be published through the control API. */
export const signInPath = '/api/workspaces/revoked/environments/dev';
export const signInFiles = {
  'ashlar.jsonc': '{"name": "revoked"}',
  'env.jsonc': '{"PLAIN": {}, "KEY": {"secret": true}}',
  'tables/person.jsonc': JSON.stringify({
    auth: true,
    columns: { id: { type: 'int', primary: true }, email: 'email', password: 'password' },
  }),
  'apis/revoked/sign-in/[id].post.jsonc': JSON.stringify({
    input: { id: 'int' },
    stack: [{ function: 'create_auth_token', table: 'person', id: '{{ input.id }}', return_as: 'token' }],
    response: '{{ token }}',
  }),
  'apis/revoked/me.get.jsonc': JSON.stringify({ auth: 'person', stack: [], response: '{{ auth.id }}' }),
};
