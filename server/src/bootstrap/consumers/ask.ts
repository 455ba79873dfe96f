import { HttpCalls, type Answer } from '../calls/http-calls.ts';
import { filledText, textAt, type Values } from '../calls/templates.ts';
import { secretsOf, VariableError, type Surroundings } from '../secrets.ts';
import type { ConsumerSpec } from './consumer-spec.ts';

type WebhookSpec = NonNullable<ConsumerSpec['webhook']>;
type ProofSpec = NonNullable<ConsumerSpec['proof']>;

/** Without a value. */
class NoAnswerError extends Error {}

/** @returns the problem */
export function callWebhook(
  webhook: WebhookSpec,
  {
    surroundings,
    id,
    place,
    timeoutMs,
  }: { surroundings: Surroundings; id: string; place: string; timeoutMs: number },
): Promise<string | undefined> {
  const body = { event: 'key.changed', key: id, place };
  return asked(webhook, { surroundings, timeoutMs, method: 'POST', body }, ({ status }) =>
    status >= 200 && status < 300 ? undefined : `answers ${status}`,
  );
}

/** One try. @param values of `{version}` and `{id}`. @returns the problem */
export function askForProof(
  proof: ProofSpec,
  { surroundings, values, timeoutMs }: { surroundings: Surroundings; values: Values; timeoutMs: number },
): Promise<string | undefined> {
  const { url = '', status = 200, pointer, equals = '' } = proof;
  return asked({ ...proof, url }, { surroundings, timeoutMs, method: 'GET' }, (answer) => {
    if (answer.status !== status) return `answers ${answer.status}, not ${status}`;
    if (pointer === undefined || textAt(answer.body, pointer) === filledText(equals, values))
      return undefined;
    return `does not answer with the new ${equals} at ${pointer}`;
  });
}

/** @returns the problem. It has the origin of the url only: a query may hold anything. */
async function asked(
  { url, headers, secrets }: Pick<WebhookSpec, 'url' | 'headers' | 'secrets'>,
  {
    surroundings,
    timeoutMs,
    method,
    body,
  }: { surroundings: Surroundings; timeoutMs: number; method: 'GET' | 'POST'; body?: unknown },
  problemOf: (answer: Answer) => string | undefined,
): Promise<string | undefined> {
  const { origin = '', pathname = '', search = '' } = URL.parse(url) ?? {};
  const fail = (_fault: unknown, message: string) => new NoAnswerError(message);
  let calls: HttpCalls | undefined;
  try {
    const known = await secretsOf(secrets, surroundings);
    calls = new HttpCalls({ url: origin, headers, secrets: known, timeoutMs, fail });
    const problem = problemOf(await calls.send({ method, path: pathname + search, body }, {}));
    return problem === undefined ? undefined : `${calls.origin} ${problem}`;
  } catch (error) {
    if (error instanceof NoAnswerError || error instanceof VariableError) return error.message;
    throw error;
  } finally {
    await calls?.stop();
  }
}
