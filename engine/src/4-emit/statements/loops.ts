/** Loops: for_each over lists, ranges and objects; while. */
import type { IrStatement } from '../../ir.ts';
import { type Code, code, name } from '../code.ts';
import type { Emitter, Place } from './emitter.ts';

function emitLoop(emitter: Emitter, place: Place, make: (label: Code, inner: Place) => Code): Code {
  const label = emitter.name('L');
  return make(label, { ...place, loop: { label, exits: place.exits.length } });
}

/** What begins each turn: a limit that is met there is told of the loop's step. */
const turn = (emitter: Emitter, step: number, place: Place): Code => code`${place.step} = ${step};
${emitter.charge(1)}`;

/** A loop over a list, a range or an object: a counted one in each case. */
export function emitForEach(emitter: Emitter, s: IrStatement & { op: 'for_each' }, step: number, place: Place): Code {
  const x = emitter.expressions;
  const over = emitter.name('q');
  const n = emitter.name('n');
  const item = name(`v${s.item}`);
  const second = s.second === null ? null : name(`v${s.second}`);
  return emitLoop(emitter, place, (label, inner) => {
    const body = code`${turn(emitter, step, place)}
${emitter.block(s.block, inner)}`;
    if (s.over.kind === 'range') {
      const range = code`h.rangeOf(${x.emit(s.over.from)}, ${x.emit(s.over.to)}, ${x.emit(s.over.step)})`;
      return code`{ const ${over} = ${range};
${label}: for (let ${n} = 0; ${n} < ${over}.count; ${n}++) {
${item} = ${over}.from + ${n} * ${over}.step;
${second === null ? code`` : code`${second} = ${n};`}
${body}
} }`;
    }
    const list = s.over.kind === 'list' ? code`h.listOf(${x.emit(s.over.list)})` : code`h.entriesOf(${x.emit(s.over.object)})`;
    const current = s.over.kind === 'list' ? code`${item} = ${over}[${n}];` : code`${item} = ${over}[${n}][1];`;
    const other = s.over.kind === 'list' ? n : code`${over}[${n}][0]`;
    return code`{ const ${over} = ${list};
${label}: for (let ${n} = 0; ${n} < ${over}.length; ${n}++) {
${current}
${second === null ? code`` : code`${second} = ${other};`}
${body}
} }`;
  });
}

/** A loop that asks its condition before every turn. */
export function emitWhile(emitter: Emitter, s: IrStatement & { op: 'while' }, step: number, place: Place): Code {
  return emitLoop(
    emitter,
    place,
    (label, inner) => code`${label}: while (true) {
${turn(emitter, step, place)}
if (!(${emitter.expressions.condition(s.condition)})) break;
${emitter.block(s.block, inner)}
}`,
  );
}
