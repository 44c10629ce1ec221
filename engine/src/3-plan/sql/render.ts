/** From the tree to a text, once the states of its uses are known. */
import type { Binding } from '../../run/statement.ts';
import type { Sql } from './tree.ts';
import { present, type UseState } from './uses.ts';

/** One parameter of a rendered text: the use that gives its value, and how it is sent. */
export interface RenderedParam {
  readonly use: number;
  readonly binding: Binding;
}
export interface Rendered {
  readonly text: string;
  readonly params: readonly RenderedParam[];
}

/** How a condition came out. Its text is written last: what is folded away must not count its parameters. */
type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'sql'; readonly write: () => string };

/** Called for a state that a choice has no case for: throws. */
export type Refuse = (use: number) => never;

/** Renders one variant. `states[use]` is missing for uses that stand nowhere: those count as present. */
export function render(tree: Sql, states: readonly UseState[], refuse: Refuse): Rendered {
  const renderer = new Renderer(states, refuse);
  const text = renderer.text(tree);
  return { text, params: renderer.params };
}

class Renderer {
  readonly params: RenderedParam[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #states: readonly UseState[];
  readonly #refuse: Refuse;

  constructor(states: readonly UseState[], refuse: Refuse) {
    this.#states = states;
    this.#refuse = refuse;
  }

  text(node: Sql): string {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'sequence':
        return node.parts.map((part) => this.text(part)).join('');
      case 'bind':
        return `$${this.#number(node.use, node.binding)}::${node.binding.pg}`;
      case 'clause': {
        const condition = this.condition(node.condition);
        if (condition.kind === 'absent' || (condition.kind === 'constant' && condition.value)) return '';
        return ` ${node.keyword} ${shown(condition)}`;
      }
      default:
        return shown(this.condition(node));
    }
  }

  condition(node: Sql): Condition {
    switch (node.kind) {
      case 'absent':
      case 'constant':
        return node;
      case 'choice':
        return this.condition(node.cases[this.#states[node.use] ?? present] ?? this.#refuse(node.use));
      case 'not':
        return negated(this.condition(node.part));
      case 'and':
      case 'or':
        return combined(
          node.parts.map((part) => this.condition(part)),
          node.kind,
        );
      default:
        return { kind: 'sql', write: () => this.text(node) };
    }
  }

  #number(use: number, binding: Binding): number {
    const key = `${use} ${binding.pg}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.params.push({ use, binding });
    this.#numbers.set(key, number);
    return number;
  }
}

function shown(condition: Condition): string {
  if (condition.kind === 'sql') return condition.write();
  return condition.kind === 'constant' && !condition.value ? 'false' : 'true';
}

function negated(condition: Condition): Condition {
  if (condition.kind === 'absent') return condition;
  if (condition.kind === 'constant') return { kind: 'constant', value: !condition.value };
  return { kind: 'sql', write: () => `(${condition.write()}) is not true` };
}

/** Leaves out what is left out and folds what is known. Brackets around the rest, so that precedence is never a question. */
function combined(parts: readonly Condition[], word: 'and' | 'or'): Condition {
  const there = parts.filter((part) => part.kind !== 'absent');
  if (there.length === 0) return { kind: 'absent' };
  const deciding = word === 'or';
  const rest: (() => string)[] = [];
  for (const part of there) {
    if (part.kind === 'sql') rest.push(part.write);
    else if (part.value === deciding) return part;
  }
  const [only] = rest;
  if (only === undefined) return { kind: 'constant', value: !deciding };
  if (rest.length === 1) return { kind: 'sql', write: only };
  return { kind: 'sql', write: () => `(${rest.map((write) => write()).join(` ${word} `)})` };
}
