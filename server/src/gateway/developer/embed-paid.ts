import type { TObject, TSchema } from 'typebox';
import { ModelAccount } from '../model-account.ts';
import type { Call } from '../route.ts';
import type { Services } from '../services.ts';

interface Embedded {
  model: string;
  vectors: Float32Array[];
  tokens: number;
}

/** What a caller asks for: vectors of its texts, on its account. @throws KeywardError as the model's, `budget_exceeded` */
export async function embedPaid(
  services: Services,
  call: Pick<Call<TObject, TObject, TSchema, 'any'>, 'caller' | 'countsItself' | 'signal'>,
  texts: readonly string[],
): Promise<Embedded> {
  const { retrieval } = services;
  const model = await retrieval.model();
  const account = new ModelAccount(services, call);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  await account.reserve({ path: '/embeddings', model, parsed: { model, input: [...texts] }, bytes });
  let tokens = 0;
  try {
    const vectors = await retrieval.embed(texts, {
      model,
      signal: call.signal,
      selector: call.caller.selectors.models,
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
