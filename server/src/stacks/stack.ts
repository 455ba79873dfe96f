/** The commands that report, with the words of `keyward bootstrap`. */
export const REPORT_VERBS = ['apply', 'status', 'verify', 'rotate', 'gc', 'destroy'] as const;

/** What a run did with a key. */
export const REPORT_ACTIONS = ['none', 'create', 'update', 'note', 'rotate', 'revoke', 'destroy'] as const;

/** How a run saw a key. Any but `in_step` is drift. */
export const SEEN_STATES = [
  'in_step',
  'missing',
  'deleted',
  'edited',
  'unmarked',
  'differs',
  'copies_differ',
  'refused',
  'given_refused',
  'unreachable',
  'hidden',
  'rotating',
] as const;

/** `unknown`: no run looked at it yet. */
export const RECORD_STATES = [...SEEN_STATES, 'destroyed', 'unknown'] as const;

export const REPORT_VERDICTS = ['valid', 'invalid', 'unknown'] as const;

export type SeenState = (typeof SEEN_STATES)[number];
export type RecordState = (typeof RECORD_STATES)[number];
type Verb = (typeof REPORT_VERBS)[number];
export type ReportAction = (typeof REPORT_ACTIONS)[number];
type Verdict = (typeof REPORT_VERDICTS)[number];

/** How a run saw a key. It has no value and no fingerprint. */
export interface Seen {
  state: SeenState;
  /** The place that decides, such as `vault:kv/data/app#KEY`; null: not known. */
  place: string | null;
  copies: string[];
  /** Provenance: such as `env:JWT_SECRET`, `random`, `mint:anythingllm`; null: Keyward did not store the value. */
  source: string | null;
  /** RFC 3339. */
  stored_at: string | null;
  verdict: Verdict | null;
  service_key_id: string | null;
}

export interface ReportedKey {
  id: string;
  action: ReportAction;
  /** Ids in the service of the keys that were revoked. */
  revoked: string[];
  /** Why it was done, or is not in step. */
  reason: string | null;
  /** Left out: the run did not look. */
  seen?: Seen | undefined;
}

/** What one run of one manifest did and saw. */
export interface StackReport {
  /** A report that is sent again has the same. */
  run_id: string;
  stack: string;
  verb: Verb;
  host: string | null;
  started_at: string;
  finished_at: string;
  keys: ReportedKey[];
}

export interface Recorded {
  stack: string;
  run_id: string;
  /** How many keys the report names. */
  keys: number;
  /** How many steps and changes of state were recorded. */
  events: number;
}

/** Times in ms since 1970; `copies`: JSON. */
export type KeyRow = Omit<Seen, 'state' | 'copies' | 'stored_at'> & {
  stack: string;
  id: string;
  state: RecordState;
  copies: string;
  stored_at: number | null;
  reason: string | null;
  /** When the run ended, by the clock of its machine. */
  looked_at: number;
  run_id: string;
  verb: Verb;
  host: string | null;
  reported_at: number;
  /** Ids of the key that reported, and of its owner. */
  reported_by: string;
  reported_owner: string;
};

/** `revoked`: JSON. */
export type EventRow = Pick<
  KeyRow,
  'stack' | 'id' | 'state' | 'reason' | 'verb' | 'run_id' | 'reported_by'
> & {
  number: number;
  action: string;
  revoked: string;
  at: number;
};
