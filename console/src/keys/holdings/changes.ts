import { scopesOf, scopeWords } from './scopes.ts';
import type { Draft, Limit, Names } from './draft.ts';
import type { MetadataRow } from './metadata.ts';
import { budgetText, dateText, limitText } from './sentence.ts';

/** `gives`: the key may do more than before; `takes`: less. */
export interface Change {
  effect: 'gives' | 'takes' | 'keeps';
  text: string;
}

const without = <T>(list: readonly T[], other: readonly T[]): T[] =>
  list.filter((one) => !other.includes(one));
const gives = (text: string): Change => ({ effect: 'gives', text });
const takes = (text: string): Change => ({ effect: 'takes', text });

/** What would be taken away from a key, and what given, in words. */
export function changesOf(before: Draft, after: Draft, nowMs = Date.now()): Change[] {
  return [
    ...(before.name === after.name.trim()
      ? []
      : [{ effect: 'keeps' as const, text: `Its name will be ${after.name.trim()}.` }]),
    ...scopeChanges(before, after),
    ...nameChanges(before.models, after.models, 'model'),
    ...nameChanges(before.workspaces, after.workspaces, 'workspace'),
    ...nameChanges(
      { allow: before.workers.owners, deny: before.workers.deny },
      { allow: after.workers.owners, deny: after.workers.deny },
      'owner of workers',
    ),
    ...nameChanges({ allow: before.ips, deny: [] }, { allow: after.ips, deny: [] }, 'address'),
    ...boundChanges(before.limits, after.limits, { text: limitText, amount: limitAmount }),
    ...boundChanges(before.budgets, after.budgets, { text: budgetText, amount: budgetAmount }),
    ...expiryChanges(before.expires, after.expires, nowMs),
    ...tagChanges(before.tags, after.tags),
    ...metadataChanges(before.metadata, after.metadata),
  ];
}

function scopeChanges(before: Draft, after: Draft): Change[] {
  const had = scopesOf(before.scopes);
  const has = scopesOf(after.scopes);
  return [
    ...without(has, had).map((scope) => gives(`It may ${scopeWords(scope)}.`)),
    ...without(had, has).map((scope) => takes(`It may no longer ${scopeWords(scope)}.`)),
    // With * a scope of a later version is held, too.
    ...(had.length === has.length && before.scopes.includes('*') !== after.scopes.includes('*')
      ? [
          after.scopes.includes('*')
            ? gives('It holds every scope, future ones included.')
            : takes('It no longer holds future scopes.'),
        ]
      : []),
  ];
}

function nameChanges(before: Names, after: Names, noun: string): Change[] {
  return [...allowChanges(before.allow, after.allow, noun), ...denyChanges(before.deny, after.deny, noun)];
}

function allowChanges(had: string[], has: string[], noun: string): Change[] {
  if (had.length === 0 && has.length > 0) return [takes(`No other ${noun} than ${has.join(', ')}.`)];
  if (had.length > 0 && has.length === 0) return [gives(`Any ${noun}, no longer ${had.join(', ')} only.`)];
  return [
    ...without(has, had).map((name) => gives(`The ${noun} ${name}.`)),
    ...without(had, has).map((name) => takes(`No longer the ${noun} ${name}.`)),
  ];
}

const denyChanges = (had: string[], has: string[], noun: string): Change[] => [
  ...without(has, had).map((name) => takes(`Never the ${noun} ${name}.`)),
  ...without(had, has).map((name) => gives(`The ${noun} ${name} is no longer excluded.`)),
];

interface Words<T> {
  text: (bound: T) => string;
  /** What is compared, and what must be equal for that. */
  amount: (bound: T) => { kind: string; value: number };
}

function limitAmount(limit: Limit): { kind: string; value: number } {
  if ('requests' in limit) return { kind: `requests ${limit.window_seconds}`, value: limit.requests };
  if ('concurrent' in limit) return { kind: 'concurrent', value: limit.concurrent };
  if ('max_running' in limit) return { kind: 'running', value: limit.max_running };
  return { kind: 'queued', value: limit.max_queued };
}

const budgetAmount = ({ unit, period, amount }: Draft['budgets'][number]) => ({
  kind: `${unit} ${period}`,
  value: Number(amount),
});

function boundChanges<T extends { name: string }>(had: T[], has: T[], { text, amount }: Words<T>): Change[] {
  const changed = has.flatMap((bound): Change[] => {
    const before = had.find(({ name }) => name === bound.name);
    if (before === undefined) return [takes(`At most ${text(bound)}.`)];
    const [was, is] = [amount(before), amount(bound)];
    if (was.kind === is.kind && was.value === is.value) return [];
    const words = `At most ${text(bound)}; before ${text(before)}.`;
    // Another unit or period cannot be compared: the server counts it as wider.
    return [was.kind === is.kind && is.value < was.value ? takes(words) : gives(words)];
  });
  const removed = had.filter(({ name }) => !has.some((bound) => bound.name === name));
  return [...changed, ...removed.map((bound) => gives(`No longer at most ${text(bound)}.`))];
}

function expiryChanges(had: string | null, has: string | null, nowMs: number): Change[] {
  if (had === has) return [];
  if (has === null) return [gives('It never expires.')];
  const text = `It works until ${dateText(has, nowMs)}.`;
  return [had === null || Date.parse(has) < Date.parse(had) ? takes(text) : gives(text)];
}

function tagChanges(had: string[], has: string[]): Change[] {
  if (had.join('\0') === has.join('\0')) return [];
  return [
    { effect: 'keeps', text: has.length === 0 ? 'It has no tags.' : `Its tags are ${has.join(', ')}.` },
  ];
}

function metadataChanges(had: MetadataRow[], has: MetadataRow[]): Change[] {
  const before = new Map(had.map(({ name, text }) => [name, text]));
  const named = has.map(({ name, text }) => ({ name: name.trim(), text }));
  const changed = named
    .filter(({ name, text }) => before.get(name) !== text)
    .map(({ name, text }) => `Its note ${name || '…'} is ${text || 'empty'}.`);
  const removed = had
    .filter(({ name }) => named.every((one) => one.name !== name))
    .map(({ name }) => `Its note ${name} is removed.`);
  return [...changed, ...removed].map((text) => ({ effect: 'keeps', text }));
}
