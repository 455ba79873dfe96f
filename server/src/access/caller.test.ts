import { describe, expect, test } from 'vitest';
import { covers, decide, expand, GRANTS, NO_SELECTORS, ROLE_GRANTS, SCOPES } from './index.ts';
import type { Caller, Question } from './index.ts';

const caller = (grants: string[], selectors: Partial<Caller['selectors']> = {}) => ({
  scopes: expand(grants),
  selectors: { ...NO_SELECTORS, ...selectors },
});

describe('decide', () => {
  const ips = ['10.0.0.0/8'];
  const models = { allow: ['openai/*'], deny: ['openai/o1'] };
  const workspaces = { allow: ['docs'], deny: [] };
  test.each<[string, ReturnType<typeof caller>, Question, string]>([
    ['nothing asked', caller([]), {}, 'allowed'],
    ['a scope held', caller(['models:use']), { action: 'models:use' }, 'allowed'],
    ['a scope not held', caller(['models:use']), { action: 'keys:write' }, 'insufficient_scope'],
    ['a noun', caller(['agents:*']), { action: 'agents:execute' }, 'allowed'],
    ['another noun', caller(['agents:*']), { action: 'jobs:read' }, 'insufficient_scope'],
    ['everything', caller(['*']), { action: 'bootstrap:write' }, 'allowed'],
    [
      'a model covered',
      caller(['*'], { models }),
      { resource: { type: 'model', id: 'openai/x' } },
      'allowed',
    ],
    [
      'a model denied',
      caller(['*'], { models }),
      { resource: { type: 'model', id: 'openai/o1' } },
      'forbidden_resource',
    ],
    [
      'a workspace of the name of a model',
      caller(['*'], { models, workspaces }),
      { resource: { type: 'workspace', id: 'openai/x' } },
      'forbidden_resource',
    ],
    [
      'a workspace covered',
      caller(['*'], { workspaces }),
      { resource: { type: 'workspace', id: 'docs' } },
      'allowed',
    ],
    ['an address within', caller(['*'], { ips }), { ip: '10.1.1.1' }, 'allowed'],
    ['an address outside', caller(['*'], { ips }), { ip: '192.0.2.1' }, 'ip_denied'],
    ['an invalid address', caller(['*'], { ips }), { ip: 'x' }, 'ip_denied'],
    ['an address of nobody', caller(['*'], { ips }), { ip: '' }, 'ip_denied'],
    ['no address asked', caller(['*'], { ips }), {}, 'allowed'],
    ['any address', caller(['*']), { ip: 'x' }, 'allowed'],
    [
      'the address comes first',
      caller([], { ips, models }),
      { ip: '192.0.2.1', action: 'models:use', resource: { type: 'model', id: 'x' } },
      'ip_denied',
    ],
    [
      'the scope comes before the resource',
      caller([], { models }),
      { action: 'models:use', resource: { type: 'model', id: 'x' } },
      'insufficient_scope',
    ],
  ])('decide answers rightly for %s', (_name, who, question, expected) => {
    const decision = decide(who, question);
    expect(decision.allowed ? 'allowed' : decision.code).toBe(expected);
  });
});

describe('scopes', () => {
  test('the presets of scopes are those of the coordinator contract, with those of batches for clients', () => {
    expect(ROLE_GRANTS).toEqual({
      client: [
        'jobs:submit',
        'jobs:read',
        'jobs:cancel',
        'batches:read',
        'batches:write',
        'models:use',
        'agents:*',
        'swarm:coordinate',
        'swarm:read',
        'marketplace:read',
        'marketplace:book',
      ],
      miner: ['workers:register', 'workers:poll', 'workers:report', 'swarm:join', 'marketplace:offer'],
      admin: ['*'],
    });
  });

  test('a miner can never submit work, a client never act as a worker', () => {
    expect(expand(ROLE_GRANTS.miner).has('jobs:submit')).toBe(false);
    const client = expand(ROLE_GRANTS.client);
    for (const scope of ['workers:register', 'workers:poll', 'workers:report', 'swarm:join'] as const)
      expect(client.has(scope)).toBe(false);
  });

  test('* gives every scope, and each grant at least one', () => {
    expect([...expand(['*'])]).toEqual([...SCOPES]);
    for (const grant of GRANTS) expect(expand([grant]).size).toBeGreaterThan(0);
  });

  test('an unknown grant gives nothing', () => {
    for (const grant of ['', 'jobs', 'jobs:', ':*', 'job:*', 'JOBS:*', 'jobs:rea', '**', '*:*'])
      expect(expand([grant]).size).toBe(0);
  });

  test('a grant covers exactly the scopes that it expands to', () => {
    for (const grant of GRANTS)
      for (const scope of SCOPES) expect(covers(grant, scope)).toBe(expand([grant]).has(scope));
    expect(covers('jobs:*', '*')).toBe(false);
    expect(covers('jobs:read', 'jobs:*')).toBe(false);
    expect(covers('*', 'jobs:*')).toBe(true);
  });

  test('a quarantined key keeps only scopes that read', () => {
    const left = [...expand(['*'], true)];
    expect(left.length).toBeGreaterThan(5);
    expect(left.filter((scope) => !scope.endsWith(':read'))).toEqual([]);
    expect(expand(['keys:write', 'models:use'], true).size).toBe(0);
  });
});
