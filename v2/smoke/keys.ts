import assert from 'node:assert/strict';
import { applyPhase } from '../bootstrap.ts';
import type { SmokeReport } from './report.ts';
import {
  allMetadata,
  authStatus,
  KEY_FIELD,
  KEY_PATH,
  keysOfService,
  noteOfKey,
  type Stack,
} from './stack.ts';

/** The named case: the key, where it lies, and what a second run does. */
export async function checkKeys(report: SmokeReport, stack: Stack): Promise<void> {
  const { settings, key } = stack;
  await report.check(`kv/data/${KEY_PATH} has ${KEY_FIELD}`, async () => {
    assert.ok(key.length >= 20, `The field ${KEY_FIELD} is empty or short.`);
  });
  const noteOf = await noteOfKey(settings);
  await report.check(
    'its metadata say who stored it, from which source and when, and do not hold it',
    async () => {
      assert.equal(noteOf('managed-by'), 'keyward');
      assert.match(noteOf('source'), /^(mint:anythingllm|env:ANYLLM_API_KEY)$/);
      assert.match(noteOf('stored-at'), /^\d{4}-\d\d-\d\dT/);
      assert.ok(
        !JSON.stringify(await allMetadata(settings)).includes(key),
        'The metadata hold the key itself.',
      );
    },
  );
  await report.check('the service accepts it (GET /api/v1/auth), and refuses another key', async () => {
    assert.equal(await authStatus(settings, key), 200);
    assert.equal(await authStatus(settings, `${key.slice(0, -4)}AAAA`), 403);
  });
  if (noteOf('source').startsWith('mint:'))
    await report.check('the service has one key with the label of the bootstrap: this one', async () => {
      const labelled = (await keysOfService(stack)).filter((name) => name.includes('keyward:anythingllm:'));
      assert.deepEqual(labelled, [`${noteOf('service-key-id')} keyward:anythingllm:${noteOf('attempt')}`]);
    });
  await report.check(
    'a second apply writes nothing: all versions, all metadata and the keys of the service stay',
    async () => {
      const state = async () => ({ metadata: await allMetadata(settings), keys: await keysOfService(stack) });
      const before = await state();
      const actions = [...(await applyPhase(settings, 'static')), ...(await applyPhase(settings, 'derived'))];
      assert.deepEqual([...new Set(actions.map(({ action }) => action))], ['none']);
      assert.deepEqual(await state(), before);
    },
  );
}
