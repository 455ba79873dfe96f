import { scopesOf, SCOPE_GROUPS, type Scope } from './scopes.ts';
import type { Budget, Draft, Limit, Names } from './draft.ts';
import { counted, pluralOf } from '../../page/count-text.ts';

type Holdings = Pick<
  Draft,
  'parent' | 'scopes' | 'models' | 'workspaces' | 'workers' | 'ips' | 'limits' | 'budgets' | 'expires'
>;

const and = new Intl.ListFormat('en', { type: 'conjunction' });
const or = new Intl.ListFormat('en', { type: 'disjunction' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });
const minute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

/** Beyond this many names of a list, only their number is said. */
const NAMES_MAX = 4;

function listed(names: readonly string[], noun: string): string {
  if (names.length > NAMES_MAX) return counted(names.length, noun);
  return and.format(names);
}

/** Such as "any model", "the model gpt-4o" or "any model except o1". */
export function namesText({ allow, deny }: Names, noun: string): string {
  const but = deny.length === 0 ? '' : ` except ${listed(deny, noun)}`;
  if (allow.length === 0) return `any ${noun}${but}`;
  if (allow.length > NAMES_MAX) return `any of ${counted(allow.length, noun)}${but}`;
  return `the ${pluralOf(allow.length, noun)} ${and.format(allow)}${but}`;
}

const SECONDS: Record<number, string> = {
  1: 'a second',
  60: 'a minute',
  3_600: 'an hour',
  86_400: 'a day',
  604_800: 'a week',
  2_592_000: 'in 30 days',
};
const UNITS: [number, string][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** Such as "a minute" or "in 90 seconds". */
export function windowText(seconds: number): string {
  const known = SECONDS[seconds];
  if (known !== undefined) return known;
  const [size, name] = UNITS.find(([unit]) => seconds % unit === 0) ?? [1, 'second'];
  return `in ${counted(seconds / size, name)}`;
}

/** Such as "100 requests a minute". */
export function limitText(limit: Limit): string {
  if ('requests' in limit) return `${counted(limit.requests, 'request')} ${windowText(limit.window_seconds)}`;
  if ('concurrent' in limit) return `${counted(limit.concurrent, 'request')} at once`;
  if ('max_running' in limit) return `${counted(limit.max_running, 'job')} running`;
  return `${counted(limit.max_queued, 'job')} waiting`;
}

export const PERIODS = {
  hour: 'an hour',
  day: 'a day',
  week: 'a week',
  month: 'a month',
  total: 'in total',
} as const;
export const BUDGET_UNITS = {
  usd: 'USD',
  tokens: 'tokens',
  requests: 'requests',
  gpu_seconds: 'GPU seconds',
} as const;

/** Such as `1 request` or `5 USD`; a text that is no number yet stays as it is. */
export function amountText(amount: number | string, unit: keyof typeof BUDGET_UNITS): string {
  const [units, value] = [BUDGET_UNITS[unit], Number(amount)];
  return Number.isFinite(value) ? counted(value, units.replace(/s$/, ''), units) : `${amount} ${units}`;
}

/** Such as "5 USD a month". */
export const budgetText = ({ amount, unit, period }: Pick<Budget, 'amount' | 'unit' | 'period'>): string =>
  `${amountText(amount, unit)} ${PERIODS[period]}`;

/** Such as "1 March 2027"; with the time, where it is near. */
export function dateText(iso: string, nowMs: number): string {
  const date = new Date(iso);
  const isNear = date.getTime() - nowMs < 3 * 86_400_000;
  return (isNear ? minute : day).format(date);
}

const WORDS = new Map<Scope, string>(SCOPE_GROUPS.flatMap(({ scopes }) => scopes));

/** What the scopes let it do, each with the things that it covers. */
function powers({ scopes: grants, models, workspaces, workers }: Holdings): string[] {
  const held = new Set(scopesOf(grants));
  const said: string[] = [];
  const take = (scopes: Scope[], text: string): void => {
    if (!scopes.every((scope) => held.has(scope))) return;
    said.push(text);
    for (const scope of scopes) held.delete(scope);
  };
  const inWorkspaces = namesText(workspaces, 'workspace');
  const by =
    workers.owners.length + workers.deny.length === 0 ? '' : ` to workers of ${workersText(workers)}`;
  // Who chats with a workspace sees it, too: it is not said twice.
  take(['workspaces:chat', 'workspaces:read'], `chat with ${inWorkspaces}`);
  take(['workspaces:chat'], `chat with ${inWorkspaces}`);
  take(['documents:read', 'documents:write', 'workspaces:write'], `keep the documents of ${inWorkspaces}`);
  take(['models:use'], `use ${namesText(models, 'model')}`);
  take(['jobs:submit', 'jobs:read', 'jobs:cancel'], `submit jobs${by}`);
  take(['jobs:submit'], `submit jobs${by}`);
  take(['batches:read', 'batches:write'], 'run batches');
  take(['workers:register', 'workers:poll', 'workers:report'], 'run a worker');
  take(['agents:read', 'agents:write', 'agents:execute'], 'make and run workflows');
  take(['keys:read', 'keys:write'], 'hand out keys');
  for (const scope of held) said.push(WORDS.get(scope) ?? scope);
  return said;
}

const workersText = ({ owners, deny }: Draft['workers']): string =>
  [
    owners.length === 0 ? 'any owner' : or.format(owners),
    ...(deny.length === 0 ? [] : [`except ${and.format(deny)}`]),
  ].join(' ');

/** Such as "any model" for all that `*` gives: the selectors hold for it, too. */
function everything({ models, workspaces }: Holdings): string {
  const only = [
    ...(models.allow.length + models.deny.length === 0 ? [] : [namesText(models, 'model')]),
    ...(workspaces.allow.length + workspaces.deny.length === 0 ? [] : [namesText(workspaces, 'workspace')]),
  ];
  return only.length === 0 ? 'do everything' : `do everything, with ${and.format(only)} only`;
}

/**
 * What a key may do, such as "This key may chat with the workspace handbook, at most 100 requests a minute, until 1 March 2027."
 */
export function sentence(holdings: Holdings, nowMs = Date.now()): string {
  const { parent, scopes, limits, budgets, ips, expires } = holdings;
  const may = scopes.includes('*') ? [everything(holdings)] : powers(holdings);
  if (may.length === 0) return 'This key may do nothing yet.';
  const most = [...limits.map(limitText), ...budgets.map(budgetText)];
  const parts = [
    `This key may ${may.length > 8 ? manyPowers(may) : and.format(may)}`,
    ...(most.length === 0 ? [] : [`at most ${and.format(most)}`]),
    ...(ips.length === 0
      ? []
      : [`from ${ips.length > NAMES_MAX ? `${ips.length} addresses` : or.format(ips)} only`]),
    ...(parent !== null ? ['within the bounds of its parent'] : []),
    ...(expires === null ? [] : [`until ${dateText(expires, nowMs)}`]),
  ];
  return `${parts.join(', ')}.`;
}

const MANY_SHOWN = 6;
const manyPowers = (may: string[]): string =>
  and.format([...may.slice(0, MANY_SHOWN), counted(may.length - MANY_SHOWN, 'more thing')]);
