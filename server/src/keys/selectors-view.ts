import { NO_SELECTORS, type NameSelector, type Selectors } from '../access/index.ts';

/** Selectors in the words of the API. */
export type SelectorsView = Omit<Selectors, 'workers'> & {
  /** Ids of the owners of workers. */
  workers: { owners: string[]; deny: string[] };
};

export const shownSelectors = ({ workers: { allow, deny }, ...rest }: Selectors): SelectorsView => ({
  ...rest,
  workers: { owners: allow, deny },
});

/** As stored; keys of before have no selector of workers. */
export const selectorsIn = (json: string): Selectors => ({
  ...NO_SELECTORS,
  ...(JSON.parse(json) as Partial<Selectors>),
});

export const workersOf = (given: Partial<SelectorsView['workers']> = {}): NameSelector => ({
  allow: given.owners ?? [],
  deny: given.deny ?? [],
});
