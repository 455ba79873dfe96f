import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers } from '../../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { World, WORKSPACES } from './grants-world.fixture.ts';

/* Random sequences of what several actors do to each other; grants-model.fixture.ts says what nobody can have gained. */

/** One of those that there are at that moment, by any whole number. */
const who = fc.nat(30);
const workspace = fc.constantFrom(...WORKSPACES);
const anyWorkspace = fc.option(workspace, { freq: 2 });
const budget = fc.option(fc.constantFrom(24, 60, 120), { freq: 1 });
const scopes = fc.constantFrom(
  ['*'],
  ['*'],
  ['keys:read', 'keys:write', 'models:use'],
  ['keys:*', 'workspaces:*', 'models:use'],
  ['models:use'],
  ['owners:manage', 'keys:read', 'keys:write'],
  ['users:manage', 'workspaces:read'],
  ['users:manage', 'workspaces:*', 'documents:*'],
  ['embeds:manage', 'workspaces:read'],
  ['embeds:manage', 'workspaces:chat', 'keys:write', 'keys:read'],
);
const mint = { scopes, workspace: anyWorkspace, budget, ends: fc.boolean() };
const change = fc.record({ scopes, workspace: anyWorkspace, budget }, { requiredKeys: [] });

const by = who;
const on = who;
const as = <const T extends string>(name: T) => fc.constant(name);
const verb = fc.constantFrom('disable', 'revoke', 'enable', 'restore');
const role = fc.constantFrom('admin', 'manager', 'default');
const parent = fc.option(who, { freq: 5 });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: as('mint'), by, parent, ...mint }) },
  { weight: 6, arbitrary: fc.record({ do: as('spend'), by, workspace: anyWorkspace }) },
  { weight: 2, arbitrary: fc.record({ do: as('change'), by, on, change }) },
  { weight: 2, arbitrary: fc.record({ do: as('move'), by, on, verb }) },
  { weight: 2, arbitrary: fc.record({ do: as('user'), by, role }) },
  { weight: 2, arbitrary: fc.record({ do: as('member'), by, on, workspace }) },
  { weight: 2, arbitrary: fc.record({ do: as('widget'), by, workspace }) },
  { weight: 2, arbitrary: fc.record({ do: as('rotate'), by, on }) },
  { weight: 1, arbitrary: fc.record({ do: as('log in'), by }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

// One seed here, so that a build does not depend on luck; `make test-slow` goes on from others.
const isSlow = process.env['KEYWARD_SLOW'] === '1';
const options = isSlow ? { numRuns: 300 } : { numRuns: 12, seed: 8 };
const timeout = isSlow ? 3_600_000 : 300_000;

describeOnBothServers('what a key holds is all that it can ever do', (start) => {
  let upstream: TestUpstream;
  beforeAll(async () => {
    upstream = await startTestUpstream();
  });
  afterAll(() => upstream.close());

  test('no sequence of grants lets anybody do or spend more than they were given', { timeout }, async () => {
    const sequences = fc.array(step, { minLength: 10, maxLength: 40, size: 'max' });
    const property = fc.asyncProperty(sequences, fc.boolean(), async (steps, withUsers) => {
      const server = await start();
      try {
        const world = await World.open(server, upstream, withUsers);
        for (const next of steps) await take(world, next);
        await world.probe();
        expect(world.violations).toEqual([]);
      } finally {
        await server.stop();
      }
    });
    await fc.assert(property, options);
  });
});

async function take(world: World, step: Step): Promise<void> {
  const actor = world.at(step.by);
  switch (step.do) {
    case 'mint':
      return await world.mint(actor, {
        ...step,
        parent: step.parent === null ? null : world.at(step.parent),
      });
    case 'spend':
      return await world.spend(actor, step.workspace);
    case 'change':
      return await world.change(actor, world.at(step.on), step.change);
    case 'move':
      return await world.move(actor, world.at(step.on), step.verb);
    case 'user':
      return await world.makeUser(actor, step.role);
    case 'member':
      return await world.addMember(actor, world.at(step.on), step.workspace);
    case 'widget':
      return await world.makeWidget(actor, step.workspace);
    case 'rotate':
      return await world.rotate(actor, world.at(step.on));
    case 'log in':
      return await world.logInWith(actor);
  }
}
