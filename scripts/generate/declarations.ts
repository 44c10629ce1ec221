/** Everything that is declared: functions, filters, errors, problems, settings, calls, schemas. */
import { type AnyFilter, errorKinds, fieldCodes, fileSchemas, filters, type JsonSchema, problemKinds } from '@ashlar/engine';
import type { FunctionDeclaration } from '../../engine/src/library/define.ts';
import { functions } from '../../engine/src/library/index.ts';
import type { AnyCall } from '../../server/src/control/define.ts';
import { instanceDocument } from '../../server/src/gateway/openapi.ts';
import { controlCalls, settings } from '../../server/src/main.ts';

export interface ErrorEntry {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly solve: string;
  readonly catchable: boolean;
}
export interface ProblemEntry {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly solve: string;
}
export interface SettingEntry {
  readonly name: string;
  readonly description: string;
  readonly default: string | null;
  readonly secret: boolean;
}

export interface Declarations {
  readonly functions: readonly FunctionDeclaration[];
  readonly filters: readonly AnyFilter[];
  readonly errors: readonly ErrorEntry[];
  /** Codes of single inputs, in `errors` of an answer with input_invalid. */
  readonly fields: Readonly<Record<string, string>>;
  readonly problems: readonly ProblemEntry[];
  readonly settings: readonly SettingEntry[];
  readonly calls: readonly AnyCall[];
  readonly openapi: Readonly<Record<string, unknown>>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/** Reads all declarations; loading the server's modules declares their errors and problems. */
export function readDeclarations(): Declarations {
  const calls = declaredCalls();
  const nothing = { revision: 0, groups: new Map(), environments: new Map() };
  return {
    functions,
    filters,
    errors: errorKinds().map(({ code, status, title, solve, uncatchable }) => ({
      code,
      status,
      title,
      solve,
      catchable: uncatchable !== true,
    })),
    fields: fieldCodes,
    problems: problemKinds().map(({ code, severity, title, solve }) => ({ code, severity, title, solve })),
    settings: Object.values(settings).map((one) => ({
      name: one.name,
      description: one.description,
      default: 'default' in one ? one.default : null,
      secret: 'secret' in one && one.secret,
    })),
    calls,
    openapi: JSON.parse(instanceDocument(nothing, calls, '0.1.0', '/')),
    schemas: fileSchemas(functions),
  };
}

/** The calls as they are declared. Their handlers stay uncalled, so the parts of a running server are never reached for. */
function declaredCalls(): readonly AnyCall[] {
  const absent = new Proxy(Object.create(null), {
    get: (_target, name) => {
      throw new Error(`a call's declaration must not use a part of the server (${String(name)})`);
    },
  });
  return [...controlCalls({ postgres: absent, publishing: absent, sealer: absent, telemetry: absent, clock: absent })].sort(
    (a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1),
  );
}
