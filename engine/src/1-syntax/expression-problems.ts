/** What can be wrong in the text of an expression, before anything is known of its names and types. */
import { defineProblem } from '../problems.ts';

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const expressionEmpty = defineProblem({
  code: 'expression_empty',
  severity: 'error',
  title: 'An expression is empty',
  solve: 'Write an expression between the braces, `{{ order.total }}`, or take the braces away.',
  message: () => 'An expression is expected here',
});

export const expressionExpected = defineProblem<{ expected: string; found: string; hint?: string }>({
  code: 'expression_expected',
  severity: 'error',
  title: 'Something is missing in an expression',
  solve:
    'The message says what may stand at the place and what stands there: a value after an operator, a name after a point, a filter’s name after `|`.',
  message: ({ expected, found }) => `${capitalised(expected)} is expected here, found ${found}`,
  hint: ({ hint }) => hint,
});

export const expressionUnexpected = defineProblem<{ found: string; hint?: string }>({
  code: 'expression_unexpected',
  severity: 'error',
  title: 'Something in an expression has no operator before it',
  solve: "Put an operator between the two values, or quotes around a text: `{{ status == 'open' }}`.",
  message: ({ found }) => `An operator or the expression’s end is expected here, found ${found}`,
  hint: ({ hint }) => hint,
});

export const expressionUnclosed = defineProblem<{ open: string; close: string }>({
  code: 'expression_unclosed',
  severity: 'error',
  title: 'A bracket in an expression is not closed',
  solve: 'Every `(`, `[` and `{` needs its closing bracket. The place is that of the opening one.',
  message: ({ open, close }) => `This ${open} is not closed, ${close} is missing`,
});

export const expressionUnterminatedText = defineProblem<{ quote: string }>({
  code: 'expression_unterminated_text',
  severity: 'error',
  title: 'A text in an expression is not closed',
  solve:
    "Put the closing quote at the text’s end; inside a text the quote is written `\\'` (in a JSON file `\\\\'`), or use the other kind of quote.",
  message: ({ quote }) => `This text is not closed, ${quote} is missing`,
});

export const expressionBadQuotes = defineProblem<{ quote: string }>({
  code: 'expression_bad_quotes',
  severity: 'error',
  title: 'A text in an expression stands in quotes of another kind',
  solve: "Texts stand in straight quotes, `'…'` or `\"…\"`. Parts are joined by `~`: `'Dear ' ~ name`.",
  message: ({ quote }) => `Texts stand in '…' or "…", not in ${quote}`,
  hint: ({ quote }) => (quote === '`' ? "join the parts by ~, for example 'Dear ' ~ name" : undefined),
});

export const expressionBadEscape = defineProblem<{ written: string }>({
  code: 'expression_bad_escape',
  severity: 'error',
  title: 'A backslash in a text is followed by something it cannot escape',
  solve:
    'Known escapes: `\\n \\r \\t \\\\ \\\' \\" \\uXXXX`. A backslash itself is `\\\\` (and in a JSON file each backslash is written twice).',
  message: ({ written }) => `${written} is no escape`,
  hint: () => 'A backslash itself is written \\\\',
});

export const expressionBadNumber = defineProblem<{ written: string; hint: string }>({
  code: 'expression_bad_number',
  severity: 'error',
  title: 'A number in an expression is written in an unknown way',
  solve: 'Write `0.5` for `.5`, `7` for `007`; `1.5e3` is a float; there are no `0x1f` and no `1_000`.',
  message: ({ written }) => `${written} is no number`,
  hint: ({ hint }) => hint,
});

export const expressionBadName = defineProblem<{ name: string }>({
  code: 'expression_bad_name',
  severity: 'error',
  title: 'A name has characters that names cannot have',
  solve: 'Names are made of a–z, A–Z, 0–9 and `_`. A member with another name is written in brackets: `row["größe"]`.',
  message: ({ name }) => `${name} is no name`,
  hint: () => 'Names are made of a–z, 0–9 and _; another member is written row["its name"], a text in quotes',
});

export const expressionBadCharacter = defineProblem<{ found: string }>({
  code: 'expression_bad_character',
  severity: 'error',
  title: 'A character has no meaning in expressions',
  solve: 'Take the character away; a text stands in quotes.',
  message: ({ found }) => `${found} has no meaning in an expression`,
});

export const expressionDollar = defineProblem<{ written: string; name: string }>({
  code: 'expression_dollar',
  severity: 'error',
  title: 'A name begins with $',
  solve: 'Variables are written by their name alone: `total`, not `$total` or `$var.total`; `$this` is `item`.',
  message: ({ written }) => `Names are written without $, found ${written}`,
  hint: ({ name }) => `Write ${name}`,
});

export const expressionCallBrackets = defineProblem<{ name: string }>({
  code: 'expression_call_brackets',
  severity: 'hint',
  title: 'now and uuid need no brackets',
  solve: 'Write `now`, not `now()`. It changes nothing.',
  message: ({ name }) => `${name} needs no brackets`,
  replacement: () => '',
  hint: ({ name }) => `Write ${name}`,
});

export const expressionFunctionCall = defineProblem<{ written: string; instead: string }>({
  code: 'expression_function_call',
  severity: 'error',
  title: 'There are no function calls in expressions',
  solve: 'A filter follows its value: `name|to_upper` instead of `to_upper(name)`, `total|round:2` instead of `round(total, 2)`.',
  message: ({ written }) => `There are no function calls, found ${written}(…)`,
  hint: ({ instead }) => `Write ${instead}`,
});

export const expressionStrictEquality = defineProblem<{ written: string; operator: string }>({
  code: 'expression_strict_equality',
  severity: 'hint',
  title: 'Equality has two signs, not three',
  solve: 'Write `==` and `!=`: equality never converts types here. It changes nothing.',
  message: ({ written, operator }) => `${written} is written ${operator} here`,
  replacement: ({ operator }) => operator,
  hint: ({ operator }) => `Write ${operator}; it never converts types`,
});

export const expressionOperatorSpelling = defineProblem<{ written: string; operator: string }>({
  code: 'expression_operator_spelling',
  severity: 'error',
  title: 'An operator is spelled as in another language',
  solve:
    'Write `&&`, `||`, `!` for and, or, not; `==` and `!=` for `=` and `<>`; `contains` for includes; word operators in small letters.',
  message: ({ written }) => `There is no operator ${written}`,
  hint: ({ operator }) => `Write ${operator}`,
});

export const expressionOptionalChaining = defineProblem<{ bracket: boolean }>({
  code: 'expression_optional_chaining',
  severity: 'hint',
  title: 'Reading a member needs no question mark',
  solve: 'Write `order.note`: a member of nothing is null and never an error. It changes nothing.',
  message: () => 'A member of nothing is null, the question mark is not needed',
  replacement: ({ bracket }) => (bracket ? '' : '.'),
  hint: () => 'Write . alone',
});

export const expressionMixedNullish = defineProblem({
  code: 'expression_mixed_nullish',
  severity: 'error',
  title: '?? stands beside || or && without brackets',
  solve: 'Say by brackets what belongs together: `(a ?? b) || c` or `a ?? (b || c)`.',
  message: () => '?? beside || or && needs brackets',
  hint: () => 'Write (a ?? b) || c or a ?? (b || c)',
});

export const expressionChainedComparison = defineProblem({
  code: 'expression_chained_comparison',
  severity: 'error',
  title: 'Comparisons stand in a chain',
  solve: 'Compare twice: `a < b && b < c`, or `b between [a, c]` in a condition.',
  message: () => 'Comparisons do not chain',
  hint: () => 'Write a < b && b < c',
});

export const expressionBetween = defineProblem({
  code: 'expression_between',
  severity: 'error',
  title: 'between is followed by two values without brackets',
  solve: 'Both ends stand in a list: `price between [10, 20]`.',
  message: () => 'Between takes a list of both ends',
  hint: () => 'Write x between [a, b]',
});

export const expressionListBrackets = defineProblem({
  code: 'expression_list_brackets',
  severity: 'error',
  title: 'A list stands in round brackets',
  solve: "Lists stand in square brackets: `status in ['open', 'paid']`.",
  message: () => 'A list stands in square brackets',
  hint: () => 'Write [a, b]',
});

export const expressionDuplicateKey = defineProblem<{ key: string }>({
  code: 'expression_duplicate_key',
  severity: 'error',
  title: 'A key stands twice in an object',
  solve: 'Keep one of the two.',
  message: ({ key }) => `The key ${key} stands a second time in this object`,
});

export const expressionConditionalFilter = defineProblem<{ filter: string }>({
  code: 'expression_conditional_filter',
  severity: 'error',
  title: 'A filter with arguments stands in the middle of ?: without brackets',
  solve: 'The colon of an argument and that of the condition cannot be told apart: write `c ? (x|round:2) : y`.',
  message: ({ filter }) => `The filter ${filter} with arguments needs brackets in the middle of ?:`,
  hint: ({ filter }) => `Write c ? (x|${filter}:…) : y`,
});

export const expressionConditionalLambda = defineProblem<{ filter: string }>({
  code: 'expression_conditional_lambda',
  severity: 'error',
  title: 'A ?: stands behind a filter’s condition without brackets',
  solve: 'Put brackets around what belongs together: `(list|some:item.x) ? a : b`, or `list|map:(item.x ? a : b)`.',
  message: ({ filter }) => `?: after the argument of ${filter} needs brackets`,
  hint: ({ filter }) => `Write (list|${filter}:…) ? a : b, or list|${filter}:(… ? a : b)`,
});

export const expressionArgumentBrackets = defineProblem<{ operator: string }>({
  code: 'expression_argument_brackets',
  severity: 'error',
  title: 'A filter’s argument needs brackets',
  solve: 'An argument is a literal, a path or stands in brackets: `total|add:(-fee)`.',
  message: ({ operator }) => `An argument that begins with ${operator} needs brackets`,
  hint: ({ operator }) => `Write (${operator}…)`,
});

export const expressionTooDeep = defineProblem<{ depth: number }>({
  code: 'expression_too_deep',
  severity: 'error',
  title: 'An expression is nested too deeply',
  solve: 'Make variables of its inner parts.',
  message: ({ depth }) => `The expression is nested more than ${depth} deep; the rest of it was not read`,
});

export const expressionTooLong = defineProblem<{ length: number; most: number }>({
  code: 'expression_too_long',
  severity: 'error',
  title: 'An expression is too long',
  solve: 'Make variables of its parts.',
  message: ({ length, most }) => `The expression has ${length} characters, at most ${most} are read`,
});

export const templateUnclosed = defineProblem({
  code: 'template_unclosed',
  severity: 'error',
  title: 'Braces around an expression are not closed',
  solve: "Close the expression with `}}`. Two braces meant as text are written `{{ '{{' }}`.",
  message: () => 'This {{ is not closed, }} is missing',
  hint: () => "Two braces as text are written {{ '{{' }}",
});

export const looksLikeExpression = defineProblem<{ written: string; inner: string }>({
  code: 'looks_like_expression',
  severity: 'warning',
  title: 'A text looks as if an expression were meant, and is none',
  solve:
    "Expressions stand between two braces without a blank between them: `{{ input.id }}`. Where the characters are meant as text, say so: `{{ '${name}' }}`.",
  message: ({ written }) => `${written} stands as it is: it is text, not an expression`,
  hint: ({ inner }) => `Write {{ ${inner} }}`,
});

export const templateInKey = defineProblem<{ key: string }>({
  code: 'template_in_key',
  severity: 'warning',
  title: 'A key has braces in it',
  solve: 'Keys stand as they are, expressions in them are not evaluated. Use the filter `set`: `{{ {}|set:name:value }}`.',
  message: ({ key }) => `The key "${key}" stands as it is, expressions in keys are not evaluated`,
  hint: () => 'Write {{ {}|set:KEY:VALUE }}',
});

export const pathExpected = defineProblem<{ found: string; hint?: string }>({
  code: 'path_expected',
  severity: 'error',
  title: 'A path is expected',
  solve: 'A path is a variable’s name and the way into it, without braces: `cart.lines[0].count`.',
  message: ({ found }) => `A variable’s name or a path is expected here, found ${found}`,
  hint: ({ hint }) => hint ?? 'For example cart.lines[0].count',
});
