import type { ConsumerReport } from './consumers/inform.ts';
import type { Block, Decision } from './decision.ts';
import type { KeySpec, Manifest, PlaceSpec } from './manifest/manifest.ts';
import type { Verdict } from './minters/minter.ts';

/**
 * `missing`, `deleted`: no value. `edited`: changed by somebody else. `unmarked`: stored by somebody else. `differs`: not
 * the given value. `refused`, `given_refused`: by the service. `unreachable`: the service or the sink could not say.
 * `hidden`: the value cannot be read. `rotating`: the former value is still good.
 */
export type PlaceState =
  | 'in_step'
  | 'missing'
  | 'deleted'
  | 'edited'
  | 'unmarked'
  | 'differs'
  | 'refused'
  | 'given_refused'
  | 'unreachable'
  | 'hidden'
  | 'rotating';

/** What is to be done, or was done, with one key. It never holds a value. */
export interface KeyReport {
  id: string;
  /** `unknown`: the value cannot be read with these rights. `failed`: what was begun could not be finished. */
  action: 'none' | 'create' | 'update' | 'note' | 'blocked' | 'unknown' | 'failed';
  /** How the place that decides was before the action; the copies may differ all the same. */
  state: PlaceState;
  /** Where the value comes from, such as `env:JWT_SECRET`, `random`, or `found`. */
  source?: string;
  /** Why the action is needed, or why nothing can be done. */
  reason?: string;
  /** What an operator does about it. */
  steps?: string;
  /** Whether it is blocked until the operator gives a value: exit code 78. */
  needs_operator?: boolean;
  /** The place that decides. */
  place: string;
  /** Copies that have to be written, or were. */
  copies: string[];
  /** Those that were informed of a new value, or could not be. */
  consumers?: ConsumerReport[];
  /** A sink or a service does not answer, and it may be tried again. */
  is_unavailable?: boolean;
}

/** How one key is now. It never holds a value. */
export interface KeyStatus extends KeyReport {
  /** What the service says of the stored value; null: no service is asked, or nothing is stored. */
  verdict: Verdict | null;
  /** As the sink has it; null: Keyward did not store the value. */
  stored_from: string | null;
  stored_at: string | null;
  /** The id of the key in its service. */
  service_key_id: string | null;
  /** Ids of former keys that are still good, since a rotation is not finished. */
  former_key_ids: string[];
}

/** What was done for a new value of one key. It never holds a value. */
export interface RotationReport {
  id: string;
  /**
   * - `rotated`: a new value is stored, and the former one was ended. `open`: it is stored, and the former one is still good.
   * - `none`: another run had just stored a new value. `blocked`, `failed`: nothing was replaced, or not all was ended.
   */
  action: 'rotated' | 'open' | 'none' | 'blocked' | 'failed';
  place: string;
  source?: string;
  reason?: string;
  /** What an operator does about it. */
  steps?: string;
  needs_operator?: boolean;
  is_unavailable?: boolean;
  /** The id of the new key in its service. */
  service_key_id: string | null;
  copies: string[];
  /** With what they lack: an answer, or a proof that they use the new value. */
  consumers: ConsumerReport[];
  /** Ids in the service of the former keys that were revoked. */
  revoked: string[];
  /** Ids of those that are still good. */
  left: string[];
  /** How many former versions were destroyed, in Vault. They hold all fields of the secret. */
  versions_destroyed: number;
  /** Places in stores of the types exec and http, which may keep former values that Keyward cannot remove. */
  may_keep_former: string[];
}

/** Of a rotation that has done nothing yet. */
export const emptyRotation = (id: string, place: PlaceSpec): RotationReport => ({
  id,
  action: 'none',
  place: shownPlace(place),
  service_key_id: null,
  copies: [],
  consumers: [],
  revoked: [],
  left: [],
  versions_destroyed: 0,
  may_keep_former: [],
});

export const NO_PLACE: PlaceSpec = { sink: '' };

export function reportOf(id: string, key: KeySpec, decision: Decision): KeyReport {
  const [first = NO_PLACE] = key.store;
  const base = { id, state: stateOf(decision), place: shownPlace(first), copies: [] };
  if (decision.act === 'blocked') return { ...base, action: 'blocked', ...blocked(decision.why, key) };
  if (decision.act === 'note')
    return { ...base, action: 'note', source: decision.source, reason: 'has no provenance of Keyward' };
  if (decision.act === 'keep') return { ...base, action: 'none' };
  const source = decision.act === 'make' ? makerOf(key) : decision.source;
  return { ...base, action: decision.why === 'absent' ? 'create' : 'update', source, reason: decision.why };
}

/** There is a value, but whether it is the right one cannot be known. */
export const hiddenReport = (id: string, place: PlaceSpec): KeyReport => ({
  id,
  action: 'unknown',
  state: 'hidden',
  reason: `the value in ${shownPlace(place)} cannot be read with this token`,
  steps: 'Allow read on its data path to know more. apply needs that.',
  place: shownPlace(place),
  copies: [],
});
function stateOf(decision: Decision): PlaceState {
  if (decision.act === 'keep') return 'in_step';
  return decision.act === 'note' ? 'unmarked' : STATES[decision.why];
}

const STATES: Record<Block | 'absent' | 'given value differs' | 'refused by the service', PlaceState> = {
  absent: 'missing',
  missing: 'missing',
  deleted: 'deleted',
  edited: 'edited',
  unknown: 'unreachable',
  refused: 'refused',
  'refused by the service': 'refused',
  'given refused': 'given_refused',
  'given value differs': 'differs',
};

export function makerOf({ sources }: KeySpec): string {
  const minter = sources.flatMap((source) => ('mint' in source ? [source.mint.type] : []))[0];
  return minter === undefined ? 'random' : `mint:${minter}`;
}

function blocked(
  why: Block,
  { sources, store: [first = NO_PLACE], service = '' }: KeySpec,
): Pick<KeyReport, 'reason' | 'steps' | 'needs_operator' | 'is_unavailable'> {
  const variables = sources.flatMap((source) => ('env' in source ? [source.env] : []));
  const manual = sources.flatMap((source) => ('manual' in source ? [source.manual] : []));
  const set = `Set ${variables.map((name) => `${name} or ${name}_FILE`).join(', or ')}, then run this again.`;
  const place = shownPlace(first);
  const again = `Run this again when ${service} is well.`;
  const give = [...manual, variables.length === 0 ? 'Add a source.' : set].join(' ');
  const texts: Record<Block, [reason: string, steps: string]> = {
    missing: ['no source gives a value', give],
    deleted: [
      `the value in ${place} was deleted`,
      'Bring it back with --restore, or remove the key from the manifest.',
    ],
    edited: [
      `the value in ${place} was changed by somebody else`,
      'Keep it: run keyward bootstrap apply with --accept. After that, rotate makes a new one.',
    ],
    unknown: [`${service} could not say whether the key is good`, again],
    'given refused': [`${service} does not accept the given value`, `Correct ${variables.join(' or ')}.`],
    refused: [`${service} does not accept the stored value`, give],
  };
  const [reason, steps] = texts[why];
  const needsOperator = why === 'missing' || why === 'given refused' || why === 'refused';
  return {
    reason,
    steps,
    ...(needsOperator && { needs_operator: true }),
    ...(why === 'unknown' && { is_unavailable: true }),
  };
}

/** Beside the key, in the same sink. */
export function intentPlace(id: string, { sink, mount }: PlaceSpec, { sinks, stack }: Manifest): PlaceSpec {
  if (mount !== undefined) {
    const path = `keyward/bootstrap/intents/${stack === undefined ? '' : `${stack}/`}${id}`;
    return { sink, mount, path, field: 'intent' };
  }
  const name = stack === undefined ? id : `${id}@${stack}`;
  if (sinks[sink]?.type === 'files') return { sink, name: `.keyward-intent-${encoded(name)}` };
  return { sink, name: `KEYWARD_INTENT_${encoded(name).toUpperCase()}` };
}

/** Letters and digits stay; two names stay two. */
const encoded = (name: string): string =>
  name.replaceAll(/[^a-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);

/** Such as `main:kv/data/app#JWT_SECRET` or `files:jwt_secret`. */
export const shownPlace = ({ sink, mount, path, field, name }: PlaceSpec): string =>
  mount === undefined ? `${sink}:${name ?? ''}` : `${sink}:${mount}/data/${path ?? ''}#${field ?? ''}`;
