/** What the check can find wrong in a stack. */
import { defineProblem } from '../problems.ts';

const nearestHint = (d: { nearest: string | undefined }): string | undefined =>
  d.nearest === undefined ? undefined : `Did you mean "${d.nearest}"?`;

/** `an int`, `a text`. */
export const withArticle = (word: string, a: 'A' | 'a'): string => `${a}${/^[aeiou]/.test(word) ? 'n' : ''} ${word}`;

export const unknownFunction = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_function',
  severity: 'error',
  title: 'A step calls a function that does not exist',
  solve: 'Look the name up in the function reference. Functions of your own are called by `run_function` with their path.',
  message: (d) => `There is no function "${d.name}".`,
  hint: nearestHint,
});
export const missingFunction = defineProblem<object>({
  code: 'missing_function',
  severity: 'error',
  title: 'A step does not say which function it calls',
  solve: 'Every step is an object with a text `function`: `{"function": "create_variable", "name": "x", "value": 1}`.',
  message: () => 'This step has no "function".',
});
export const notAStep = defineProblem<{ found: string }>({
  code: 'not_a_step',
  severity: 'error',
  title: 'Something that is no step stands in a stack',
  solve: 'A stack is an array of objects, each with a `function`.',
  message: (d) => `A step must be an object with a "function", but this is ${d.found}.`,
});
export const notAStack = defineProblem<{ parameter: string; found: string }>({
  code: 'not_a_stack',
  severity: 'error',
  title: 'A parameter that holds steps is no array',
  solve: 'Write the nested steps as an array, also when there is one: `"true_branch": [ {…} ]`.',
  message: (d) => `"${d.parameter}" must be an array of steps, but this is ${d.found}.`,
});
export const unknownParameter = defineProblem<{
  name: string;
  function: string;
  nearest: string | undefined;
  known: readonly string[];
  /** What to write instead; wins over the nearest name. */
  instead?: string | undefined;
}>({
  code: 'unknown_parameter',
  severity: 'error',
  title: 'A step has a parameter that its function does not know',
  solve: 'Remove it, or write it as the function reference spells it. Unknown parameters are never ignored.',
  message: (d) => `${d.function} has no parameter "${d.name}".`,
  hint: (d) => d.instead ?? nearestHint(d) ?? `It takes ${d.known.join(', ') || 'no parameters'}.`,
});
export const missingParameter = defineProblem<{ name: string; function: string }>({
  code: 'missing_parameter',
  severity: 'error',
  title: 'A required parameter is missing',
  solve: 'Add the parameter; the function reference shows an example.',
  message: (d) => `${d.function} needs "${d.name}".`,
});
export const otherName = defineProblem<{ written: string; canonical: string; what: string }>({
  code: 'other_name',
  severity: 'hint',
  title: 'A name is written in another spelling than its own',
  solve: '`ashlar check --fix` rewrites it.',
  message: (d) => `The ${d.what} "${d.written}" is spelled "${d.canonical}" here.`,
  replacement: (d) => d.canonical,
});
export const parameterShape = defineProblem<{ parameter: string; wanted: string; found: string }>({
  code: 'parameter_shape',
  severity: 'error',
  title: 'A parameter holds something of another kind than its function reads',
  solve: 'Write it as the function reference shows; names of tables and variables are plain text without expressions.',
  message: (d) => `"${d.parameter}" must be ${d.wanted}, but this is ${d.found}.`,
});
export const unusedResult = defineProblem<{ function: string }>({
  code: 'no_result',
  severity: 'error',
  title: 'return_as on a function that has no result',
  solve: 'Remove `return_as`.',
  message: (d) => `${d.function} has no result that "return_as" could keep.`,
});
export const badVariableName = defineProblem<{ name: string }>({
  code: 'bad_variable_name',
  severity: 'error',
  title: 'A variable has a name that no expression can spell',
  solve: 'Use letters, digits and underscores, not beginning with a digit.',
  message: (d) => `"${d.name}" can't be the name of a variable.`,
  hint: () => 'Use letters, digits and underscores, not beginning with a digit.',
});
export const reservedName = defineProblem<{ name: string }>({
  code: 'reserved_variable',
  severity: 'error',
  title: 'A variable would hide a name that Ashlar gives',
  solve: 'Choose another name; input, request, auth, env, now, uuid, db, true, false and null are taken.',
  message: (d) => `"${d.name}" is a name that Ashlar gives; a variable can't have it.`,
});
export const unknownName = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_variable',
  severity: 'error',
  title: 'An expression uses a name that no step before it makes',
  solve: 'Create the variable on some path that leads here (`create_variable`, `return_as`), or mend the spelling.',
  message: (d) => `Nothing before this place makes "${d.name}".`,
  hint: nearestHint,
});
export const readOnlyVariable = defineProblem<{ name: string }>({
  code: 'read_only_variable',
  severity: 'error',
  title: 'A parallel branch changes a variable from outside',
  solve: 'Branches see outer variables read-only; make one of its own with another name, and return it.',
  message: (d) => `"${d.name}" was made outside this parallel branch, which may only read it.`,
});
export const unknownMember = defineProblem<{
  name: string;
  of: string;
  nearest: string | undefined;
  /** What to write instead; wins over the nearest name. */
  instead?: string | undefined;
}>({
  code: 'unknown_member',
  severity: 'warning',
  title: 'An expression reads a member that the value never has',
  solve:
    'The result is always null. Mend the spelling, or read what is there. Lists and texts have no members: `list|count` and `text|strlen` are their sizes, `list[0].name` and `list|map:item.name` read members of items.',
  message: (d) => `${d.of} never has a member "${d.name}": this is always null.`,
  hint: (d) => d.instead ?? nearestHint(d),
});
export const unknownInput = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_input',
  severity: 'error',
  title: 'An expression reads an input that is not declared',
  solve:
    'Declare it under `input`, or mend the spelling. What was sent without being declared is in `request.body` and `request.query`.',
  message: (d) => `There is no input "${d.name}".`,
  hint: nearestHint,
});
export const unknownEnv = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_env',
  severity: 'error',
  title: 'An expression reads an environment variable that env.jsonc does not declare',
  solve: 'Declare it in env.jsonc: `"NAME": {"default": "…"}`.',
  message: (d) => `There is no "${d.name}" in env.jsonc.`,
  hint: nearestHint,
});
export const unknownFilter = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_filter',
  severity: 'error',
  title: 'An expression uses a filter that does not exist',
  solve: 'Look the name up in the filter reference.',
  message: (d) => `There is no filter "${d.name}".`,
  hint: nearestHint,
});
export const filterArguments = defineProblem<{ name: string; wanted: string; found: number }>({
  code: 'filter_arguments',
  severity: 'error',
  title: 'A filter has too few or too many arguments',
  solve: 'Arguments follow the name, each behind a colon: `text|replace:"a":"b"`.',
  message: (d) => `The filter ${d.name} takes ${d.wanted}, but got ${d.found}.`,
});
export const wrongTypeProblem = defineProblem<{
  what: string;
  wanted: string;
  found: string;
  /** `found` names both sides. */
  both?: boolean;
  hint?: string | undefined;
}>({
  code: 'wrong_type',
  severity: 'error',
  title: 'A value has another type than the place needs',
  solve: 'Convert it (`|to_int`, `|to_text`, …), or join texts with `~` instead of `+`.',
  message: (d) => `${d.what} needs ${d.wanted}, but ${d.both === true ? 'these are' : 'this is'} ${d.found}.`,
  hint: (d) => d.hint,
});
export const neverEqual = defineProblem<{ left: string; right: string }>({
  code: 'never_equal',
  severity: 'error',
  title: 'Two values of different types are compared for equality',
  solve: 'Values of different types are never equal. Convert one side, or compare with a value of the same type.',
  message: (d) => `${withArticle(d.left, 'A')} and ${withArticle(d.right, 'a')} are never equal.`,
});
export const timestampArithmetic = defineProblem<object>({
  code: 'timestamp_arithmetic',
  severity: 'error',
  title: 'A bare number is added to or taken from a timestamp',
  solve: 'Some habits mean seconds and others milliseconds, so say it: `now|add_secs_to_timestamp:3600`.',
  message: () => 'A bare number next to a timestamp does not say whether it means seconds or milliseconds.',
  hint: () => 'Write now|add_secs_to_timestamp:-86400 (in seconds).',
});
export const queryOnly = defineProblem<{ what: string }>({
  code: 'query_only',
  severity: 'error',
  title: 'Something that only conditions of queries know stands elsewhere',
  solve:
    'Conditions with a question mark, `search` and `db.…` belong into `where` and the other row expressions of database functions.',
  message: (d) => `${d.what} can only stand in a condition over rows.`,
});
export const unknownTable = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_table',
  severity: 'error',
  title: 'A table that does not exist is named',
  solve: 'Tables are the files under tables/.',
  message: (d) => `There is no table "${d.name}".`,
  hint: nearestHint,
});
export const unknownColumnProblem = defineProblem<{ name: string; table: string; nearest: string | undefined }>({
  code: 'unknown_column',
  severity: 'error',
  title: 'A column that the table does not have is named',
  solve: 'Look at the columns in tables/<table>.jsonc.',
  message: (d) => `${d.table} has no column "${d.name}".`,
  hint: nearestHint,
});
export const misplaced = defineProblem<{ what: string; where: string }>({
  code: 'misplaced',
  severity: 'error',
  title: 'A step stands where it can have no meaning',
  solve:
    '`break` and `continue` belong into loops of the same branch; `return` and `break` may not stand in `finally`; `set_status`, `set_header` and `return` may not stand in `post_process`.',
  message: (d) => `${d.what} can't stand ${d.where}.`,
});
export const hiddenVariable = defineProblem<{ name: string }>({
  code: 'hidden_variable',
  severity: 'warning',
  title: 'The name of a loop hides a variable',
  solve: 'Give the loop another name with `as` or `index_as`.',
  message: (d) => `Inside this loop "${d.name}" hides the variable of that name.`,
});
export const passwordLeaves = defineProblem<{ what: string }>({
  code: 'password_leaves',
  severity: 'error',
  title: "An endpoint's answer carries a password's hash",
  solve:
    'Leave the password column out of `output`, or remove it with `|unpick:["password"]`. The answer is also what an error says (`throw_error`, `precondition`) and its headers. What is made of a hash counts as one, and in a loop each name that could come to hold it; `|sha256`, `|to_int` and comparisons end that.',
  message: (d) => `${d.what} carries a password column's hash.`,
});
export const passwordSent = defineProblem<{ what: string }>({
  code: 'password_sent',
  severity: 'warning',
  title: "A password's hash goes to another server or into the log",
  solve: 'Leave it out: hashes are read by `check_password` and need to go nowhere else.',
  message: (d) => `${d.what} carries a password column's hash.`,
});
export const secretLeaves = defineProblem<{ what: string }>({
  code: 'secret_leaves',
  severity: 'error',
  title: "An endpoint's answer carries a secret of env.jsonc",
  solve:
    'Leave it out: a variable with `"secret": true` is for requests to other servers, comparisons and signatures. The answer is also what an error says (`throw_error`, `precondition`) and its headers. What is made of a secret counts as one, and in a loop each name that could come to hold it; `|sha256`, `|to_int` and comparisons end that. A value that everyone may see is no secret: remove `"secret": true` in env.jsonc.',
  message: (d) => `${d.what} carries a secret of env.jsonc.`,
});
export const secretLogged = defineProblem<{ what: string }>({
  code: 'secret_logged',
  severity: 'warning',
  title: 'A secret of env.jsonc goes into the log',
  solve: 'Leave it out: logs are read by more people than secrets are meant for.',
  message: (d) => `${d.what} carries a secret of env.jsonc.`,
});
export const neverReached = defineProblem<object>({
  code: 'never_reached',
  severity: 'warning',
  title: 'Steps stand behind one that always leaves',
  solve: 'Remove them, or move the `return`, `break`, `continue` or `throw_error` into a branch.',
  message: () => 'This step is never reached.',
});
export const duplicateStepId = defineProblem<{ id: string }>({
  code: 'duplicate_step_id',
  severity: 'error',
  title: 'Two steps of a stack have one id',
  solve: 'Give each step an id of its own, or leave it out.',
  message: (d) => `Another step of this stack has the id "${d.id}" already.`,
});
export const tooDeep = defineProblem<{ depth: number }>({
  code: 'stack_too_deep',
  severity: 'error',
  title: 'Steps are nested too deeply',
  solve: 'Move the inner steps into a function and call it with `run_function`.',
  message: (d) => `Steps are nested more than ${d.depth} deep.`,
});
export const databaseInParallel = defineProblem<object>({
  code: 'database_in_parallel',
  severity: 'error',
  title: 'A parallel step in a transaction has database steps',
  solve: 'A transaction has one connection. Move the parallel step out of the transaction, or run its database steps in order.',
  message: () => 'Inside a transaction the branches of parallel must not use the database.',
});
export const needsTransaction = defineProblem<{ what: string }>({
  code: 'needs_transaction',
  severity: 'error',
  title: 'Rows are locked outside a transaction',
  solve: 'Put the step into a `transaction`; a lock lasts as long as that does.',
  message: (d) => `${d.what} locks rows and needs a transaction around it.`,
});
export const retriesWithEffects = defineProblem<object>({
  code: 'retries_with_effects',
  severity: 'error',
  title: 'A transaction with retries does more than use the database',
  solve: 'What is repeated must be undone first, which only the database can. Move the other step out, or leave `retries` away.',
  message: () => '"retries" needs a transaction that has no effect but the database.',
});
export const nestedIsolation = defineProblem<object>({
  code: 'nested_isolation',
  severity: 'error',
  title: 'A nested transaction asks for an isolation of its own',
  solve: 'A nested transaction is a savepoint of the outer one; set `isolation` there.',
  message: () => '"isolation" can\'t be set on a transaction inside another.',
});
export const outboundInTransaction = defineProblem<object>({
  code: 'outbound_in_transaction',
  severity: 'warning',
  title: 'An outbound call inside a transaction',
  solve: 'The transaction holds its locks while the call waits. Call before or after it, or with `post_process`.',
  message: () => 'The transaction holds its locks while this call waits.',
});
export const unknownStack = defineProblem<{ name: string; nearest: string | undefined }>({
  code: 'unknown_user_function',
  severity: 'error',
  title: 'run_function names a function that the workspace does not have',
  solve: 'Functions are the files under functions/, named by their path without ending: `pricing/total`.',
  message: (d) => `The workspace has no function "${d.name}".`,
  hint: nearestHint,
});
export const notAllowedHere = defineProblem<{ parameter: string; why: string }>({
  code: 'not_allowed_here',
  severity: 'error',
  title: 'A parameter that has no meaning at this place',
  solve: 'Remove the parameter.',
  message: (d) => `"${d.parameter}" is not allowed here: ${d.why}.`,
});
export const numberTooLarge = defineProblem<{ text: string }>({
  code: 'number_out_of_range',
  severity: 'error',
  title: 'A whole number is beyond what an int can hold',
  solve:
    'Integers reach from -9007199254740991 to 9007199254740991. With a fraction (`.0`) it is a decimal, which has no such bound.',
  message: (d) => `${d.text} is beyond the range of an int.`,
});
