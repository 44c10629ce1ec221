/** What can be wrong in a JSON file, before anything is known of its meaning. */
import { defineProblem } from '../problems.ts';

const comma = 'Put a comma between two members or items; one after the last is allowed.';

export const jsonEmpty = defineProblem({
  code: 'json_empty',
  severity: 'error',
  title: 'The file is empty',
  solve: 'Write the file’s object, `{}` at least, or delete the file.',
  message: () => 'The file is empty',
  hint: () => 'Write an object, {} at least, or delete the file',
});

export const jsonMissingComma = defineProblem({
  code: 'json_missing_comma',
  severity: 'error',
  title: 'A comma is missing',
  solve: `${comma} \`{"a": 1 "b": 2}\` becomes \`{"a": 1, "b": 2}\`.`,
  message: () => 'A comma is missing here',
});

export const jsonMissingColon = defineProblem<{ key: string }>({
  code: 'json_missing_colon',
  severity: 'error',
  title: 'A colon is missing after a key',
  solve: 'A member is a key, a colon and a value: `"name": "total"`.',
  message: ({ key }) => `A colon is missing after the key "${key}"`,
  hint: ({ key }) => `Write "${key}": VALUE`,
});

export const jsonMissingValue = defineProblem<{ found: string }>({
  code: 'json_missing_value',
  severity: 'error',
  title: 'A value is missing',
  solve: 'Write the value, or take the key or the doubled comma away.',
  message: ({ found }) => `A value is missing before ${found}`,
});

export const jsonMissingKey = defineProblem<{ found: string }>({
  code: 'json_missing_key',
  severity: 'error',
  title: 'A key is missing',
  solve: 'In an object each value has a key: `"name": VALUE`.',
  message: ({ found }) => `A key in double quotes is expected, found ${found}`,
});

export const jsonUnexpected = defineProblem<{ found: string; expected: string; hint?: string }>({
  code: 'json_unexpected',
  severity: 'error',
  title: 'Something stands where it cannot',
  solve: 'Take the characters away, or look whether a quote or a bracket is missing before them.',
  message: ({ found, expected }) => `Unexpected ${found}, ${expected} is expected`,
  hint: ({ hint }) => hint,
});

export const jsonTextAfterEnd = defineProblem<{ found: string }>({
  code: 'json_text_after_end',
  severity: 'error',
  title: 'Text stands after the end of the value',
  solve: 'A file holds one value. Take the rest away, or look for a bracket that closes too early.',
  message: ({ found }) => `The file’s value has ended, but ${found} follows`,
  hint: () => 'A file holds one value; perhaps a bracket closes too early',
});

export const jsonUnterminatedText = defineProblem<{ quote: string }>({
  code: 'json_unterminated_text',
  severity: 'error',
  title: 'A text is not closed',
  solve: 'Put the closing double quote at the text’s end. Inside a text, a quote is written `\\"`.',
  message: ({ quote }) => `This text is not closed, ${quote} is missing on its line`,
});

export const jsonLineBreakInText = defineProblem({
  code: 'json_line_break_in_text',
  severity: 'error',
  title: 'A line break stands inside a text',
  solve: 'Write `\\n` where the line breaks; a JSON text stands on one line.',
  message: () => 'A line break stands inside this text',
  hint: () => 'Write \\n instead',
});

export const jsonControlCharacter = defineProblem<{ character: string; written: string }>({
  code: 'json_control_character',
  severity: 'error',
  title: 'A control character stands inside a text',
  solve: 'Write it as an escape: a tab is `\\t`, others are `\\u` and four hexadecimal digits.',
  message: ({ character }) => `${character} stands inside this text`,
  hint: ({ written }) => `Write ${written} instead`,
});

export const jsonBadEscape = defineProblem<{ written: string; hint: string }>({
  code: 'json_bad_escape',
  severity: 'error',
  title: 'A backslash is followed by something it cannot escape',
  solve: 'Known escapes: `\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX`. A backslash itself is `\\\\`.',
  message: ({ written }) => `${written} is no escape`,
  hint: ({ hint }) => hint,
});

export const jsonBadNumber = defineProblem<{ written: string; hint: string }>({
  code: 'json_bad_number',
  severity: 'error',
  title: 'A number is written in a way that JSON does not know',
  solve: 'Write `0.5` for `.5`, `7` for `007` and `+7`; there are no NaN, Infinity, `0x1f` or `1_000`.',
  message: ({ written }) => `${written} is no number`,
  hint: ({ hint }) => hint,
});

export const jsonWrongQuotes = defineProblem<{ quote: string }>({
  code: 'json_wrong_quotes',
  severity: 'error',
  title: 'A text stands in other quotes than "…"',
  solve: 'Use straight double quotes: `"total"`. Single quotes belong inside expressions: `"{{ status == \'open\' }}"`.',
  message: ({ quote }) => `Texts stand in double quotes, not in ${quote}`,
  hint: () => 'Write "…"',
});

export const jsonUnquotedKey = defineProblem<{ key: string }>({
  code: 'json_unquoted_key',
  severity: 'error',
  title: 'A key stands without quotes',
  solve: 'Put the key in double quotes: `"name": "total"`.',
  message: ({ key }) => `The key ${key} needs double quotes`,
  hint: ({ key }) => `Write "${key}"`,
});

export const jsonUnquotedText = defineProblem<{ word: string; hint: string }>({
  code: 'json_unquoted_text',
  severity: 'error',
  title: 'A word stands where a value is expected',
  solve:
    'Texts need double quotes, an expression stands in a text too: `"{{ total }}"`. The only bare words are `true`, `false` and `null`.',
  message: ({ word }) => `${word} is no value`,
  hint: ({ hint }) => hint,
});

export const jsonDuplicateKey = defineProblem<{ key: string; line: number }>({
  code: 'json_duplicate_key',
  severity: 'error',
  title: 'A key stands twice in one object',
  solve: 'Keep one of the two; which one would count is nowhere said.',
  message: ({ key, line }) => `The key "${key}" stands here a second time, first on line ${line}`,
});

export const jsonUnclosedBracket = defineProblem<{ open: string; close: string; more: number }>({
  code: 'json_unclosed_bracket',
  severity: 'error',
  title: 'A bracket is not closed',
  solve: 'Every `{` needs its `}` and every `[` its `]`. The place is that of the opening bracket.',
  message: ({ open, close, more }) =>
    `This ${open} is not closed, ${close} is missing${more === 0 ? '' : ` (and ${more} more around it)`}`,
});

export const jsonWrongBracket = defineProblem<{ open: string; close: string; found: string; line: number }>({
  code: 'json_wrong_bracket',
  severity: 'error',
  title: 'A bracket is closed by one of the other kind',
  solve: '`[` is closed by `]`, `{` by `}`.',
  message: ({ open, found, line }) => `${found} closes the ${open} of line ${line}`,
  hint: ({ close }) => `Write ${close}`,
});

export const jsonUnterminatedComment = defineProblem({
  code: 'json_unterminated_comment',
  severity: 'error',
  title: 'A comment is not closed',
  solve: 'Close the comment with `*/`.',
  message: () => 'This comment is not closed, */ is missing',
});

export const jsonHashComment = defineProblem({
  code: 'json_hash_comment',
  severity: 'error',
  title: 'A comment begins with #',
  solve: 'Comments are written `// …` or `/* … */`.',
  message: () => '# begins no comment',
  hint: () => 'Write // …',
});

export const jsonTooDeep = defineProblem<{ depth: number }>({
  code: 'json_too_deep',
  severity: 'error',
  title: 'Brackets are nested too deeply',
  solve: 'Move inner parts into functions of their own. What follows this place was not read.',
  message: ({ depth }) => `Brackets are nested more than ${depth} deep; the rest of the file was not read`,
});

export const jsonTooManyProblems = defineProblem<{ count: number }>({
  code: 'json_too_many_problems',
  severity: 'error',
  title: 'The file has too many problems to go on',
  solve: 'Solve the first ones; often one of them caused the others.',
  message: ({ count }) => `${count} problems so far; the rest of the file was not read`,
});
