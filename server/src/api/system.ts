import { Type } from 'typebox';
import { KeywardError } from '../base/errors.ts';
import { COMMIT } from '../base/version.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

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
    access: 'metrics:read',
    answerTypes: ['text/plain'],
    responses: { 200: 'stream' },
    handler: async ({ metrics }) => {
      const { contentType, text } = await metrics.render();
      return { status: 200, headers: { 'content-type': contentType }, body: text };
    },
  }),
];
