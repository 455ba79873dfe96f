import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  hash,
  randomBytes,
} from 'node:crypto';
import { createSecretKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KeywardError, StartupError } from '../base/errors.ts';
import { derive, fingerprintOf, signingKeyOf, type SigningKey } from './derive.ts';
import { decodeMasterKey } from './master-key.ts';

/** What stands in a row for a secret: 32 bytes, and the name of the pepper they were made with. */
export interface SecretDigest {
  digest: Uint8Array;
  version: string;
}

/** Signs audit checkpoints with Ed25519; anybody can check with the public key. */
export interface Signer {
  publicKeyPem: string;
  /** The first 16 hex characters of SHA-256 over the public key (SPKI, DER). */
  keyId: string;
  /** @returns 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

export interface SealingOptions {
  /** 32 bytes. */
  masterKey: Uint8Array;
  /** KEYWARD_PREVIOUS_MASTER_KEYS: base64 texts, newest first. */
  previous?: string[];
}

interface Version {
  fingerprint: string;
  /** A KeyObject, not bytes: an HMAC then takes 2 µs instead of 14. */
  pepper: KeyObject;
  sealKey: KeyObject;
  signingKey: SigningKey;
  sessionKey: KeyObject;
}

const PREVIOUS_MAX = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Everything that needs the master key. The database holds what comes out of here and never what goes in:
 * who steals it alone can neither test guessed keys nor open a stored credential.
 */
export class Sealing {
  /** Names the current master key: 8 hex characters, no secret. */
  readonly fingerprint: string;
  readonly signer: Signer;
  /** PEM, current first: whoever checks old checkpoints needs the retired ones too. */
  readonly publicKeys: string[];
  /** HMAC keys for session tokens, current first: what an older one signed stays good while it is kept. */
  readonly sessionKeys: readonly KeyObject[];
  readonly #current: Version;
  readonly #versions: Map<string, Version>;

  private constructor(versions: Version[]) {
    const current = versions[0]!;
    this.#current = current;
    this.#versions = new Map(versions.map((version) => [version.fingerprint, version]));
    this.fingerprint = current.fingerprint;
    this.publicKeys = versions.map((version) => version.signingKey.publicKeyPem);
    this.sessionKeys = versions.map((version) => version.sessionKey);
    this.signer = {
      publicKeyPem: current.signingKey.publicKeyPem,
      keyId: current.signingKey.keyId,
      sign: (bytes) => sign(null, bytes, current.signingKey.privateKey),
    };
  }

  /** @throws StartupError when a previous key is not base64 of 32 bytes, or when there are more than 16. */
  static open({ masterKey, previous = [] }: SealingOptions): Sealing {
    const name = 'KEYWARD_PREVIOUS_MASTER_KEYS';
    if (previous.length > PREVIOUS_MAX) {
      throw new StartupError(
        `${name} holds more than ${PREVIOUS_MAX} keys: drop those that nothing uses any more.`,
      );
    }
    const versions = new Map<string, Version>();
    const retired = previous.map((text, index) => decodeMasterKey(text, `${name} (entry ${index + 1})`));
    for (const key of [masterKey, ...retired]) {
      const fingerprint = fingerprintOf(key);
      if (versions.has(fingerprint)) continue;
      versions.set(fingerprint, {
        fingerprint,
        pepper: createSecretKey(derive(key, 'pepper')),
        sealKey: createSecretKey(derive(key, 'seal')),
        signingKey: signingKeyOf(key),
        sessionKey: createSecretKey(derive(key, 'session-sign')),
      });
    }
    return new Sealing([...versions.values()]);
  }

  /** Whether the master key with this fingerprint is at hand, as the current or a previous one. */
  knows(fingerprint: string): boolean {
    return this.#versions.has(fingerprint);
  }

  /** HMAC-SHA-256 under the current pepper of SHA-256 of the secret. */
  digest(secret: string): SecretDigest {
    return this.digestSha256(hash('sha256', secret, 'buffer'));
  }

  /**
   * The same from SHA-256 of the secret: keys come in already hashed, and caches are keyed by the hash.
   * @param sha256 32 bytes
   */
  digestSha256(sha256: Uint8Array): SecretDigest {
    return digestWith(this.#current, sha256);
  }

  /** Under every pepper, current first: a row written before the master key was rotated is found by its own. */
  digestsOfSha256(sha256: Uint8Array): SecretDigest[] {
    return [...this.#versions.values()].map((version) => digestWith(version, sha256));
  }

  /**
   * AES-256-GCM with a random nonce.
   * @param context what the text belongs to, such as `upstream:up_x:api_key`. It is bound in: a sealed text
   * copied into another row does not open there.
   * @returns `v1.<fingerprint>.<base64url of nonce, ciphertext, tag>`
   */
  seal(plaintext: string, context: string): string {
    const { fingerprint, sealKey } = this.#current;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
    cipher.setAAD(boundData(fingerprint, context));
    const body = Buffer.concat([
      nonce,
      cipher.update(plaintext, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `v1.${fingerprint}.${body.toString('base64url')}`;
  }

  /** @throws KeywardError `internal`: sealed under a master key that is not at hand, changed, or of another context. */
  open(sealed: string, context: string): string {
    const { fingerprint, body } = parseSealed(sealed);
    const version = this.#versions.get(fingerprint);
    if (version === undefined) {
      throw new KeywardError(
        'internal',
        `A stored credential was sealed with another master key (${fingerprint}) than this server's (${this.fingerprint}).`,
        { hint: 'Add the master key it was sealed with to KEYWARD_PREVIOUS_MASTER_KEYS, or store it again.' },
      );
    }
    const tagAt = body.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', version.sealKey, body.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundData(fingerprint, context));
    decipher.setAuthTag(body.subarray(tagAt));
    try {
      const text = decipher.update(body.subarray(NONCE_BYTES, tagAt));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw changed();
    }
  }

  /** Whether `sealed` was made under a master key that is no longer the current one. */
  needsReseal(sealed: string): boolean {
    return parseSealed(sealed).fingerprint !== this.fingerprint;
  }

  /** Whether the holder of this public key signed exactly these bytes. Anything unreadable is a no. */
  static verify(publicKeyPem: string, bytes: Uint8Array, signature: Uint8Array): boolean {
    try {
      const key = createPublicKey(publicKeyPem);
      return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, signature);
    } catch {
      return false;
    }
  }
}

function digestWith({ pepper, fingerprint }: Version, sha256: Uint8Array): SecretDigest {
  return { digest: createHmac('sha256', pepper).update(sha256).digest(), version: fingerprint };
}

function boundData(fingerprint: string, context: string): Buffer {
  return Buffer.from(JSON.stringify(['keyward-seal-v1', fingerprint, context]));
}

function parseSealed(sealed: string): { fingerprint: string; body: Buffer } {
  const [, fingerprint, text] = /^v1\.([0-9a-f]{8})\.([\w-]+)$/.exec(sealed) ?? [];
  if (fingerprint === undefined || text === undefined) throw changed();
  const body = Buffer.from(text, 'base64url');
  // One text for one value: base64url has spare bits at its end which would otherwise open in four spellings.
  if (body.length < NONCE_BYTES + TAG_BYTES || body.toString('base64url') !== text) throw changed();
  return { fingerprint, body };
}

function changed(): KeywardError {
  return new KeywardError(
    'internal',
    'A stored credential cannot be opened: it was changed since it was sealed, or belongs to something else.',
    { hint: 'Store the credential again.' },
  );
}
