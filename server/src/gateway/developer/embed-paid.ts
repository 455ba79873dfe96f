import type { TObject, TSchema } from 'typebox';
import type { Caller } from '../../access/index.ts';
import { ModelAccount } from '../model-account.ts';
import type { Call } from '../route.ts';
import type { Services } from '../services.ts';

interface Embedding {
  texts: readonly string[];
  /** Whether the key's model selector counts: where a model is asked for. A search takes whatever the server embeds with. */
  isOwnWish: boolean;
}

export interface Embedded {
  model: string;
  vectors: Float32Array[];
  tokens: number;
}

/** Embeds on the caller's account. @throws KeywardError as the model's, `budget_exceeded` */
export async function embedPaid(
  services: Services,
  call: Pick<Call<TObject, TObject, TSchema, 'any'>, 'caller' | 'countsItself' | 'signal'>,
  { texts, isOwnWish }: Embedding,
): Promise<Embedded> {
  const { retrieval } = services;
  const model = await retrieval.model();
  const caller = isOwnWish ? call.caller : withAnyModel(call.caller);
  const account = new ModelAccount(services, { caller, countsItself: () => call.countsItself() });
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  await account.reserve({ path: '/embeddings', model, parsed: { model, input: [...texts] }, bytes });
  let tokens = 0;
  try {
    const vectors = await retrieval.embed(texts, {
      model,
      signal: call.signal,
      selector: caller.selectors.models,
      onUsage: (report) => {
        tokens = report.tokensIn;
        account.settle(report);
      },
    });
    account.answeredBy(model);
    return { model, vectors, tokens };
  } catch (error) {
    account.notAnswered();
    throw error;
  }
}

const withAnyModel = (caller: Caller): Caller => ({
  ...caller,
  selectors: { ...caller.selectors, models: { allow: [], deny: [] } },
});
