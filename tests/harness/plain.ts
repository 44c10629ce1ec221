/** Values as plain JSON, so that tests can be written with literals: decimals and times become texts. */
import { encodeJson, type Value } from '@ashlar/engine';

export const plain = (value: Value): unknown => JSON.parse(encodeJson(value, { decimals: 'text' }));
