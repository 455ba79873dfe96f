import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Storage } from '../storage/index.ts';
import * as store from './node-store.ts';

/** Wait for the slowest node. */
const ANSWER_MAX_MS = 5_000;
const LOOK_MS = 10;
const ANSWER_MAX_LENGTH = 1024 * 1024;
const QUESTION_MAX_LENGTH = 2_000;

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  nodeId: string;
}

/** A question to all other nodes is a change; their answers are rows of a table. */
export class Questions {
  readonly #options: Options;
  #answer: ((question: string) => string) | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  answerWith(answer: (question: string) => string): void {
    this.#answer = answer;
  }

  /** The change to announce. */
  asked(question: string): { id: string; change: store.Change } {
    if (question.length > QUESTION_MAX_LENGTH) throw new Error('A question to the nodes is too long.');
    const id = newId('ask');
    return { id, change: { kind: 'question', subject: `${id} ${this.#options.nodeId} ${question}` } };
  }

  /** Answers another node. Failures are logged. */
  hear(subject: string): void {
    const [id = '', node = ''] = subject.split(' ', 2);
    if (node === this.#options.nodeId || this.#answer === undefined) return;
    const { storage, clock, nodeId, logger } = this.#options;
    const write = async (question: string): Promise<void> => {
      const body = this.#answer?.(question) ?? '';
      if (body.length > ANSWER_MAX_LENGTH) throw new Error('An answer to another node is too long.');
      const row = { question: id, node: nodeId, at: clock.nowMs(), body };
      await storage.transaction((tx) => store.insertAnswer(tx, row), { durable: false });
    };
    write(subject.slice(id.length + node.length + 2)).catch((error: unknown) =>
      logger.warn({ err: error }, 'a question of another node was not answered'),
    );
  }

  /** The answers of up to `nodes` nodes that are in time. */
  async collect(id: string, nodes: number): Promise<{ node: string; body: string }[]> {
    const { storage, clock } = this.#options;
    const endMs = clock.monotonicMs() + ANSWER_MAX_MS;
    let answers = await store.answersTo(storage.db, id);
    while (answers.length < nodes && clock.monotonicMs() < endMs) {
      await sleep(LOOK_MS);
      answers = await store.answersTo(storage.db, id);
    }
    await storage.transaction((tx) => store.deleteAnswers(tx, { question: id }), { durable: false });
    return answers;
  }
}
