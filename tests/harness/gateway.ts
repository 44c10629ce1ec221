/** For tests: a gateway over hand-made endpoints, without database and compiler, and a client that speaks raw HTTP. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import {
  type CompiledEndpoint,
  type CompiledWorkspace,
  defaultLimits,
  type Effects,
  type EndpointDefinition,
  type GroupDefinition,
  type Input,
  type Limits,
  type Method,
  type Outcome,
  type Run,
  type Segment,
  type Source,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import { systemClock } from '../../server/src/base/clock.ts';
import type { AnyCall } from '../../server/src/control/define.ts';
import { verifyToken } from '../../server/src/domains/access/index.ts';
import type { ServedEnvironment, ServedGroup, Snapshot, SnapshotSource } from '../../server/src/domains/publishing/index.ts';
import type { FinishedRequest } from '../../server/src/domains/telemetry/index.ts';
import type { ClientLimits } from '../../server/src/gateway/parts.ts';
import { createGateway, type Gateway } from '../../server/src/gateway/server.ts';

const source: Source = { path: 'apis/test/index.get.jsonc', text: '{"stack": []}\n' };
const span = { source, start: 0, end: 1 };
const place = { span, pointer: '' };

/** The admin key of the fixture. */
export const adminKey = 'k'.repeat(32);

/** An endpoint by hand. */
export interface FakeEndpoint {
  readonly method?: Method;
  /** `/orders/{id}` */
  readonly path?: string;
  readonly description?: string;
  readonly inputs?: readonly Input[];
  readonly auth?: readonly string[];
  readonly authOptional?: boolean;
  readonly unknownInputs?: 'ignore' | 'refuse';
  readonly effects?: readonly string[];
  readonly writes?: readonly string[];
  readonly stream?: 'ndjson' | 'sse';
  readonly execute?: (run: Run, input: ValueObject) => Outcome | Promise<Outcome>;
}

/** An input by hand; `text` in the query unless said otherwise. */
export function fakeInput(name: string, more: Partial<Input> = {}): Input {
  return { name, description: '', type: 'text', required: true, nullable: false, in: 'query', ...place, ...more };
}

/** What a stack ends with. */
export const answers = (value: Value, status = 200, headers: Readonly<Record<string, string>> | null = null): Outcome => ({
  status,
  value,
  headers: headers === null ? null : new Map(Object.entries(headers)),
});

function segmentsOf(path: string): readonly Segment[] {
  return path
    .split('/')
    .filter((text) => text !== '')
    .map((text) => (text.startsWith('{') ? { kind: 'parameter', name: text.slice(1, -1) } : { kind: 'literal', text }));
}

function compiledEndpoint(group: string, fake: FakeEndpoint): CompiledEndpoint {
  const { method = 'GET', path = '/' } = fake;
  const root = { kind: 'null', ...place } as const;
  const definition: EndpointDefinition = {
    group,
    method,
    path: segmentsOf(path),
    pathText: path,
    description: fake.description ?? '',
    auth: fake.auth ?? [],
    authOptional: fake.authOptional ?? false,
    inputs: new Map((fake.inputs ?? []).map((input) => [input.name, input])),
    unknownInputs: fake.unknownInputs ?? 'ignore',
    stack: { steps: { kind: 'array', items: [], ...place } },
    ...(fake.stream === undefined ? {} : { stream: { as: fake.stream, of: { kind: 'null', ...place } } }),
    source,
    root,
  };
  return {
    definition,
    stack: {
      label: `${method} ${path}`,
      steps: [
        {
          number: 0,
          id: 's1',
          function: 'throw_error',
          description: '',
          pointer: '/stack/0',
          span: { source, start: 11, end: 12 },
        },
      ],
      pure: false,
      effects: {
        names: new Set(fake.effects ?? []) as CompiledEndpoint['stack']['effects']['names'],
        reads: new Set(),
        writes: new Set(fake.writes ?? []),
        hosts: new Set(),
        needsTransaction: false,
      },
      ir: [] as unknown as CompiledEndpoint['stack']['ir'],
      statements: [],
      javascript: '',
      result: { kind: 'any', nullable: true },
      execute: fake.execute ?? (() => answers('ok')),
    },
  };
}

/** A group by hand. */
export interface FakeGroup {
  readonly endpoints: readonly FakeEndpoint[];
  readonly definition?: Partial<GroupDefinition>;
  readonly environment?: Partial<ServedEnvironment>;
  readonly limits?: Partial<Limits>;
}

function servedGroup(key: string, fake: FakeGroup): ServedGroup {
  const folder = key.split(':')[0] ?? key;
  const definition: GroupDefinition = {
    folder,
    path: folder,
    title: `The ${folder} API`,
    description: 'Made by hand',
    cors: { origins: [], methods: [], headers: [], credentials: false, maxAgeS: 600 },
    unknownInputs: 'ignore',
    docs: true,
    ...fake.definition,
  };
  const endpoints = fake.endpoints.map((endpoint) => compiledEndpoint(folder, endpoint));
  const compiled: CompiledWorkspace = {
    workspace: {
      settings: { name: 'demo', description: '', timezone: 'UTC', perPage: 25, maxRows: 10_000, decimals: 'number', limits: {} },
      env: new Map(),
      tables: new Map(),
      groups: new Map([[folder, definition]]),
      endpoints: endpoints.map((endpoint) => endpoint.definition),
      functions: new Map(),
      tasks: new Map(),
      seeds: [],
    },
    endpoints,
    functions: new Map(),
    tasks: new Map(),
  };
  const environment: ServedEnvironment = {
    id: `env_${key}`,
    workspaceId: 'ws_a',
    workspace: 'demo',
    name: 'dev',
    isDefault: true,
    versionId: 'ver_a',
    database: { database: 'd', ownerRole: 'o', appRole: 'a', appPassword: '', queryRole: 'q', queryPassword: '' },
    compiled,
    env: {},
    limits: { ...defaultLimits, ...fake.limits },
    tokenKey: new Uint8Array(32).fill(1),
    validAfter: new Map(),
    revokedTokens: new Set(),
    ...fake.environment,
  };
  return { definition, environment, endpoints };
}

let revisions = 0;

/** A snapshot by hand, by what follows `/api:`. */
export function fakeSnapshot(groups: Readonly<Record<string, FakeGroup>>): Snapshot {
  const served = Object.entries(groups).map(([key, fake]) => [key, servedGroup(key, fake)] as const);
  revisions += 1;
  return {
    revision: revisions,
    groups: new Map(served),
    environments: new Map(served.map(([, group]) => [group.environment.id, group.environment])),
  };
}

/** A snapshot source whose content the test changes. */
export class FakeSnapshots implements SnapshotSource {
  current: Snapshot | undefined;
  readonly holds = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();

  constructor(current: Snapshot | undefined) {
    this.current = current;
  }

  swap(snapshot: Snapshot): void {
    this.current = snapshot;
    for (const listener of this.#listeners) listener(snapshot);
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  held(environmentId: string): Promise<void> | undefined {
    return this.holds.get(environmentId);
  }
}

/** A gateway that listens. */
export interface Fixture {
  readonly gateway: Gateway;
  readonly snapshots: FakeSnapshots;
  readonly url: string;
  readonly port: number;
  readonly finished: FinishedRequest[];
  /** What was logged, message and fields as JSON. */
  readonly logged: string[];
}

export interface FixtureOptions {
  readonly groups?: Readonly<Record<string, FakeGroup>>;
  readonly calls?: readonly AnyCall[];
  readonly trustedProxies?: readonly string[];
  readonly clientLimits?: Partial<ClientLimits>;
  readonly ready?: boolean;
  readonly trouble?: () => string | null;
}

/** Starts a gateway on a free port of 127.0.0.1. */
export async function startFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const snapshots = new FakeSnapshots(options.groups === undefined ? undefined : fakeSnapshot(options.groups));
  const finished: FinishedRequest[] = [];
  const logged: string[] = [];
  const write = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const gateway = createGateway({
    settings: { host: '127.0.0.1', port: 0, trustedProxies: options.trustedProxies ?? [] },
    clock: systemClock,
    log: { info: write, warn: write, error: write },
    version: '0.1.0',
    ...(options.clientLimits === undefined ? {} : { clientLimits: options.clientLimits }),
  });
  const { url } = await gateway.listen();
  gateway.serve({
    snapshots,
    // Hand-made endpoints ask for no effect.
    runtime: { effects: {} as Effects },
    telemetry: { record: (request) => finished.push(request), recordPostProcess: () => {} },
    calls: options.calls ?? [],
    verifyToken,
    identity: { verify: (key) => key === adminKey },
    ...(options.trouble === undefined ? {} : { trouble: options.trouble }),
  });
  if (options.ready !== false) gateway.setReady();
  return { gateway, snapshots, url, port: Number(new URL(url).port), finished, logged };
}

/** An answer as node's client reads it. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  readonly json: unknown;
}

/** Calls the fixture with node's own client, which (unlike fetch) sends any method, path and header as it is. */
export function call(
  fixture: Fixture,
  method: string,
  path: string,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Uint8Array } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: fixture.port,
      method,
      path,
      // As clients with a connection of their own: the request is read by the gateway's own reader.
      headers: { connection: 'keep-alive', ...options.headers },
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        const isJson =
          /\bjson\b/.test(response.headers['content-type'] ?? '') && response.headers['content-encoding'] === undefined;
        const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, bytes, json });
      });
    });
    request.end(options.body);
  });
}

/** Writes bytes to a socket and reads until the server closes it, or `untilMs` have passed. */
export function raw(
  fixture: Fixture,
  text: string | Buffer,
  untilMs = 3_000,
): Promise<{ readonly text: string; readonly closed: boolean; readonly tookMs: number }> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket: Socket = connect(fixture.port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), closed, tookMs: performance.now() - startedAt });
    };
    const timer = setTimeout(() => finish(false), untilMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}
