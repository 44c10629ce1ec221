/** How a call of the control API is declared: once; routing, validation, paging and OpenAPI are made from it. */
import type { Static, TSchema } from 'typebox';

export interface CallRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Who calls; the admin key for now. */
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

export interface CallDeclaration<
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/workspaces/{name}/versions` */
  readonly path: string;
  /** camelCase, unique: the OpenAPI operationId. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** What is needed to call it: `public`, or the admin key. */
  readonly permission: 'public' | 'admin';
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Media types of the body; `application/json` by default. */
  readonly bodyBytes?: number;
  readonly answer: R;
  /** Codes it can end with beside the usual ones. */
  readonly errors?: readonly string[];
  readonly handler: (request: CallRequest<Static<P>, Static<Q>, Static<B>>) => Promise<CallAnswer<Static<R>>>;
}

export type AnyCall = Omit<CallDeclaration, 'handler'> & { readonly handler: (request: never) => Promise<CallAnswer<unknown>> };

/** Declares a call; the handler's types are inferred from the schemas. */
export function defineCall<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  declaration: CallDeclaration<P, Q, B, R>,
): AnyCall {
  return declaration as unknown as AnyCall;
}
