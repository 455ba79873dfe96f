import { Type } from 'typebox';
import { KeywardError } from '../base/errors.ts';
import { COMMIT } from '../base/version.ts';
import { isLoopback, isLoopbackHost } from './loopback.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

/** Behind a proxy on this machine every caller looks local; these headers show the proxy. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'];

const Part = Type.Object({ ok: Type.Boolean(), detail: Type.String() });

export const systemRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/healthz',
    id: 'system.health',
    summary: 'Check that the process is alive',
    access: 'public',
    responses: {
      200: Type.Object(
        {
          status: s.oneOf(['ok']),
          version: Type.String(),
          commit: s.nullable(
            Type.String({ description: 'Of its code; null where it is not in a clone of git' }),
          ),
        },
        { title: 'Health' },
      ),
    },
    handler: ({ version }) => ({ status: 200, body: { status: 'ok', version, commit: COMMIT } }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    id: 'system.ready',
    summary: 'Check that storage is writable and the server is ready',
    description:
      'A 503 names the part that is not ready. The answer has the state of the local model, which does not change the status.',
    access: 'public',
    responses: {
      200: Type.Object(
        { status: s.oneOf(['ready']), parts: Type.Record(Type.String(), Part) },
        { title: 'Readiness' },
      ),
    },
    errors: ['not_ready'],
    handler: async (services) => {
      const parts = await services.readiness();
      const missing = Object.entries(parts).filter(([name, part]) => !part.ok && name !== 'local_model');
      if (missing.length === 0) return { status: 200, body: { status: 'ready', parts } };
      const said = missing.map(([name, part]) => `${name}: ${part.detail}`).join('; ');
      throw new KeywardError('not_ready', said, { details: { parts }, headers: { 'retry-after': '1' } });
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    id: 'system.metrics',
    summary: 'Prometheus metrics',
    description:
      'Needs no key from the machine itself, under localhost or a loopback address and without a proxy.',
    access: 'metrics:read',
    openTo: ({ config }, ip, headers) =>
      isLoopback(ip) &&
      isLoopbackHost(headers.host) &&
      config.trustedProxies.length === 0 &&
      PROXY_HEADERS.every((name) => headers[name] === undefined),
    answerTypes: ['text/plain'],
    responses: { 200: 'stream' },
    handler: async ({ metrics }) => {
      const { contentType, text } = await metrics.render();
      return { status: 200, headers: { 'content-type': contentType }, body: text };
    },
  }),
];
