import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../../audit/index.ts';
import { testHome } from '../cli.fixture.ts';

test('a receipt is read from stdin, and a text that is not a signed receipt ends with 1', async () => {
  const home = testHome();
  for (const [stdin, reason] of [
    ['{"job_id":"job_1"}', 'It has no signature.'],
    ['{"public_key":"a","signature":"b"}', 'Its key or its form cannot be read.'],
    ['no JSON', 'It is not a receipt.'],
    [`${'['.repeat(99_999)}${']'.repeat(99_999)}`, 'It is not a receipt.'],
  ] as const) {
    const { code, stdout } = await home.run(['receipts', 'verify', '-'], { stdin });
    expect([code, JSON.parse(stdout)]).toEqual([1, { valid: false, reason, is_trusted: false }]);
  }
});

test('a receipt that names a member twice is not valid: a reader may take the one that nobody signed', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const statement = { gpu_seconds: 1, key_id: createHash('sha256').update(der).digest('hex').slice(0, 16) };
  const bytes = Buffer.from(canonical({ ...statement, format: 'keyward-job-receipt-1' }));
  const receipt = JSON.stringify({
    ...statement,
    public_key: publicKey.export({ format: 'pem', type: 'spki' }),
    signature: sign(null, bytes, privateKey).toString('base64'),
  });
  const home = testHome();
  const codeOf = async (stdin: string) => (await home.run(['receipts', 'verify', '-'], { stdin })).code;
  expect(await codeOf(receipt)).toBe(0);
  expect(await codeOf(receipt.replace('{', '{"gpu_seconds":99,'))).toBe(1);
  expect(await codeOf(receipt.replace('{', '{"gpu\\u005fseconds":99,'))).toBe(1);
});
