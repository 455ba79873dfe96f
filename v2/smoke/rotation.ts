import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootstrap, type KeyReport } from '../bootstrap.ts';
import { graphql } from '../graphql.ts';
import type { Settings } from '../settings.ts';
import { say } from '../steps.ts';
import type { SmokeReport } from './report.ts';
import {
  allMetadata,
  authStatus,
  KEY_PATH,
  keysOfService,
  noteOfKey,
  readStack,
  type Stack,
} from './stack.ts';
import { QUERY } from './wrapper.ts';

interface RotationReport extends KeyReport {
  /** Only of the run that has made the new key. */
  source?: string;
  consumers: { name: string; problem?: string }[];
  revoked: string[];
}

const CALLERS = 4;
const PAUSE_MS = 10;

/** The key is replaced while the wrapper is in use. A key that an operator gave is not. */
export async function checkRotation(report: SmokeReport, stack: Stack): Promise<void> {
  const { settings, key: former } = stack;
  const note = await noteOfKey(settings);
  if (!note('source').startsWith('mint:'))
    return say('  skip  bootstrap rotate: this key was given, not minted');
  const rotations: RotationReport[] = [];
  const rotate = () => bootstrap<RotationReport>(settings, ['rotate', '--only', 'anythingllm']);
  await report.check('bootstrap rotate replaces it while queries run: no request fails', async () => {
    const { answered, failures } = await underLoad(settings, async () => {
      // At the same time, as when two people do it.
      rotations.push(...(await Promise.all([rotate(), rotate()])).flat());
    });
    assert.deepEqual(failures, []);
    assert.ok(answered > CALLERS, `Only ${answered} queries were answered.`);
  });
  await report.check('the second of two rotations at the same time makes no further key', async () => {
    assert.equal(rotations.length, 2);
    assert.deepEqual(
      rotations.flatMap(({ source = [] }) => source),
      ['mint:anythingllm'],
    );
  });
  await report.check('the former key ended only after the wrapper had proved the new one', async () => {
    const ended = rotations.find(({ revoked }) => revoked.includes(note('service-key-id')));
    assert.deepEqual([ended?.action, ended?.consumers], ['rotated', [{ name: 'wrapper' }]]);
  });
  await report.check(
    'OpenBao has a new key; the service accepts it, and refuses the former one',
    async () => {
      const { key } = await readStack(settings);
      assert.ok(key !== former, 'The key in OpenBao is the former one.');
      assert.deepEqual([await authStatus(settings, key), await authStatus(settings, former)], [200, 403]);
    },
  );
  await report.check('the former versions in OpenBao are destroyed, and /readyz names the new one', () =>
    checkVersions(settings),
  );
  await report.check('the service has no other key of the bootstrap, and gc finds nothing', async () => {
    const noteNow = await noteOfKey(settings);
    const labelled = (await keysOfService(stack)).filter((name) => name.includes('keyward:anythingllm:'));
    assert.deepEqual(labelled, [`${noteNow('service-key-id')} keyward:anythingllm:${noteNow('attempt')}`]);
    const [found] = await bootstrap<RotationReport>(settings, ['gc', '--only', 'anythingllm']);
    assert.deepEqual(found?.revoked, []);
  });
}

async function checkVersions(settings: Settings): Promise<void> {
  const { current_version, versions } = (await allMetadata(settings))[KEY_PATH] as {
    current_version: number;
    versions: Record<string, { destroyed: boolean }>;
  };
  const left = Object.keys(versions).filter((version) => versions[version]?.destroyed === false);
  assert.deepEqual(left, [String(current_version)]);
  const readiness = await fetch(`${settings.wrapper.url}/readyz`);
  const { parts } = (await readiness.json()) as { parts: { key: object } };
  assert.deepEqual(parts.key, { ok: true, version: current_version });
}

/** Asks the wrapper all the time while the work is done. */
async function underLoad(
  settings: Settings,
  work: () => Promise<void>,
): Promise<{ answered: number; failures: unknown[] }> {
  const ended = new AbortController();
  const failures: unknown[] = [];
  let answered = 0;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!ended.signal.aborted) {
      try {
        const { status, codes } = await graphql(settings, QUERY);
        if (status !== 200 || codes.length > 0) failures.push([status, codes]);
        answered++;
      } catch (error) {
        failures.push((error as Error).message);
      }
      await sleep(PAUSE_MS);
    }
  });
  try {
    await work();
  } finally {
    ended.abort();
    await Promise.all(callers);
  }
  return { answered, failures };
}
