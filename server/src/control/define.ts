/** How a call of the control API is declared: once; routing, validation, paging and OpenAPI are made from it. */
import { type Static, type TArray, type TSchema, Type } from 'typebox';

/** Who may call: anybody, or the holder of the admin key. */
export type Permission = 'public' | 'admin';

export interface CallRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Who calls: the admin key, or anybody. */
  readonly actor: { readonly id: string; readonly name: string };
  readonly requestId: string;
  readonly clientAddress: string;
  readonly signal: AbortSignal;
}

export interface CallAnswer<R> {
  readonly status?: number;
  readonly body: R;
  /** Of a list: the cursor of the next page; leaves as a Link header. */
  readonly nextCursor?: string | undefined;
}

interface Declaration<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/workspaces/{name}/versions` */
  readonly path: string;
  /** camelCase, unique: the OpenAPI operationId. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly permission: Permission;
  readonly params?: P;
  readonly query?: Q;
  /** JSON; absent: none is read. */
  readonly body?: B;
  /** Bytes that the body may have; 1,000,000 where the call doesn't say. */
  readonly bodyBytes?: number;
  readonly answer: R;
  /** Codes it can end with beside the usual ones. */
  readonly errors?: readonly string[];
}

export interface CallDeclaration<
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> extends Declaration<P, Q, B, R> {
  readonly paged?: false;
  readonly handler: (request: CallRequest<Static<P>, Static<Q>, Static<B>>) => Promise<CallAnswer<Static<R>>>;
}

/** What part of a list is asked for. */
export interface Page {
  /** Items of the page, at most. */
  readonly limit: number;
  /** Where to go on; undefined: at the beginning. */
  readonly cursor?: string;
}

/** A call that answers a list page by page: it takes `limit` and `cursor` beside its own query. */
export interface ListDeclaration<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TArray>
  extends Declaration<P, Q, B, R> {
  readonly paged: true;
  readonly handler: (request: CallRequest<Static<P>, Static<Q> & Page, Static<B>>) => Promise<CallAnswer<Static<R>>>;
}

export type AnyCall = Omit<CallDeclaration, 'handler' | 'paged'> & {
  readonly paged?: boolean;
  readonly handler: (request: never) => Promise<CallAnswer<unknown>>;
};

/** Declares a call; the handler's types are inferred from the schemas. */
export function defineCall<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TArray>(
  declaration: ListDeclaration<P, Q, B, R>,
): AnyCall;
export function defineCall<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  declaration: CallDeclaration<P, Q, B, R>,
): AnyCall;
export function defineCall(declaration: AnyCall): AnyCall {
  return declaration;
}

/** Items of a page where the caller doesn't say, and the most it may ask for. */
const defaultPageLimit = 100;
const maxPageLimit = 1_000;
/** Characters of a cursor. */
const longestCursor = 500;

const pageSchemas = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: maxPageLimit, default: defaultPageLimit, description: 'Items of the answer, at most.' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: longestCursor, description: 'Where to go on: from the `Link` header of the page before.' }),
  ),
};

/** The query of a call as it is sent: what it declares, and `limit` and `cursor` of a paged one. */
export function querySchema(call: AnyCall): TSchema | undefined {
  if (call.paged !== true) return call.query;
  const { properties = {} } = (call.query ?? {}) as { readonly properties?: Readonly<Record<string, TSchema>> };
  return Type.Object({ ...properties, ...pageSchemas });
}

/**
 * The page of a list that was fetched with one item more than the page holds, so that it is known whether there is a next one.
 * @param cursorOf - what the next page goes on after: of the page's last item
 */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { readonly page: readonly T[]; readonly nextCursor: string | undefined } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { page, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : undefined };
}
