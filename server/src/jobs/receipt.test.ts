import { generateKeyPairSync, createHash, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../audit/index.ts';
import type { AttemptRow } from './job.ts';
import { checkReceipt, signed } from './receipt.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signedTexts: string[] = [];
const signer = {
  publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  keyId: createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16),
  signAside: (texts: readonly string[]) => {
    signedTexts.push(...texts);
    return Promise.resolve(texts.map((text) => sign(null, Buffer.from(text), privateKey).toString('base64')));
  },
};

const attempt = (number: number): AttemptRow => ({
  job_id: 'job_1',
  attempt: number,
  worker_id: 'wrk_1',
  worker_owner_id: 'own_2',
  started_at: 1_700_000_000_000,
  ended_at: 1_700_000_001_234,
  outcome: number === 2 ? 'completed' : 'lease_lost',
  error_code: null,
  model: 'a "model" \u2028 \ud800 é',
  model_digest: null,
  tokens_in: 3,
  tokens_out: 100_000_000,
  gpu_ms_claimed: 1,
  gpu_ms_measured: 1_234,
});

test('what is signed of a receipt is its canonical JSON, and the receipt is valid', async () => {
  const job = { id: 'job_1', owner_id: 'own_1' };
  const [receipt] = await signed([{ job, attempts: [attempt(1), attempt(2)] }], signer);
  const { public_key: _, signature: __, ...statement } = receipt ?? {};
  expect(signedTexts).toEqual([canonical({ ...statement, format: 'keyward-job-receipt-1' })]);
  expect(receipt).toMatchObject({ attempts: [{ attempt: 1 }, { attempt: 2 }], gpu_seconds: 0.001 });
  expect(checkReceipt(receipt, [signer.publicKeyPem])).toEqual({ valid: true, key_id: signer.keyId });
  // As a client has it, from JSON.
  const sent: unknown = JSON.parse(JSON.stringify(receipt));
  expect(checkReceipt(sent, []).valid).toBe(true);
  expect(checkReceipt({ ...receipt, completion_tokens: 1 }, []).valid).toBe(false);
  // The signature covers the one format.
  expect(checkReceipt({ ...receipt, format: 'another' }, []).valid).toBe(false);
  // Its text is another, and its bytes are the same.
  expect(checkReceipt({ ...receipt, signature: `${receipt?.signature}AAAA` }, []).valid).toBe(false);
});
