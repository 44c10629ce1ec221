/** How a block is left: return, break and continue, through blocks that have work at their end. */
import type { IrStatement } from '../../ir.ts';
import { type Code, code } from '../code.ts';
import type { Emitter, Exit, Place, Way } from './emitter.ts';

const ways: readonly Way[] = ['return', 'break', 'continue'];

/** An exit with names of its own. */
export function newExit(emitter: Emitter): Exit {
  return { label: emitter.name('L'), flag: emitter.name('n'), value: emitter.name('x'), used: new Set() };
}

/** Leaves for the end of the innermost block that has work there; `far` is what leaves where there is none between. */
function leave(way: Way, place: Place, outside: number, far: Code): Code {
  const exit = place.exits.at(-1);
  if (exit === undefined || place.exits.length <= outside) return far;
  exit.used.add(way);
  return code`${exit.flag} = ${ways.indexOf(way) + 1}; break ${exit.label};`;
}

/** break and continue. */
export function emitJump(op: 'break' | 'continue', place: Place): Code {
  if (place.loop === null) throw new Error(`${op} outside a loop`);
  const word = op === 'break' ? code`break` : code`continue`;
  return leave(op, place, place.loop.exits, code`${word} ${place.loop.label};`);
}

/** Returns a value that stands in a variable. */
function returnValue(value: Code, place: Place): Code {
  const exit = place.exits.at(-1);
  const keep = exit === undefined ? code`` : code`${exit.value} = ${value}; `;
  return code`${keep}${leave('return', place, 0, code`return ${value};`)}`;
}

/** Variables of an exit. */
export function declareExit(exit: Exit): Code {
  return exit.used.size === 0 ? code`` : code`let ${exit.flag} = 0, ${exit.value} = null;`;
}

/** Behind a block's work: goes on where the block was left for. `place` is the block's own. */
export function goOn(exit: Exit, place: Place): Code {
  const lines = ways
    .filter((way) => exit.used.has(way))
    .map((way) => {
      const leave = way === 'return' ? returnValue(exit.value, place) : emitJump(way, place);
      return code`if (${exit.flag} === ${ways.indexOf(way) + 1}) { ${leave} }`;
    });
  return code`${lines}`;
}

/** return, with what it says of status and headers. */
export function emitReturn(emitter: Emitter, s: IrStatement & { op: 'return' }, place: Place): Code {
  const x = emitter.expressions;
  const value = emitter.name('x');
  const answer =
    s.status === null && s.headers === null
      ? code``
      : code`h.answer(run, ${s.status === null ? code`null` : x.emit(s.status)}, ${s.headers === null ? code`null` : x.emit(s.headers)});`;
  return code`{ const ${value} = ${x.emit(s.value)};
${answer}
${returnValue(value, place)} }`;
}
