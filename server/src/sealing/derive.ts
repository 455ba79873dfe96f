import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Each purpose has a key of its own. */
export type Purpose = 'pepper' | 'seal' | 'audit-sign' | 'session-sign' | 'fingerprint';

/** HKDF-SHA256. A purpose whose use changes takes a new version: no two algorithms use the same bytes. */
export function derive(masterKey: Uint8Array, purpose: Purpose, version = 1, length = 32): Buffer {
  const info = `keyward/${purpose}/v${version}`;
  return Buffer.from(hkdfSync('sha256', masterKey, new Uint8Array(0), info, length));
}

/** 8 hex characters, not secret. */
export function fingerprintOf(masterKey: Uint8Array): string {
  return derive(masterKey, 'fingerprint', 1, 4).toString('hex');
}

/** RFC 8410: PKCS8 of a raw 32-byte Ed25519 seed. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface SigningKey {
  privateKey: KeyObject;
  publicKeyPem: string;
  keyId: string;
}

/** Signs audit checkpoints: the same Ed25519 key on each node with this master key. */
export function signingKeyOf(masterKey: Uint8Array): SigningKey {
  const der = Buffer.concat([PKCS8_ED25519, derive(masterKey, 'audit-sign')]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return {
    privateKey,
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    keyId: createHash('sha256').update(spki).digest('hex').slice(0, 16),
  };
}
