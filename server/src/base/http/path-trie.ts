/**
 * A trie of path segments. A literal beats a parameter, there is no case folding, and an empty segment is no parameter's value.
 */

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | null;
  readonly entries: Map<string, T>;
}

/** What a path was found to be: what stands there by method, and the values of its parameters in order. */
export interface PathMatch<T> {
  readonly entries: ReadonlyMap<string, T>;
  readonly values: readonly string[];
}

const newNode = <T>(): Node<T> => ({ literals: new Map(), parameter: null, entries: new Map() });

export class PathTrie<T> {
  readonly #root = newNode<T>();

  /**
   * The entries at a path, by method, to be added to.
   * @param segments - a literal each, or null for a parameter
   */
  at(segments: readonly (string | null)[]): Map<string, T> {
    let node = this.#root;
    for (const segment of segments) {
      let next: Node<T> | null | undefined = segment === null ? node.parameter : node.literals.get(segment);
      if (next === null || next === undefined) {
        next = newNode<T>();
        if (segment === null) node.parameter = next;
        else node.literals.set(segment, next);
      }
      node = next;
    }
    return node.entries;
  }

  /** Whether a path begins with this literal. */
  hasLiteral(word: string): boolean {
    return this.#root.literals.has(word);
  }

  /** Finds what decoded segments lead to; a literal first, then the parameter. Each node is seen once at most. */
  find(segments: readonly string[]): PathMatch<T> | null {
    const values: string[] = [];
    const node = walk(this.#root, segments, 0, values);
    return node === null ? null : { entries: node.entries, values };
  }
}

function walk<T>(node: Node<T>, segments: readonly string[], depth: number, values: string[]): Node<T> | null {
  const segment = segments[depth];
  if (segment === undefined) return node.entries.size > 0 ? node : null;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? null : walk(literal, segments, depth + 1, values);
  if (found !== null || node.parameter === null || segment === '') return found;
  values.push(segment);
  const viaParameter = walk(node.parameter, segments, depth + 1, values);
  if (viaParameter === null) values.pop();
  return viaParameter;
}

/** Methods that a path answers, HEAD and OPTIONS included. */
export function allowedMethods(entries: ReadonlyMap<string, unknown>): readonly string[] {
  const methods = new Set(entries.keys());
  if (methods.has('GET')) methods.add('HEAD');
  methods.add('OPTIONS');
  return [...methods];
}
