/** A request to `/api:<group>/…`, station by station. */
import type { Outcome, Run, ValueObject } from '@ashlar/engine';
import { allowedMethods, parseQuery, type Query, queryObject } from '../base/http/index.ts';
import type { ServedGroup, Snapshot } from '../domains/publishing/index.ts';
import { errorAnswer, outcomeAnswer } from './answer.ts';
import { authenticate, challenge } from './authentication.ts';
import { type Body, readBody } from './body.ts';
import { groupHeaders, preflightHeaders, variesByOrigin } from './cors.ts';
import { docsPage } from './docs.ts';
import { allowHeader, asAshlarError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { checkInputs, debugHeader, headerObject } from './inputs.ts';
import { groupDocument } from './openapi.ts';
import type { ClientLimits, GatewayParts } from './parts.ts';
import { type Answer, addVary, publishedHeaders } from './response.ts';
import {
  findGroup,
  findMethod,
  findPath,
  type GroupPath,
  type GroupRoutes,
  type PathMatch,
  pathParameters,
  type RouteEntry,
} from './route.ts';
import { execute, metChangedSchema, newHost, newRun, nextSnapshot } from './run.ts';
import type { Soon } from './soon.ts';

/** Where a request was routed to. */
interface Destination {
  readonly snapshot: Snapshot;
  readonly routes: GroupRoutes;
  readonly match: PathMatch;
  readonly entry: RouteEntry;
}

/** What was read of a request once, whatever snapshot it runs against. */
interface Received {
  readonly path: GroupPath;
  readonly query: Query;
  readonly body: Body;
}

/**
 * Answers requests of groups. What needs no waiting is done without a promise: a stack that answers at once, asked without a
 * body, is answered in the turn that its request came in. Nothing here throws or rejects: every error becomes a problem document.
 */
export class EndpointServer {
  readonly #parts: GatewayParts;
  readonly #limits: ClientLimits;

  constructor(parts: GatewayParts, limits: ClientLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Answers a request. `address` tells how the caller reached the server. */
  serve(exchange: Exchange, path: GroupPath, snapshot: Snapshot, address: (exchange: Exchange) => string): Soon<Answer> {
    try {
      const routes = findGroup(snapshot, path);
      exchange.group = routes.group;
      const own = ownPage(exchange, path, routes, address);
      if (own !== null) return own;
      const match = findPath(routes, path);
      if (exchange.method === 'OPTIONS' && !match.entries.has('OPTIONS')) return optionsAnswer(exchange, routes.group, match);
      return this.#passGate(exchange, path, { snapshot, routes, match, entry: findMethod(match, exchange.method) });
    } catch (thrown) {
      return this.#failure(exchange, thrown);
    }
  }

  /** Waits while a publication holds the environment, and goes on with the snapshot that is in force then. */
  #passGate(exchange: Exchange, path: GroupPath, destination: Destination): Soon<Answer> {
    const { snapshots } = this.#parts;
    const held = snapshots.held(destination.routes.group.environment.id);
    if (held === undefined) return this.#receive(exchange, path, destination);
    const goOn = (): Soon<Answer> => {
      const { current } = snapshots;
      const unchanged = current === undefined || current === destination.snapshot;
      return this.#receive(exchange, path, unchanged ? destination : destinationOf(current, path, exchange.method));
    };
    return held.then(goOn).catch((thrown) => this.#failure(exchange, thrown));
  }

  /** Token, query, body. Throws what they refuse. */
  #receive(exchange: Exchange, path: GroupPath, destination: Destination): Soon<Answer> {
    const auth = this.#enter(exchange, destination);
    const query = parseQuery(exchange.queryText, 'query');
    const body = readBody(exchange, destination.routes.group.environment.limits);
    if (!(body instanceof Promise)) return this.#run(exchange, destination, { path, query, body }, auth, false);
    return body.then(
      (read) => this.#run(exchange, destination, { path, query, body: read }, auth, false),
      (thrown) => this.#failure(exchange, thrown),
    );
  }

  /** Notes where the exchange is now. Answers who calls, or throws that they may not. */
  #enter(exchange: Exchange, { routes, entry }: Destination): ValueObject | null {
    const { identity, verifyToken, clock } = this.#parts;
    const { headers } = exchange.request;
    exchange.group = routes.group;
    exchange.entry = entry;
    const debug = headers[debugHeader];
    exchange.debug = typeof debug === 'string' && identity.verify(debug);
    return authenticate(entry.endpoint.definition, routes.group.environment, headers.authorization, verifyToken, clock);
  }

  /** Inputs and stack. `again`: it has met a changed schema before. */
  #run(exchange: Exchange, destination: Destination, received: Received, auth: ValueObject | null, again: boolean): Soon<Answer> {
    const stumble = (thrown: unknown): Soon<Answer> =>
      metChangedSchema(thrown) && !again
        ? this.#runAgain(exchange, destination, received, thrown)
        : this.#failure(exchange, thrown);
    try {
      const { run, input } = this.#newRun(exchange, destination, received, auth);
      const outcome = execute(run, destination.entry, input);
      return outcome instanceof Promise
        ? outcome.then((ended) => this.#conclude(exchange, destination, run, ended), stumble)
        : this.#conclude(exchange, destination, run, outcome);
    } catch (thrown) {
      return stumble(thrown);
    }
  }

  #newRun(
    exchange: Exchange,
    { routes, match, entry }: Destination,
    { query, body }: Received,
    auth: ValueObject | null,
  ): { readonly run: Run; readonly input: ValueObject } {
    const headers = headerObject(exchange.request.headers);
    const path = pathParameters(entry, match.values);
    const input = checkInputs(entry, { path, query, headers, body: body.value, bodyIsText: body.isText });
    const host = newHost(exchange, entry, routes.group.environment, auth);
    exchange.host = host;
    const { runtime, clock } = this.#parts;
    const inputs = { auth, query: queryObject(query), headers, body: body.value };
    return { run: newRun({ effects: runtime.effects, clock }, exchange, entry, host, inputs), input };
  }

  #conclude(exchange: Exchange, { routes, entry }: Destination, run: Run, outcome: Outcome): Answer {
    try {
      const headers = groupHeaders(routes.group, exchange.request.headers.origin);
      const answer = outcomeAnswer(outcome, entry.endpoint, routes.group.environment, headers);
      exchange.run = run;
      return answer;
    } catch (thrown) {
      return this.#failure(exchange, thrown);
    }
  }

  /** The tables were of another version, and nothing was changed yet: once more, from the route on, as the new version has it. */
  async #runAgain(exchange: Exchange, { snapshot }: Destination, received: Received, thrown: unknown): Promise<Answer> {
    try {
      const next = await nextSnapshot(this.#parts.snapshots, snapshot, this.#limits.schemaMs);
      if (next === undefined) return this.#failure(exchange, thrown);
      const destination = destinationOf(next, received.path, exchange.method);
      return await this.#run(exchange, destination, received, this.#enter(exchange, destination), true);
    } catch (refused) {
      return this.#failure(exchange, refused);
    }
  }

  #failure(exchange: Exchange, thrown: unknown): Answer {
    const error = asAshlarError(thrown);
    if (error.code === 'internal_error') this.#parts.log.error('a request failed', failureFields(exchange, thrown));
    const { group } = exchange;
    const headers = group === undefined ? [...publishedHeaders] : groupHeaders(group, exchange.request.headers.origin);
    const allow = allowHeader(error);
    if (allow !== null) headers.push('Allow', allow);
    const wanted = group === undefined ? null : challenge(error, group.definition.path);
    if (wanted !== null) headers.push('WWW-Authenticate', wanted);
    return errorAnswer(error, exchange, {
      control: false,
      headers,
      decimals: group?.environment.compiled.workspace.settings.decimals,
    });
  }
}

function destinationOf(snapshot: Snapshot, path: GroupPath, method: string): Destination {
  const routes = findGroup(snapshot, path);
  const match = findPath(routes, path);
  return { snapshot, routes, match, entry: findMethod(match, method) };
}

/** OPTIONS: a preflight, or the question what the path answers. */
function optionsAnswer(exchange: Exchange, group: ServedGroup, match: PathMatch): Answer {
  const methods = allowedMethods(match.entries);
  const { origin } = exchange.request.headers;
  const headers = [...publishedHeaders, 'Allow', methods.join(', ')];
  if (variesByOrigin(group.definition.cors)) headers.push('Vary', 'Origin');
  const preflight = origin !== undefined && exchange.request.headers['access-control-request-method'] !== undefined;
  if (preflight) {
    addVary(headers, 'Access-Control-Request-Headers');
    headers.push(
      ...preflightHeaders(group.definition.cors, origin, methods, exchange.request.headers['access-control-request-headers']),
    );
  }
  return { status: 204, headers, body: null, contentType: '' };
}

/** `openapi.json` and `docs` of a group, unless its own endpoints use these words. */
function ownPage(
  exchange: Exchange,
  path: GroupPath,
  routes: GroupRoutes,
  address: (exchange: Exchange) => string,
): Answer | null {
  const [word] = path.segments;
  if ((word !== 'docs' && word !== 'openapi.json') || path.segments.length > 1 || path.trailingSlash) return null;
  if (!routes.group.definition.docs || routes.hasLiteral(word)) return null;
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return null;
  if (word === 'docs') return docsPage(path.key, routes.group);
  const headers = groupHeaders(routes.group, exchange.request.headers.origin);
  headers.push('Cache-Control', 'no-cache');
  const body = groupDocument(path.key, routes.group, address(exchange));
  return { status: 200, headers, body, contentType: 'application/json; charset=utf-8', validated: true, compressible: true };
}

/** What the log is told of a defect. */
export function failureFields(exchange: Exchange, thrown: unknown): Readonly<Record<string, unknown>> {
  const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { request_id: exchange.id, method: exchange.method, endpoint: exchange.label, error };
}
