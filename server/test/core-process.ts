/**
 * A Keyward without its servers: `node core-process.ts <environment as JSON>`. Answers questions on stdin, one JSON
 * object a line, on stdout; says `ready` first. Times are of CLOCK_MONOTONIC, which all processes share.
 */
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pino from 'pino';
import { openCore } from '../src/app.ts';
import type { KeywardError } from '../src/base/errors.ts';
import { readConfig } from '../src/config.ts';
import { changeState, createOwner, deleteOwner, mint, rotate, updateOwner } from '../src/keys/index.ts';
import { holdsScope, type Actor } from '../src/access/index.ts';
import type { StateVerb } from '../src/keys/index.ts';

type Question = { id: number; ask: string } & Record<string, string | number>;

const SYSTEM: Actor = { kind: 'cli' };
const nowNs = (): number => Number(process.hrtime.bigint());
const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

const environment = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const core = await openCore(readConfig(environment), pino({ level: 'warn' }, pino.destination(2)), {
  mayMake: true,
});
const { keys, nodes } = core;

/** What `watch` has seen of one text. */
interface Seen {
  fromMemory: number;
  admitted: number;
  refused: number;
  /** When the last identification that was admitted began. */
  lastAdmittedBeganNs: number;
}
const seen = new Map<string, Seen>();
let watched: string | undefined;

function identifyOnce(text: string, record: Seen): Promise<void> | void {
  const beganNs = nowNs();
  const note = (valid: boolean): void => {
    if (valid) {
      record.admitted++;
      record.lastAdmittedBeganNs = Math.max(record.lastAdmittedBeganNs, beganNs);
    } else record.refused++;
  };
  const identity = keys.verifier.identify(text);
  if (identity instanceof Promise) return identity.then(({ valid }) => note(valid));
  record.fromMemory++;
  note(true);
}

/** Asks for the watched text without pause; what asks the database is not waited for. */
async function hammer(): Promise<void> {
  for (;;) {
    const text = watched;
    const record = text === undefined ? undefined : seen.get(text);
    if (text === undefined || record === undefined) return;
    for (let i = 0; i < 20; i++) {
      const pending = identifyOnce(text, record);
      if (pending !== undefined) await pending.catch(() => undefined);
    }
    await nextTurn();
  }
}

const wokenNs = new Map<string, number[]>();
const woken = (topic: string | number | undefined): number[] => wokenNs.get(String(topic)) ?? [];

const questions: Record<string, (question: Question) => unknown> = {
  mint: async ({ name, owner = 'tests' }) => {
    const { key, secret } = await mint(keys, SYSTEM, {
      name: String(name),
      owner: String(owner),
      role: 'client',
    });
    return { id: key.id, secret };
  },
  owner: async ({ name }) => (await createOwner(keys, SYSTEM, { name: String(name), kind: 'service' })).id,
  suspend: async ({ owner }) =>
    (await updateOwner(keys, SYSTEM, { id: String(owner), input: { state: 'suspended' } })).acknowledged,
  unsuspend: async ({ owner }) =>
    (await updateOwner(keys, SYSTEM, { id: String(owner), input: { state: 'active' } })).acknowledged,
  deleteOwner: async ({ owner }) => (await deleteOwner(keys, SYSTEM, String(owner))).acknowledged,
  /** Changes the state of a key; `ackNs` is when that was acknowledged. */
  change: async ({ key, verb }) => {
    const beganNs = nowNs();
    const { acknowledged } = await changeState(keys, SYSTEM, { id: String(key), verb: verb as StateVerb });
    const ackNs = nowNs();
    return { ...acknowledged, ackNs, tookMs: (ackNs - beganNs) / 1e6 };
  },
  rotate: async ({ key }) => {
    const { secret } = await rotate(keys, SYSTEM, { id: String(key), input: { overlap_seconds: 0 } });
    return { secret, ackNs: nowNs() };
  },
  identify: async ({ text }) => {
    const identity = keys.verifier.identify(String(text));
    const fromMemory = !(identity instanceof Promise);
    const found = await identity;
    if (found.valid) {
      keys.lastUsed.note(found.secretId, found.key.id, '192.0.2.1');
      holdsScope(found.caller, 'models:use');
    }
    return { valid: found.valid, code: found.valid ? 'valid' : found.code, fromMemory };
  },
  /** From now on asks for this text without pause; answers once it was served from memory. */
  watch: async ({ text }) => {
    const record: Seen = { fromMemory: 0, admitted: 0, refused: 0, lastAdmittedBeganNs: 0 };
    seen.set(String(text), record);
    const running = watched !== undefined;
    watched = String(text);
    if (!running) void hammer();
    while (record.fromMemory === 0) await nextTurn();
    return record;
  },
  /** What was seen of a text, after one more question. */
  seen: async ({ text }) => {
    const record = seen.get(String(text));
    if (record !== undefined) await identifyOnce(String(text), record);
    return record;
  },
  unwatch: () => {
    watched = undefined;
    seen.clear();
    return null;
  },
  /** From now on notes when it is woken for a topic. */
  listen: ({ topic }) => {
    nodes.onWake(String(topic), () => void wokenNs.set(String(topic), [...woken(topic), nowNs()]));
    return null;
  },
  /** Wakes the others for a topic, and for as many of its kind. */
  wake: ({ topic, others = 0 }) => {
    const beganNs = nowNs();
    nodes.wake(String(topic));
    for (let i = 0; i < Number(others); i++) nodes.wake(`${topic}.${i}`);
    return beganNs;
  },
  /** When it was woken. */
  woken: ({ topic }) => woken(topic),
  node: () => ({ id: nodes.id, lease: nodes.leaseHolds(), generation: nodes.generation }),
  stop: async () => {
    await Promise.all([core.stop(), core.stop()]);
    await core.stop();
    return null;
  },
};

say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question;
  const answer = async (): Promise<unknown> => questions[question.ask]?.(question);
  void answer().then(
    (value) => say({ id: question.id, value: value ?? null }),
    (error: Partial<KeywardError> & Error) =>
      say({ id: question.id, error: { code: error.code ?? 'unknown', message: error.message } }),
  );
}
await core.stop();
