import { createHash, randomBytes, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KeywardError, StartupError } from '../base/errors.ts';
import { Sealing } from './index.ts';

const OLD = randomBytes(32);
const NEW = randomBytes(32);
const CONTEXT = 'upstream:up_x:api_key';

const old = Sealing.open({ masterKey: OLD });
const other = Sealing.open({ masterKey: NEW });
const rotated = Sealing.open({ masterKey: NEW, previous: [OLD.toString('base64')] });

function failure(work: () => unknown): KeywardError {
  try {
    work();
  } catch (error) {
    if (error instanceof KeywardError) return error;
  }
  throw new Error('expected a KeywardError');
}

describe('a stored credential', () => {
  it('a stored credential opens to what was sealed, whatever the text', () => {
    for (const text of ['', 'sk-upstream', 'grüße 🗝', 'x'.repeat(100_000)]) {
      const sealed = old.seal(text, CONTEXT);
      expect(old.open(sealed, CONTEXT)).toBe(text);
      expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    }
  });

  it('a stored credential has a different form each time and never contains its plaintext', () => {
    const first = old.seal('sk-upstream-credential', CONTEXT);
    expect(first).not.toBe(old.seal('sk-upstream-credential', CONTEXT));
    expect(Buffer.from(first.split('.')[2]!, 'base64url').includes('upstream-credential')).toBe(false);
  });

  it('a stored credential does not open in another context', () => {
    const sealed = old.seal('text', CONTEXT);
    expect(failure(() => old.open(sealed, 'upstream:up_y:api_key')).message).toMatch(/cannot be opened/);
  });

  it('a stored credential does not open when any of its characters is changed', () => {
    const sealed = old.seal('text', CONTEXT);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(failure(() => old.open(changed, CONTEXT)).code).toBe('internal');
    }
    for (const text of ['', 'v1', `${sealed}A`, sealed.slice(0, -1), `v2${sealed.slice(2)}`, `${sealed} `]) {
      expect(failure(() => old.open(text, CONTEXT)).code).toBe('internal');
    }
  });

  it('a stored credential says that the master key differs when it was sealed with another', () => {
    const error = failure(() => other.open(old.seal('text', CONTEXT), CONTEXT));
    expect(error.message).toContain('another master key');
    expect(error.extras.hint).toContain('KEYWARD_PREVIOUS_MASTER_KEYS');
  });

  it('a stored credential opens with a previous master key, and a new one only with the current', () => {
    const sealed = old.seal('text', CONTEXT);
    expect(rotated.open(sealed, CONTEXT)).toBe('text');
    const again = rotated.seal('text', CONTEXT);
    expect(other.open(again, CONTEXT)).toBe('text');
  });
});

describe('a secret digest', () => {
  it('a secret digest is the same from the secret and from its SHA-256, 32 bytes, and names its pepper', () => {
    const sha256 = createHash('sha256').update('secret').digest();
    expect(old.digest('secret')).toEqual(old.digestSha256(sha256));
    expect(old.digest('secret').digest).toHaveLength(32);
    expect(old.digest('secret').version).toBe(old.fingerprint);
    expect(old.digest('secret')).not.toEqual(old.digest('secreT'));
  });

  it('a secret digest cannot be computed without the master key', () => {
    expect(other.digest('secret').digest).not.toEqual(old.digest('secret').digest);
  });

  it('a secret digest under a previous master key is still found after a rotation, the current pepper first', () => {
    const sha256 = createHash('sha256').update('secret').digest();
    expect(rotated.digestsOfSha256(sha256)).toEqual([other.digest('secret'), old.digest('secret')]);
    expect(rotated.digest('secret')).toEqual(other.digest('secret'));
  });
});

describe('the signer', () => {
  it('the signer is the same key for the same master key, and its signature is checked by the public key alone', () => {
    const again = Sealing.open({ masterKey: OLD });
    const bytes = Buffer.from('checkpoint');
    expect(again.signer.keyId).toBe(old.signer.keyId);
    const signature = again.signer.sign(bytes);
    expect(verify(null, bytes, old.signer.publicKeyPem, signature)).toBe(true);
    expect(verify(null, Buffer.from('Checkpoint'), old.signer.publicKeyPem, signature)).toBe(false);
    expect(verify(null, bytes, other.signer.publicKeyPem, signature)).toBe(false);
  });

  it('the signer keeps the public keys of previous master keys for old checkpoints', () => {
    expect(rotated.publicKeys).toEqual([other.signer.publicKeyPem, old.signer.publicKeyPem]);
  });
});

describe('the previous master keys', () => {
  it('the previous master keys are refused by position and without their text when one is wrong', () => {
    const wrong = randomBytes(31).toString('base64');
    const open = () => Sealing.open({ masterKey: NEW, previous: [OLD.toString('base64'), wrong] });
    expect(open).toThrow(StartupError);
    expect(open).toThrow(/KEYWARD_PREVIOUS_MASTER_KEYS \(entry 2\)/);
    expect(open).not.toThrow(wrong);
  });

  it('the previous master keys may hold the current key', () => {
    const same = Sealing.open({ masterKey: NEW, previous: [NEW.toString('base64')] });
    expect(same.digestsOfSha256(new Uint8Array(32))).toHaveLength(1);
  });

  it('the previous master keys are limited in number', () => {
    const previous = Array.from({ length: 17 }, () => randomBytes(32).toString('base64'));
    expect(() => Sealing.open({ masterKey: NEW, previous })).toThrow(StartupError);
  });
});

it('printing or serialising a Sealing shows no key', () => {
  const shown = inspect(rotated, { depth: 9, showHidden: true }) + JSON.stringify(rotated);
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    expect(shown).not.toContain(NEW.toString(encoding));
    expect(shown).not.toContain(OLD.toString(encoding));
  }
  expect(shown).not.toContain('Buffer');
});
