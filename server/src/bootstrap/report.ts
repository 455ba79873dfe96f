import type { Decision } from './decision.ts';
import type { KeySpec, PlaceSpec } from './manifest/manifest.ts';

/** What is to be done, or was done, with one key. It never holds a value. */
export interface KeyReport {
  id: string;
  action: 'none' | 'create' | 'update' | 'note' | 'blocked';
  /** Where the value comes from, such as `env:JWT_SECRET`, `random`, or `found`. */
  source?: string;
  /** Why the action is needed, or why nothing can be done. */
  reason?: string;
  /** What an operator does about it. */
  steps?: string;
  /** The place that decides. */
  place: string;
  /** Copies that have to be written, or were. */
  copies: string[];
}

export const NO_PLACE: PlaceSpec = { sink: '' };

const ACTIONS = { keep: 'none', note: 'note', make: 'create', blocked: 'blocked' } as const;

export function reportOf(id: string, key: KeySpec, decision: Decision): KeyReport {
  const [first = NO_PLACE] = key.store;
  const base = { id, place: shownPlace(first), copies: [] };
  switch (decision.act) {
    case 'store':
      return {
        ...base,
        action: decision.why === 'absent' ? 'create' : 'update',
        source: decision.source,
        reason: decision.why,
      };
    case 'make':
      return { ...base, action: 'create', source: 'random', reason: 'absent' };
    case 'note':
      return { ...base, action: 'note', source: decision.source, reason: 'has no provenance of Keyward' };
    case 'blocked':
      return { ...base, action: 'blocked', ...blocked(decision.why, key) };
    default:
      return { ...base, action: ACTIONS[decision.act] };
  }
}

function blocked(
  why: 'missing' | 'deleted' | 'edited',
  { sources, store: [first = NO_PLACE] }: KeySpec,
): { reason: string; steps: string } {
  const variables = sources.flatMap((source) => ('env' in source ? [source.env] : []));
  const manual = sources.flatMap((source) => ('manual' in source ? [source.manual] : []));
  const set = `Set ${variables.map((name) => `${name} or ${name}_FILE`).join(', or ')}, then run this again.`;
  if (why === 'missing')
    return {
      reason: 'no source gives a value',
      steps: [...manual, variables.length === 0 ? 'Add a source.' : set].join(' '),
    };
  const place = shownPlace(first);
  if (why === 'deleted')
    return {
      reason: `the value in ${place} was deleted`,
      steps: 'Bring it back with --restore, or remove the key from the manifest.',
    };
  return {
    reason: `the value in ${place} was changed by somebody else`,
    steps: `Keep it: ${variables.length === 0 ? 'add an env source and give it there' : 'give it in the variable'}. Or delete it there, then run this again with --restore.`,
  };
}

/** Such as `main:kv/data/app#JWT_SECRET` or `files:jwt_secret`. */
export const shownPlace = ({ sink, mount, path, field, name }: PlaceSpec): string =>
  mount === undefined ? `${sink}:${name ?? ''}` : `${sink}:${mount}/data/${path ?? ''}#${field ?? ''}`;
