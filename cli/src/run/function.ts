/** Runs a function of a folder in this process, as the server would. */
import {
  AshlarError,
  type CompiledFunction,
  type CompiledWorkspace,
  decodeJson,
  defaultLimits,
  encodeJson,
  errorOf,
  inputInvalid,
  limitsOf,
  type Outcome,
  prepareInputs,
  Run,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { print, printAside, printJson, styleAside } from '../terminal/output.ts';
import { inOrder, problemsText, summaryText } from '../terminal/problems.ts';
import { checkFiles } from '../workspace/check.ts';
import { effectsHere, localEffects } from './effects.ts';

export interface FunctionCall {
  readonly files: ReadonlyMap<string, string>;
  /** `pricing/total` */
  readonly name: string;
  /** JSON of an object. */
  readonly input: string;
  readonly json: boolean;
}

/** Runs it and shows what it answers. Answers the exit code: 1 when the files have problems or the run failed. */
export async function runFunction({ files, name, input, json }: FunctionCall): Promise<number> {
  const { compiled, problems, failed } = checkFiles(files);
  if (failed) {
    if (json) printJson({ success: false, problems: inOrder(problems) });
    else print(`${problemsText(problems, files)}\n\n${summaryText(problems)}`);
    return exitCodes.problems;
  }
  const found = runnable(compiled, name);
  try {
    const { value } = await execute(compiled, found, parsed(input));
    const body = encodeJson(value, { decimals: compiled.workspace.settings.decimals });
    print(json ? `{"success":true,"value":${body}}` : body);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    showError(error, found, json);
    return exitCodes.problems;
  }
}

/** The function, when it can run without a server. Throws Failure. */
function runnable(compiled: CompiledWorkspace, name: string): CompiledFunction {
  const found = compiled.functions.get(name);
  if (found === undefined) {
    const known = [...compiled.functions.keys()];
    throw usageFailure(`There is no function ${name}.${known.length === 0 ? '' : ` There are: ${known.join(', ')}.`}`);
  }
  const needed = [...found.stack.effects.names].filter((effect) => !effectsHere.has(effect)).sort();
  if (needed.length > 0)
    throw new Failure(
      `${name} asks for ${needed.join(', ')}, which needs a server: call an endpoint that runs it.`,
      1,
      'not_pure',
    );
  return found;
}

function parsed(input: string): Value {
  try {
    return decodeJson(input, defaultLimits, 'decimal');
  } catch (error) {
    if (error instanceof AshlarError) throw usageFailure(`--input: ${error.message}`);
    throw error;
  }
}

async function execute({ workspace }: CompiledWorkspace, { definition, stack }: CompiledFunction, body: Value): Promise<Outcome> {
  const check = prepareInputs(definition.inputs);
  const { input, errors } = check({ path: {}, query: new Map(), headers: {}, body, bodyIsText: false });
  if (errors.length > 0) throw errorOf(inputInvalid, {}, { fields: errors });
  const run = new Run({
    effects: localEffects,
    limits: limitsOf(workspace.settings),
    requestId: 'local',
    request: null,
    auth: null,
    env: defaultsOf(workspace.env),
    timezone: workspace.settings.timezone,
    decimals: workspace.settings.decimals,
    sealKey: new Uint8Array(32),
    clock: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    host: null,
  });
  return stack.execute(run, input);
}

function defaultsOf(variables: CompiledWorkspace['workspace']['env']): ValueObject {
  return Object.fromEntries([...variables.values()].map((variable) => [variable.name, variable.default ?? null]));
}

function showError(error: AshlarError, { stack }: CompiledFunction, json: boolean): void {
  const step = stack.steps.find((one) => one.id === error.step);
  const { code, message, fields, payload } = error;
  if (json) {
    printJson({ success: false, code, error: message, payload, errors: fields ?? [], step: step?.pointer ?? null });
    return;
  }
  printAside(`${styleAside('red', code)} ${message}${step === undefined ? '' : ` (${step.function}, ${step.pointer})`}`);
  for (const field of fields ?? []) printAside(`  ${field.field}: ${field.message}`);
}
