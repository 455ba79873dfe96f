import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import type { AuditSigner } from '../audit/index.ts';
import { KeywardError, StartupError } from '../base/errors.ts';
import { derive, fingerprintOf, signingKeyOf, type SigningKey } from './derive.ts';
import { decodeMasterKey } from './master-key.ts';
import { SigningThread } from './signing-thread.ts';

/** The stored form of a secret. */
export interface SecretDigest {
  /** 32 bytes. */
  digest: Uint8Array;
  /** The name of the pepper. */
  version: string;
}

export interface SealingOptions {
  /** 32 bytes. */
  masterKey: Uint8Array;
  /** KEYWARD_PREVIOUS_MASTER_KEYS: base64 texts, newest first. */
  previous?: string[];
}

interface Version {
  fingerprint: string;
  /** With bytes instead of a KeyObject an HMAC takes 14 µs instead of 2. */
  pepper: KeyObject;
  sealKey: KeyObject;
  signingKey: SigningKey;
  sessionKey: KeyObject;
}

const PREVIOUS_MAX = 16;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Everything that needs the master key. A stolen database alone does not allow to test guessed keys or open credentials. */
export class Sealing {
  /** Of the current master key: 8 hex characters, not secret. */
  readonly fingerprint: string;
  readonly signer: AuditSigner & {
    /** On a thread of its own: a signature takes 50 µs, in which the server can do other things. @returns base64 */
    signAside(texts: readonly string[]): Promise<string[]>;
    /** Ends the thread, until there is more to sign. */
    stop(): Promise<void>;
  };
  /** PEM, current first; old checkpoints need the others. */
  readonly publicKeys: string[];
  /** HMAC keys for session tokens, current first. */
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
    const thread = new SigningThread(current.signingKey.privateKey);
    this.signer = {
      publicKeyPem: current.signingKey.publicKeyPem,
      keyId: current.signingKey.keyId,
      sign: (bytes) => sign(null, bytes, current.signingKey.privateKey),
      signAside: (texts) => thread.sign(texts),
      stop: () => thread.stop(),
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

  /** Whether this is the fingerprint of the current or a previous master key. */
  knows(fingerprint: string): boolean {
    return this.#versions.has(fingerprint);
  }

  /** HMAC-SHA-256 under the current pepper, of SHA-256 of the secret. */
  digest(secret: string): SecretDigest {
    return this.digestSha256(hash('sha256', secret, 'buffer'));
  }

  /** @param sha256 of the secret, 32 bytes: imported keys are hashes, and memory keeps hashes only. */
  digestSha256(sha256: Uint8Array): SecretDigest {
    return digestWith(this.#current, sha256);
  }

  /** Under each pepper, current first: a row from before a rotation of the master key has an older one. */
  digestsOfSha256(sha256: Uint8Array): SecretDigest[] {
    return [...this.#versions.values()].map((version) => digestWith(version, sha256));
  }

  /**
   * AES-256-GCM with a random nonce.
   * @param context such as `upstream:up_x:api_key`: a sealed text that is copied into another row does not open there.
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

  /** @throws KeywardError `internal` for an unknown master key, a changed text, or another context. */
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
  // base64url has spare bits at its end: four spellings would otherwise open.
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
