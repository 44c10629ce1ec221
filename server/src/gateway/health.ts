/** `/health` for load balancers, `/health/live` for whoever restarts processes. */
import type { Answer } from './response.ts';

export type NodeState = 'starting' | 'ready' | 'stopping';

/** What a health answer tells. */
export interface Health {
  readonly state: NodeState;
  /** Why a ready node can't serve, or null. */
  readonly trouble: string | null;
  readonly version: string;
}

const headers = (): string[] => [
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'",
];

/** 200 when the node serves, 503 before, while stopping, and while it can't. */
export function healthAnswer(health: Health): Answer {
  const serves = health.state === 'ready' && health.trouble === null;
  const status = health.state === 'ready' && health.trouble !== null ? 'unavailable' : health.state;
  const body = {
    status,
    ...(health.trouble === null ? {} : { reason: health.trouble }),
    version: health.version,
    // Nodes share nothing but the databases (semantics 36).
    limits_and_caches: 'per node',
  };
  return {
    status: serves ? 200 : 503,
    headers: headers(),
    body: JSON.stringify(body),
    contentType: 'application/json; charset=utf-8',
  };
}

/** 200 while the process lives. */
export function liveAnswer(): Answer {
  return { status: 200, headers: headers(), body: '{"status":"live"}', contentType: 'application/json; charset=utf-8' };
}
