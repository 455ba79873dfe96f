import { Type } from 'typebox';
import { BUDGET_PERIODS, BUDGET_UNITS, GRANTS, ROLES } from '../access/index.ts';
import { closed, Decimal, nullable, oneOf, Time } from '../http/index.ts';
import { KEY_STATES } from '../keys/index.ts';

export {
  closed,
  Decimal,
  idParam,
  orderedIdParam,
  lastAdminFlag,
  Name,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  Reason,
  Time,
} from '../http/index.ts';

export const WebUrl = Type.String({
  maxLength: 2_000,
  pattern: '^https?://',
  description: 'an http or https URL, such as https://example.com/hooks/jobs',
});

/* Shapes of keys, and of what bounds them. */

export const Grant = oneOf(GRANTS, {
  description: 'A scope, noun:* or *',
});
export const RoleName = oneOf(ROLES);

const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 });
const NameSelector = Type.Object({ allow: Patterns, deny: Patterns }, closed);

const WorkerSelector = Type.Object({ owners: Patterns, deny: Patterns }, closed);

export const Selectors = Type.Object(
  {
    workspaces: NameSelector,
    models: NameSelector,
    workers: WorkerSelector,
    ips: Type.Array(Type.String({ minLength: 2, maxLength: 50 }), { maxItems: 200 }),
  },
  {
    title: 'Selectors',
    description: 'The things that the key covers. An empty allow list allows all. deny wins over allow.',
  },
);

const NameSelectorInput = Type.Partial(NameSelector, closed);
export const SelectorsInput = Type.Object(
  {
    workspaces: Type.Optional(NameSelectorInput),
    models: Type.Optional(NameSelectorInput),
    workers: Type.Optional(Type.Partial(WorkerSelector, closed)),
    ips: Type.Optional(Selectors.properties.ips),
  },
  closed,
);

const WindowLimit = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    requests: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    window_seconds: Type.Integer({ minimum: 1, maximum: 2_592_000 }),
  },
  closed,
);
const ConcurrencyLimit = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    concurrent: Type.Integer({ minimum: 1, maximum: 100_000 }),
  },
  closed,
);
const JOBS_MAX = 100_000_000;
const RunningLimit = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    max_running: Type.Integer({ minimum: 1, maximum: JOBS_MAX }),
  },
  closed,
);
const QueuedLimit = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    max_queued: Type.Integer({ minimum: 1, maximum: JOBS_MAX }),
  },
  closed,
);
export const Limit = Type.Union([WindowLimit, ConcurrencyLimit, RunningLimit, QueuedLimit], {
  title: 'Limit',
  description:
    '{name, requests, window_seconds} or {name, concurrent}; for jobs {name, max_running} or {name, max_queued}',
});
export const Limits = Type.Array(Limit, { maxItems: 10 });

const budgetProperties = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  unit: oneOf(BUDGET_UNITS),
  amount: Decimal,
  period: oneOf(BUDGET_PERIODS),
};
export const BudgetInput = Type.Object(budgetProperties, closed);
export const Budgets = Type.Array(BudgetInput, { maxItems: 10 });
export const Budget = Type.Object(
  {
    ...budgetProperties,
    amount: Type.String({ description: 'The amount of each period' }),
    used: Type.String(),
    resets_at: nullable(Time),
  },
  { title: 'Budget', description: 'Amounts are decimal text in the unit of the budget.' },
);

const Of = Type.Optional(
  oneOf(['ancestor', 'owner'], {
    description: 'Set if the limit or budget belongs to an ancestor or an owner of the key',
  }),
);

/** The current state of a limit or a budget. */
export const LimitState = Type.Object({
  name: Type.String(),
  requests: Type.Optional(Type.Integer()),
  window_seconds: Type.Optional(Type.Integer()),
  concurrent: Type.Optional(Type.Integer()),
  remaining: Type.Integer(),
  resets_in_seconds: Type.Optional(Type.Integer()),
  of: Of,
});
export const BudgetState = Type.Object({
  ...Budget.properties,
  reserved: Type.String({ description: 'The part of used that running requests have reserved' }),
  spent: Type.Boolean({ description: 'Whether nothing is left' }),
  of: Of,
});

export const Metadata = Type.Record(Type.String(), Type.Unknown(), {
  maxProperties: 50,
  description: 'Any JSON object with at most 50 members',
});
export const Tags = Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 50 });

const Secret = Type.Object({
  id: Type.String(),
  hint: Type.String(),
  created_at: Time,
  last_used_at: nullable(Time),
  last_used_from: nullable(Type.String()),
  ends_at: nullable(Time),
  quiet_seconds: nullable(
    Type.Number({ description: 'Of an old secret: it ends after so many seconds without use' }),
  ),
});

export const Key = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    owner: Type.Object({ id: Type.String(), name: Type.String() }),
    parent: nullable(Type.String({ description: 'Id of the parent key. null: none' })),
    role: nullable(RoleName),
    scopes: Type.Array(Grant),
    selectors: Selectors,
    limits: Type.Array(Limit),
    budgets: Type.Array(Budget),
    expires_at: nullable(Time),
    state: oneOf(KEY_STATES),
    state_reason: nullable(Type.String()),
    created_at: Time,
    created_by: Type.String(),
    last_used_at: nullable(Time),
    secrets: Type.Array(Secret),
    metadata: Metadata,
    tags: Type.Array(Type.String()),
  },
  { title: 'Key' },
);

export const Acknowledged = Type.Object(
  {
    nodes: Type.Integer({ description: 'Number of processes that act on the change' }),
    waited_ms: Type.Number({ description: 'Time that the slowest process took, in milliseconds' }),
    requests_ended: Type.Integer({ description: 'Number of running requests that the change ended' }),
  },
  {
    title: 'Acknowledged',
    description:
      'From now on every node acts on the change, and the running requests that it takes a right from have ended.',
  },
);

/** The effect of a change on running requests. */
export const Running = oneOf(['end'], {
  description:
    'end: all running requests of the key, or of its old secret, end with the change. Default: only those that need a right which the change takes away; a rotation takes none',
});

const keyAndSecret = {
  key: Key,
  secret: Type.String({ description: 'The text of the key. Only this answer contains it' }),
};

export const NewKey = Type.Object(
  {
    ...keyAndSecret,
    warnings: Type.Array(Type.String(), {
      description: 'Warnings, for example of models without a price, which a budget in usd excludes',
    }),
  },
  { title: 'CreatedKey' },
);

export const RotatedKey = Type.Object(
  { ...keyAndSecret, acknowledged: Acknowledged },
  { title: 'RotatedKey', description: 'The key with a new secret, which only this answer contains.' },
);
