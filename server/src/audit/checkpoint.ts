import { createHash, createPublicKey, verify } from 'node:crypto';
import { isoTime } from '../base/clock.ts';
import type { Head } from './audit-store.ts';
import { canonical } from './canonical.ts';

/** Signs checkpoints with Ed25519. */
export interface AuditSigner {
  /** Ed25519, SPKI, PEM. */
  publicKeyPem: string;
  /** The first 16 hex characters of SHA-256 over the public key (SPKI, DER). */
  keyId: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/** The end of the chain, signed with a key that is not in the database. Saved elsewhere, it proves later changes. */
export interface Checkpoint {
  seq: number;
  /** ISO 8601, milliseconds, Z. */
  at: string;
  /** The hash of record `seq`. */
  hash: string;
  records: number;
  key_id: string;
  /** PEM. */
  public_key: string;
  /** Ed25519 over the canonical JSON of the members above `public_key` and `format`; base64. */
  signature: string;
}

type Statement = Pick<Checkpoint, 'seq' | 'at' | 'hash' | 'records' | 'key_id'>;

function signedBytes({ seq, at, hash, records, key_id }: Statement): Buffer {
  // `format`: the signature is valid for nothing else that this key may sign.
  const format = 'keyward-audit-checkpoint-1';
  return Buffer.from(canonical({ format, seq, at, hash, records, key_id }));
}

export function signCheckpoint(head: Head, signer: AuditSigner, nowMs: number): Checkpoint {
  // Numbers start at 1 and have no gaps: the last one is the count.
  const statement = { ...head, at: isoTime(nowMs), records: head.seq, key_id: signer.keyId };
  const signature = Buffer.from(signer.sign(signedBytes(statement))).toString('base64');
  return { ...statement, public_key: signer.publicKeyPem, signature };
}

/** @param publicKeys PEM; empty: the checkpoint's own key counts, which does not tell who has signed. */
export function isSigned(checkpoint: Checkpoint, publicKeys: string[]): boolean {
  try {
    const key = createPublicKey(checkpoint.public_key);
    const spki = key.export({ format: 'der', type: 'spki' });
    const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 16);
    const isTrusted = publicKeys.length === 0 || publicKeys.some((pem) => createPublicKey(pem).equals(key));
    const signature = Buffer.from(checkpoint.signature, 'base64');
    return (
      isTrusted &&
      key.asymmetricKeyType === 'ed25519' &&
      keyId === checkpoint.key_id &&
      checkpoint.records === checkpoint.seq &&
      verify(null, signedBytes(checkpoint), key, signature)
    );
  } catch {
    return false;
  }
}
