/** Time zones by their IANA names. */
import { badTimezone } from './problems.ts';
import { refuseNode, type Shape } from './shape.ts';

/** Offsets (`+02:00`) are accepted by Intl, but know no summer time: only names are zones here. */
const nameForm = /^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/;

/** Whether a zone of that name exists, whatever its case. */
export function isTimezone(name: string): boolean {
  if (!nameForm.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The name of a zone. */
export function timezoneShape(description: string): Shape<string> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'string') return refuseNode(node, problems, what, 'the name of a time zone');
      if (isTimezone(node.value)) return node.value;
      problems.add(badTimezone, node, { timezone: node.value, known: Intl.supportedValuesOf('timeZone') });
      return undefined;
    },
    schema: () => ({ type: 'string', description, examples: ['UTC', 'Europe/Berlin', 'America/New_York'] }),
  };
}
