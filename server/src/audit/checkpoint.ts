import { createHash, createPublicKey, verify } from 'node:crypto';
import { isoTime } from '../base/clock.ts';
import type { CheckpointRow, Head } from './audit-store.ts';
import { canonical } from './canonical.ts';
import { shownTime } from './record.ts';

/** What signs; `sealing` has one. */
export interface AuditSigner {
  /** Ed25519, SPKI, PEM. */
  publicKeyPem: string;
  /** The first 16 hex characters of SHA-256 over the public key (SPKI, DER). */
  keyId: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * "The chain had this many records and ended in this hash", signed with a key that is not in the database.
 * Saved elsewhere, it convicts whoever rewrites what came before it.
 */
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
  // `format` keeps the signature from meaning anything else that this key may ever sign.
  const format = 'keyward-audit-checkpoint-1';
  return Buffer.from(canonical({ format, seq, at, hash, records, key_id }));
}

export function signCheckpoint(head: Head, signer: AuditSigner, nowMs: number): Checkpoint {
  // Numbers start at 1 and have no gaps: the last one is also how many there are.
  const statement = { ...head, at: isoTime(nowMs), records: head.seq, key_id: signer.keyId };
  const signature = Buffer.from(signer.sign(signedBytes(statement))).toString('base64');
  return { ...statement, public_key: signer.publicKeyPem, signature };
}

/**
 * Whether the signature is right, by one of the given public keys (PEM) or, without any, by the checkpoint's
 * own: that shows only that nothing was changed since somebody signed it, not who.
 */
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

export function toCheckpoint(row: CheckpointRow): Checkpoint {
  const { seq, at, hash, records, key_id, public_key, signature } = row;
  return { seq, at: shownTime(at), hash, records, key_id, public_key, signature };
}

export function toRow(checkpoint: Checkpoint): CheckpointRow {
  return { ...checkpoint, at: Date.parse(checkpoint.at) };
}
