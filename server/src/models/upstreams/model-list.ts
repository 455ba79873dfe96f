import type { Dispatcher } from 'undici';
import { collect } from '../answer/collect.ts';
import type { Target } from './target.ts';
import { isModelName } from './upstream.ts';

const LIST_MAX_BYTES = 4 * 1024 * 1024;
const LIST_MAX_MODELS = 5_000;
const LIST_TIMEOUT_MS = 15_000;

/** Asks an upstream for its models. @throws Error without secrets in its message. */
export async function fetchModelNames(dispatcher: Dispatcher, target: Target): Promise<string[]> {
  const { status, body } = await collect(dispatcher, target, {
    method: 'GET',
    path: '/models',
    body: null,
    maxBytes: LIST_MAX_BYTES,
    timeoutMs: Math.min(target.timeoutMs, LIST_TIMEOUT_MS),
  });
  if (status !== 200) throw new Error(`GET /models answered ${status}`);
  return readModelNames(body);
}

/** Names in OpenAI's list, and in similar shapes of other servers. */
export function readModelNames(body: Buffer): string[] {
  const answer = parsed(body) as { data?: unknown; models?: unknown } | unknown[];
  const list = Array.isArray(answer) ? answer : (answer.data ?? answer.models);
  if (!Array.isArray(list)) throw new Error('GET /models answered without a list in "data"');
  const names = list.slice(0, LIST_MAX_MODELS).map((item: { id?: unknown; name?: unknown } | string) => {
    return typeof item === 'string' ? item : (item.id ?? item.name);
  });
  return [...new Set(names.filter((name) => typeof name === 'string' && isModelName(name)))] as string[];
}

/** The parser's own error quotes the answer, which may contain a credential. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) ?? {};
  } catch {
    throw new Error('GET /models answered with invalid JSON');
  }
}
