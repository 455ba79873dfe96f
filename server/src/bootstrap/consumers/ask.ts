import { collected } from '../../base/collected.ts';
import { jsonIn } from '../../base/json-text.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { at, filled } from '../calls/templates.ts';
import { secretsOf, type Surroundings } from '../secrets.ts';
import type { ConsumerSpec } from './consumer-spec.ts';

const TIMEOUT_MS = 10_000;
const ANSWER_MAX_BYTES = 1024 * 1024;

interface Question {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** @returns the problem */
export async function callWebhook(
  { url, headers, secrets }: NonNullable<ConsumerSpec['webhook']>,
  { surroundings, id, place }: { surroundings: Surroundings; id: string; place: string },
): Promise<string | undefined> {
  const values = await secretsOf(secrets, surroundings);
  const body = { event: 'key.changed', key: id, place };
  const answer = await ask({ method: 'POST', url, headers: filledHeaders(headers, values), body });
  if ('problem' in answer) return answer.problem;
  return answer.status >= 200 && answer.status < 300
    ? undefined
    : `${originOf(url)} answers ${answer.status}`;
}

export type Values = Record<string, string>;

/** One try. @returns the problem */
export async function askForProof(
  proof: NonNullable<ConsumerSpec['proof']>,
  { surroundings, values }: { surroundings: Surroundings; values: Values },
): Promise<string | undefined> {
  const { url = '', headers, secrets, status = 200, pointer, equals } = proof;
  const known = await secretsOf(secrets, surroundings);
  const answer = await ask({ method: 'GET', url, headers: filledHeaders(headers, known) });
  if ('problem' in answer) return answer.problem;
  if (answer.status !== status) return `${originOf(url)} answers ${answer.status}, not ${status}`;
  if (pointer === undefined) return undefined;
  const found = at(answer.body, pointer);
  const isEqual =
    (typeof found === 'string' || typeof found === 'number') && String(found) === filled(equals, values);
  return isEqual
    ? undefined
    : `${originOf(url)} does not answer with the new ${equals ?? 'value'} at ${pointer}`;
}

/** Without the query: it may hold anything. */
const originOf = (url: string): string => URL.parse(url)?.origin ?? 'the url';

const filledHeaders = (headers: Record<string, string> = {}, values: Values): Record<string, string> =>
  filled(headers, values) as Record<string, string>;

async function ask(question: Question): Promise<{ status: number; body: unknown } | { problem: string }> {
  const { method, url, headers = {}, body } = question;
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return { problem: 'the url must be such as http://127.0.0.1:8080/healthz' };
  const connections = openOutbound({ policy: { kind: 'upstream' }, pipelining: 1 });
  try {
    const response = await connections.request({
      origin: parsed.origin,
      path: parsed.pathname + parsed.search,
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const bytes = await collected(response.body, ANSWER_MAX_BYTES, () => new Error('too long'));
    return { status: response.statusCode, body: jsonIn(bytes.toString()) };
  } catch (error) {
    const { code, name } = error as { code?: string; name?: string };
    return { problem: `${parsed.origin} does not answer (${code ?? name ?? 'unknown'})` };
  } finally {
    await connections.destroy();
  }
}
