/** Refusals before a filter makes something too large. */
import { errorOf, listTooLarge, textTooLarge } from '../errors.ts';
import type { FilterContext } from './define.ts';

/** Throws `text_too_large` when a text of `length` UTF-16 units would be longer than allowed. */
export function allowText(context: FilterContext, length: number): void {
  if (length > context.limits.textLength) throw errorOf(textTooLarge, { limitCharacters: context.limits.textLength });
}

/** Throws `list_too_large` when a list of `length` items would be longer than allowed. */
export function allowList(context: FilterContext, length: number): void {
  if (length > context.limits.listItems) throw errorOf(listTooLarge, { limit: context.limits.listItems });
}
