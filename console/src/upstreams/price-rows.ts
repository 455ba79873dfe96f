import type { components } from '@keyward/sdk';

type UpstreamDraft = components['schemas']['UpstreamRequest'];
type Prices = components['schemas']['Upstream']['prices'];
type Price = Prices[string];

/** A model or a pattern with its prices; prices that the table does not show are kept. */
export interface PriceRow {
  model: string;
  price: Price;
}

export const priceRows = (prices: Prices): PriceRow[] =>
  Object.entries(prices).map(([model, price]) => ({ model, price }));

export const pricesOf = (rows: readonly PriceRow[]): NonNullable<UpstreamDraft['prices']> =>
  Object.fromEntries(
    rows
      .filter(({ model }) => model.trim() !== '')
      .map(({ model, price }) => [
        model.trim(),
        Object.fromEntries(Object.entries(price).filter(([, amount]) => amount !== '')),
      ]),
  );
