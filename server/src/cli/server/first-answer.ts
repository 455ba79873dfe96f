import { setTimeout as sleep } from 'node:timers/promises';
import { KeywardApiError, unwrap, type KeywardClient } from '@keyward/sdk';
import type { Config } from '../../config.ts';
import { ensureOwner, withPassingKey, type MintInput } from '../../keys/index.ts';
import { withCore } from './core.ts';
import { localClient, readiness } from './probe.ts';
import type { Progress } from '../progress.ts';

export const QUESTION = 'What is the capital of France?';

export type FirstAnswer =
  | { state: 'answered'; model: string; text: string; took_ms: number }
  | { state: 'failed' | 'waiting'; detail: string };

/** The wait ends when nothing has changed for this long. */
const STALL_MS = 120_000;
const LOOK_MS = 250;
const PERCENT_EVERY_MS = 2_000;
const CHECK_KEY_SECONDS = 120;
const ANSWER_TOKENS = 40;
const NO_CHAT = /minilm|embed/i;

interface Wait {
  config: Config;
  /** Has the first admin key if this run made it. */
  client: KeywardClient;
  hasKey: boolean;
  progress: Progress;
  signal: AbortSignal;
  /** @throws CliError when the server has died. */
  refuseDead: () => void;
}

/** Waits for the local model, then asks it one question through the server, with a key. */
export async function firstAnswer(wait: Wait): Promise<FirstAnswer> {
  const outcome = await modelState(wait);
  if (outcome.state !== 'ready') return { state: outcome.state, detail: outcome.detail };
  wait.progress.say('asking the local model');
  return wait.hasKey ? ask(wait.client, wait) : withCheckKey(wait);
}

async function modelState(wait: Wait): Promise<{ state: 'ready' | 'failed' | 'waiting'; detail: string }> {
  const { progress, signal, refuseDead } = wait;
  let changedMs = performance.now();
  let last = '';
  for (;;) {
    refuseDead();
    const detail = (await readiness(wait.client))?.parts['local_model']?.detail ?? 'starting';
    const status = detail.split(':', 1)[0] ?? '';
    if (status === 'ready') return { state: 'ready', detail };
    if (status === 'failed') return { state: 'failed', detail: detail.slice('failed: '.length) };
    const percent = status === 'fetching' ? await fetchedPercent(wait) : undefined;
    progress.say(
      `local model: ${status === 'fetching' ? 'fetching weights (120 MB, once)' : status}`,
      percent,
    );
    const now = `${status} ${percent ?? ''}`;
    if (now !== last) changedMs = performance.now();
    last = now;
    if (performance.now() - changedMs > STALL_MS) return { state: 'waiting', detail };
    await sleep(status === 'fetching' ? PERCENT_EVERY_MS : LOOK_MS, undefined, { signal });
  }
}

/** The hint of a refused request has the progress. */
async function fetchedPercent({ client, hasKey, signal }: Wait): Promise<number | undefined> {
  if (!hasKey) return undefined;
  try {
    const model = await chatModel(client);
    for await (const chunk of client.chat(
      { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 },
      { signal },
    ))
      void chunk;
    return 100;
  } catch (error) {
    const percent =
      error instanceof KeywardApiError ? /(\d+) %/.exec(`${error.message} ${error.hint}`)?.[1] : undefined;
    return percent === undefined ? undefined : Number(percent);
  }
}

async function chatModel(client: KeywardClient): Promise<string> {
  const { data } = await unwrap(client.GET('/v1/models'));
  const local = data.filter(
    ({ id, owned_by }) => owned_by.split(', ').includes('local') && !NO_CHAT.test(id),
  );
  return local[0]?.id ?? 'smollm2-135m-instruct';
}

async function ask(client: KeywardClient, { signal }: Pick<Wait, 'signal'>): Promise<FirstAnswer> {
  const startedMs = performance.now();
  try {
    const model = await chatModel(client);
    let text = '';
    const messages = [{ role: 'user' as const, content: QUESTION }];
    for await (const { choices } of client.chat(
      { model, messages, max_tokens: ANSWER_TOKENS, temperature: 0 },
      { signal },
    ))
      text += choices[0]?.delta.content ?? '';
    return {
      state: 'answered',
      model,
      text: text.trim(),
      took_ms: Math.round(performance.now() - startedMs),
    };
  } catch (error) {
    if (!(error instanceof KeywardApiError)) throw error;
    return { state: 'failed', detail: error.message };
  }
}

/** Asks with a key that may only use models, expires after two minutes and is gone afterwards. */
function withCheckKey(wait: Wait): Promise<FirstAnswer> {
  return withCore(wait.config, async ({ keys, storage }) => {
    await storage.transaction((tx) => ensureOwner(tx, { name: 'admin', kind: 'person' }, Date.now()));
    const input: MintInput = {
      name: 'keyward up check',
      owner: 'admin',
      scopes: ['models:use'],
      expires_in_seconds: CHECK_KEY_SECONDS,
    };
    return withPassingKey(keys, input, (secret) =>
      ask(localClient(wait.config, wait.client.url, secret), wait),
    );
  });
}
