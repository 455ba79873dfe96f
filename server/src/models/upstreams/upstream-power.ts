import { coversAll, type Caller } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';

/**
 * Model selectors and budgets in usd depend on the model names and prices of upstreams. A key with either could otherwise give
 * another model a name that it covers, or make it free. Guarded by upstream-power.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseMeasured({ selectors, holders }: Caller): void {
  const refuse = (what: string): KeywardError =>
    new KeywardError('scope_escalation', `A key with ${what} cannot change models and their prices.`, {
      hint: 'Use a key without a model selector and without a budget in usd, also of its ancestors and its owner.',
    });
  if (!coversAll(selectors.models)) throw refuse('a model selector');
  if (holders.some(({ budgets }) => budgets.some(({ unit }) => unit === 'usd')))
    throw refuse('a budget in usd');
}
