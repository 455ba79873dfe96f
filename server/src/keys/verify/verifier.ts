import { hash, timingSafeEqual } from 'node:crypto';
import type { ScopeUses } from '../../access/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Nodes } from '../../nodes/index.ts';
import type { Sealing, SecretDigest } from '../../sealing/index.ts';
import { booksOf, type Storage } from '../../storage/index.ts';
import { callerOf, endOf, lineOf, recordState, secretEnded, type Key, type KeyRecord } from '../key.ts';
import { KeyMemory, type GoodKey } from './key-memory.ts';
import { redigestSecret } from '../store/key-store.ts';
import { findByDigest, type Found } from '../store/line-store.ts';
import { readKeyText } from '../../base/key-text.ts';

/** `key` where the text is the secret of one. */
export interface BadKey {
  valid: false;
  code: 'not_found' | 'malformed' | 'expired' | 'disabled' | 'revoked';
  reason: string;
  key?: Key;
}

/** One character a byte: the fastest encoding. */
const DIGEST_AS = 'binary';

export const SECRET_MAX_LENGTH = 512;

interface Options {
  storage: Storage;
  nodes: Nodes;
  sealing: Sealing;
  clock: Clock;
  logger: Logger;
  /** Records the uses of the scopes of a key. */
  usesOf: (key: Key) => ScopeUses;
}

/**
 * Finds the key of a text. Good keys come from memory while this node's lease holds. Each refusal has asked the
 * database: its time would otherwise tell a stranger an unknown key from a revoked or a damaged one.
 */
export class Verifier {
  readonly #options: Options;
  readonly #memory = new KeyMemory();
  /** Secrets that are being moved to the current pepper. */
  readonly #moving = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
    options.nodes.onChange((change) => {
      if (change === 'everything') this.#memory.forgetEverything();
      else if (change.kind === 'key') this.#memory.forgetKey(change.subject);
      else if (change.kind === 'owner') this.#memory.forgetOwner(change.subject);
    });
  }

  /** A promise only where the database is asked. */
  identify(text: string): GoodKey | Promise<GoodKey | BadKey> {
    const sha256 = hash('sha256', text, DIGEST_AS);
    const known = this.#memory.get(sha256);
    const { nodes, clock } = this.#options;
    if (known !== undefined && nodes.leaseHolds() && known.goodUntilMs > clock.nowMs()) return known;
    return this.#askDatabase(text, sha256);
  }

  async #askDatabase(text: string, sha256: string): Promise<GoodKey | BadKey> {
    const { storage, nodes, sealing, clock, usesOf } = this.#options;
    const { generation } = nodes;
    const digests = sealing.digestsOfSha256(Buffer.from(sha256, DIGEST_AS));
    const found = await findByDigest(
      storage.db,
      digests.map(({ digest }) => digest),
    );
    const expected = digests.find(({ version }) => version === found?.secret.pepper);
    // The index has compared it already; the last comparison takes constant time (verifier.test.ts).
    if (
      found === undefined ||
      expected === undefined ||
      !timingSafeEqual(expected.digest, found.secret.digest)
    ) {
      return badForm(text);
    }
    const [current] = digests;
    if (current !== undefined && expected !== current) this.#redigest(found.secret, current);
    const judged = judge(found, clock.nowMs(), usesOf);
    // A key that was read before a change must not stay in memory after it (nodes.generation).
    if (judged.valid && nodes.generation === generation) this.#memory.put(sha256, judged);
    return judged;
  }

  /** To the current pepper, so that an older master key can be retired. After a failure the next use tries again. */
  #redigest({ id, pepper }: Found['secret'], to: SecretDigest): void {
    const { storage, logger } = this.#options;
    if (this.#moving.has(id)) return;
    this.#moving.add(id);
    booksOf(storage)
      .transaction((tx) => redigestSecret(tx, { id, from: pepper, to }), { durable: false })
      .catch((error: unknown) => logger.warn({ err: error }, 'a secret stays under an older pepper'))
      .finally(() => this.#moving.delete(id));
  }
}

function badForm(text: string): BadKey {
  return readKeyText(text).form === 'damaged'
    ? {
        valid: false,
        code: 'malformed',
        reason: 'The checksum does not match: the key is incomplete or mistyped.',
      }
    : { valid: false, code: 'not_found', reason: 'No key has this secret.' };
}

/** A secret ends with its key, its ancestors and their owners. @param usesOf of `callerOf` */
export function judge({ key, secret }: Found, nowMs: number, usesOf?: Options['usesOf']): GoodKey | BadKey {
  const refuse = ({ code, reason }: Ended): BadKey => ({ valid: false, code, reason, key });
  const ended = whyEnded(key, nowMs);
  if (ended !== undefined) return refuse(ended);
  if (secretEnded({ endsAt: secret.ends_at }, nowMs))
    return refuse({
      code: 'expired',
      reason: 'The key was rotated, and the overlap of this secret is over.',
    });
  return {
    valid: true,
    key,
    caller: callerOf(key, usesOf),
    secretId: secret.id,
    goodUntilMs: Math.min(endOf(key) ?? Infinity, secret.ends_at ?? Infinity),
  };
}

type Ended = Pick<BadKey, 'code' | 'reason'>;

/** The end of a key, whichever of its secrets is shown. */
export function whyEnded(key: Key, nowMs: number): Ended | undefined {
  for (const one of lineOf(key)) {
    const ended = endedBy(one, one === key ? 'The key' : 'An ancestor of the key', nowMs);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

/** @param subject of the reason; without a name, as the caller may not know the ancestor. */
function endedBy(key: KeyRecord, subject: string, nowMs: number): Ended | undefined {
  const { state, byOwner } = recordState(key, nowMs);
  const owner = `The owner of ${subject.toLowerCase()}`;
  if (state === 'revoked')
    return { code: state, reason: byOwner ? `${owner} was deleted.` : `${subject} was revoked.` };
  if (state === 'disabled')
    return { code: state, reason: byOwner ? `${owner} is suspended.` : `${subject} is disabled.` };
  if (state === 'expired') return { code: state, reason: `${subject} has expired.` };
  return undefined;
}
