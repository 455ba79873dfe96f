import type { components } from '@keyward/sdk';
import { argument, boundFlags, clearedBounds, flag } from '../keys/holdings/command.ts';
import type { Budget, Limit } from '../keys/holdings/draft.ts';

export type Owner = components['schemas']['Owner'];
export type OwnerChange = components['schemas']['OwnerChange'];

/** The settings of an owner, as a form holds them. */
export interface OwnerDraft {
  name: string;
  kind: Owner['kind'];
  limits: Limit[];
  budgets: Budget[];
}

export const draftOf = ({ name, kind, limits, budgets }: Owner): OwnerDraft => ({
  name,
  kind,
  limits,
  budgets: budgets.map(({ name: called, unit, amount, period }) => ({ name: called, unit, amount, period })),
});

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a request has to say to turn one into the other. Empty where nothing changed. */
export const changeOf = (before: OwnerDraft, { name, kind, limits, budgets }: OwnerDraft): OwnerChange => ({
  ...(name.trim() === before.name ? {} : { name: name.trim() }),
  ...(kind === before.kind ? {} : { kind }),
  ...(isSame(limits, before.limits) ? {} : { limits }),
  ...(isSame(budgets, before.budgets) ? {} : { budgets }),
});

/** The command that makes the owner. */
export const createCommand = ({ name, kind, ...bounds }: OwnerDraft): string[] => [
  'owners',
  'create',
  ...argument('name', name.trim() || 'NAME'),
  '--kind',
  kind,
  ...boundFlags(bounds),
];

/** The command that makes the change. */
export const updateCommand = (id: string, { name, kind, limits, budgets }: OwnerChange): string[] => [
  'owners',
  'update',
  id,
  ...(name === undefined ? [] : flag('name', name)),
  ...(kind === undefined ? [] : ['--kind', kind]),
  ...boundFlags({ limits, budgets }),
  ...clearedBounds({ limits, budgets }),
];
