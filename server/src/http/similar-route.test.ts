import { expect, test } from 'vitest';
import { allRoutes } from '../app/routes.ts';
import { similarRoutes } from './similar-route.ts';

const routes = allRoutes('');
const meant = (request: string): string | undefined => {
  const [method = '', path = ''] = request.split(' ');
  return similarRoutes({ method, path }, routes)[0];
};

test.for([
  ['POST /v1/verify', 'POST /v1/keys/verify'],
  ['GET /v1/key', 'GET /v1/keys'],
  ['POST /chat/completions', 'POST /v1/chat/completions'],
  ['POST /v1/v1/chat/completions', 'POST /v1/chat/completions'],
  ['POST /v1/chat/completion', 'POST /v1/chat/completions'],
  ['POST /v1/keys/key_000000000000/rotat', 'POST /v1/keys/{id}/rotate'],
  ['GET /v1/model', 'GET /v1/models'],
  ['GET /health', 'GET /healthz'],
] as const)('a caller of %s is pointed to %s', ([request, route]) => {
  expect(meant(request)).toBe(route);
});

test.for(['GET /nope-nope', 'GET /wp-login.php', 'POST /graphql/x/y/z', `GET /${'a'.repeat(16_000)}`])(
  'a caller of an address like no other gets no guess: %s',
  (request) => {
    expect(meant(request)).toBeUndefined();
  },
);
