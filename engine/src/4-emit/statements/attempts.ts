/** What is undone when it fails: try with its savepoint, transactions. */
import type { IrStatement } from '../../ir.ts';
import { type Code, code, commaList, literal, name } from '../code.ts';
import { slotsOf } from '../slots.ts';
import type { Emitter, Place } from './emitter.ts';
import { declareExit, goOn, newExit } from './exits.ts';

/** try with catch and finally; what can not be caught skips finally. */
export function emitTry(emitter: Emitter, s: IrStatement & { op: 'try' }, step: number, place: Place): Code {
  const attempt = emitter.variant.awaits ? savedAttempt(emitter, s, step, place) : plainAttempt(emitter, s, place);
  if (s.finally === null)
    return code`{
${attempt}
}`;
  const skip = emitter.name('q');
  const pending = emitter.name('n');
  const passing = emitter.name('x');
  const replaced = emitter.name('o');
  return code`{ let ${skip} = false, ${pending} = null;
try {
${attempt}
} catch (${passing}) { ${pending} = h.located(${passing}, ${emitter.steps}, ${place.step}); ${skip} = h.skipsFinally(${pending}); throw ${pending}; }
finally { if (!${skip}) { ${place.step} = ${step}; try {
${emitter.block(s.finally, place)}
} catch (${replaced}) { throw h.replaced(${replaced}, ${pending}, ${emitter.steps}, ${place.step}); } } } }`;
}

/** Without a transaction, as nothing is awaited. */
function plainAttempt(emitter: Emitter, s: IrStatement & { op: 'try' }, place: Place): Code {
  const error = emitter.name('e');
  const caught = emitter.name('c');
  return code`try {
${emitter.block(s.body, place)}
} catch (${error}) {
const ${caught} = h.caught(${error}, ${emitter.steps}, ${place.step});
${emitCatch(emitter, s, caught, place)}
}`;
}

/** Without `catch` the error goes on. */
function emitCatch(emitter: Emitter, s: IrStatement & { op: 'try' }, caught: Code, place: Place): Code {
  if (s.catch === null) return code`throw ${caught};`;
  return code`${s.error === null ? code`` : code`${name(`v${s.error}`)} = h.errorValue(${caught});`}
${emitter.block(s.catch, place)}`;
}

/** With a savepoint, where a transaction is open. */
function savedAttempt(emitter: Emitter, s: IrStatement & { op: 'try' }, step: number, place: Place): Code {
  const mark = emitter.name('p');
  const error = emitter.name('e');
  const caught = emitter.name('c');
  const exit = newExit(emitter);
  const body = emitter.block(s.body, { ...place, exits: [...place.exits, exit] });
  const undo = emitCatch(emitter, s, caught, place);
  return code`${declareExit(exit)}
const ${mark} = run.transactionDepth > 0 ? await h.begin(run, ${step}, null) : null;
try {
${exit.label}: {
${body}
}
if (${mark} !== null) { ${place.step} = ${step}; await h.commit(run, ${step}, ${mark}); }
} catch (${error}) {
const ${caught} = h.caught(${error}, ${emitter.steps}, ${place.step});
${exit.used.size === 0 ? code`` : code`${exit.flag} = 0;`}
if (${mark} !== null) { ${place.step} = ${step}; await h.rollback(run, ${step}, ${mark}); }
${undo}
}
${goOn(exit, place)}`;
}

/** A transaction, tried again after conflicts where the step says so; its variables begin anew then. */
export function emitTransaction(emitter: Emitter, s: IrStatement & { op: 'transaction' }, step: number, place: Place): Code {
  const mark = emitter.name('p');
  const error = emitter.name('e');
  const found = emitter.name('o');
  const exit = newExit(emitter);
  const block = emitter.block(s.block, { ...place, exits: [...place.exits, exit] });
  const body = (failed: Code): Code => code`${declareExit(exit)}
const ${mark} = await h.begin(run, ${step}, ${literal(s.isolation)});
try {
${exit.label}: {
${block}
}
${place.step} = ${step};
await h.commit(run, ${step}, ${mark});
} catch (${error}) {
const ${found} = h.located(${error}, ${emitter.steps}, ${place.step});
${place.step} = ${step};
await h.rollback(run, ${step}, ${mark});
${failed}
throw ${found};
}
${goOn(exit, place)}`;
  if (s.retries === 0 || s.nested)
    return code`{
${body(code``)}
}`;
  const label = emitter.name('L');
  const attempt = emitter.name('a');
  const saved = emitter.name('c');
  const slots = [...slotsOf(s.block).written].map((slot) => name(`v${slot}`));
  const list = code`[${commaList(slots)}]`;
  const restore = slots.length === 0 ? code`` : code`${list} = ${saved};`;
  return code`{ const ${saved} = ${list};
${label}: for (let ${attempt} = 0; ; ${attempt}++) {
${body(code`if (h.mayRetry(run, ${error}, ${attempt}, ${s.retries})) { ${restore} continue ${label}; }`)}
break ${label};
} }`;
}
