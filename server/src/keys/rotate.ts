import { invalidField, KeywardError } from '../base/errors.ts';
import type { Acknowledgement, Change } from '../nodes/index.ts';
import type { Actor } from '../access/index.ts';
import type { KeysContext } from './context.ts';
import { refuseTaking } from './power/gain.ts';
import { OVERLAP_MAX_SECONDS, secretEnded, type KeyWithSecrets, type Secret } from './key.ts';
import * as store from './store/key-store.ts';
import { newKeyText } from '../base/key-text.ts';
import { visible } from './keys.ts';
import { secretOf, type Minted } from './mint.ts';
import { refuseStrongerKey } from './power/taking-away.ts';

export interface RotateInput {
  /** 0…2,592,000; 0 ends the old secret at once. @default 86,400 */
  overlap_seconds?: number | undefined;
  /** The old secret ends once it was not used for `quiet_seconds`, after 30 days at the latest. */
  end?: 'quiet' | undefined;
  quiet_seconds?: number | undefined;
  /** `end`: ends the requests that run with the old secret. */
  running?: 'end' | undefined;
}

const OVERLAP_SECONDS = 86_400;
const QUIET_SECONDS = 3_600;

/**
 * Gives a key a second secret; the first works until the overlap ends.
 * @throws KeywardError `rotation_running` during an earlier overlap, `scope_escalation` when the key holds more than the actor.
 */
export async function rotate(
  context: KeysContext,
  actor: Actor,
  { id, input }: { id: string; input: RotateInput },
): Promise<Minted & { acknowledged: Acknowledgement }> {
  const text = newKeyText(context.prefix, id);
  const { result, acknowledged } = await context.audit.changeEverywhere(actor, async (tx) => {
    const nowMs = context.clock.nowMs();
    const key = visible(actor, await store.lockKey(tx, id));
    refuseTaking(actor, key);
    const old = onlySecret(key, nowMs);
    await store.updateSecret(tx, old.id, ending(input, nowMs));
    await store.insertSecret(tx, secretOf(context, { keyId: id, text }));
    await store.updateKey(tx, id, {});
    return {
      result: visible(actor, await store.findKey(tx, id)),
      entry: { action: 'keys.rotate', target: id, details: { ...input, old_secret: old.id } },
      change: changesOf(id, old.id, input.running === 'end'),
    };
  });
  return { key: result, secret: text, acknowledged };
}

/** The nodes forget the key; with `ends` they end the requests that run with the secret. */
const changesOf = (id: string, secretId: string, ends: boolean): readonly [Change, Change] => [
  { kind: 'key', subject: id },
  { kind: 'secret', subject: secretId, ends },
];

function onlySecret(key: KeyWithSecrets, nowMs: number): Secret {
  if (key.storedState === 'revoked') {
    throw new KeywardError('conflict', 'A revoked key cannot be rotated.', {
      hint: 'Restore it first, or mint a new key.',
    });
  }
  const going = key.secrets.filter((secret) => !secretEnded(secret, nowMs));
  const newest = going.find(isNewest);
  const old = going.find((secret) => !isNewest(secret));
  if (old !== undefined) {
    throw new KeywardError('rotation_running', 'An earlier rotation is still in its overlap.', {
      hint: `End the old secret with POST /v1/keys/${key.id}/secrets/${old.id}/end, or wait until it ends.`,
      details: {
        old_secret: old.id,
        ends_at: old.endsAt === null ? null : new Date(old.endsAt).toISOString(),
      },
    });
  }
  if (newest === undefined)
    throw new KeywardError('conflict', 'The key has no secret left.', { hint: 'Mint a new key.' });
  return newest;
}

/** A rotation sets an end for the old secret. */
const isNewest = (secret: Secret): boolean => secret.endsAt === null;

function ending(input: RotateInput, nowMs: number): { ends_at: number; quiet_ms: number | null } {
  const { overlap_seconds, end, quiet_seconds } = input;
  if (end === undefined) {
    if (quiet_seconds !== undefined) throw invalidField('quiet_seconds', 'must come with end: "quiet"');
    return { ends_at: nowMs + (overlap_seconds ?? OVERLAP_SECONDS) * 1000, quiet_ms: null };
  }
  if (overlap_seconds !== undefined)
    throw invalidField('overlap_seconds', 'send only one of overlap_seconds and end: "quiet"');
  return { ends_at: nowMs + OVERLAP_MAX_SECONDS * 1000, quiet_ms: (quiet_seconds ?? QUIET_SECONDS) * 1000 };
}

/** Ends the old secret of a running rotation at once; the newest ends only with its key. */
export function endSecret(
  context: KeysContext,
  actor: Actor,
  { id, secretId }: { id: string; secretId: string },
): Promise<{ result: KeyWithSecrets; acknowledged: Acknowledgement }> {
  return context.audit.changeEverywhere(actor, async (tx) => {
    const nowMs = context.clock.nowMs();
    const key = visible(actor, await store.lockKey(tx, id));
    refuseStrongerKey(actor, key);
    const secret = key.secrets.find((candidate) => candidate.id === secretId);
    if (secret === undefined) throw new KeywardError('not_found', 'The key has no such secret.');
    if (isNewest(secret)) {
      throw new KeywardError('conflict', 'This is the newest secret of the key.', {
        hint: 'Revoke the key to end it, or rotate it first.',
      });
    }
    if (!secretEnded(secret, nowMs))
      await store.updateSecret(tx, secret.id, { ends_at: nowMs, quiet_ms: null });
    await store.updateKey(tx, id, {});
    return {
      result: visible(actor, await store.findKey(tx, id)),
      entry: { action: 'keys.end_secret', target: id, details: { secret: secretId } },
      change: changesOf(id, secretId, true),
    };
  });
}
