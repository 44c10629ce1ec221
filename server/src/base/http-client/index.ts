/** The face of the outbound HTTP client. */

export { decodeText } from './body.ts';
export type { HttpClient, HttpClientOptions, OutboundAnswer, OutboundRequest } from './client.ts';
export { createHttpClient } from './client.ts';
export { outboundTimeout } from './errors.ts';
