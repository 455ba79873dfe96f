import type { Loaders } from './loaders.ts';
import type { Upstream } from './upstream.ts';

/** Of one GraphQL request; nothing in it outlives the request, and nothing is shared between callers. */
export interface Context {
  requestId: string;
  upstream: Upstream;
  loaders: Loaders;
}
