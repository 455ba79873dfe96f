import { EXIT } from '../exit.ts';
import type { Context } from '../command.ts';
import { say } from '../io.ts';

/** What all reports on a key have in common. */
interface Outcome {
  id: string;
  action?: string;
  reason?: string;
  steps?: string;
  needs_operator?: boolean;
  is_unavailable?: boolean;
  consumers?: readonly { name: string; problem?: string }[];
}

/** Says on stderr what an operator has to do. */
export function sayProblems(outcomes: readonly Outcome[], context: Context): void {
  for (const { id, action = '', reason = '', steps = '', consumers = [] } of outcomes) {
    if (['blocked', 'failed', 'open'].includes(action) || steps !== '')
      say(context.io, `${id}: ${withStop(reason)} ${steps}`.trimEnd());
    for (const { name, problem } of consumers)
      if (problem !== undefined) say(context.io, `${id}: the consumer ${name} ${withStop(problem)}`);
  }
}

const withStop = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** 78: an operator has to give something. 7: a sink or a service is away. 1: another failure. 0: all is done. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const bad = outcomes.filter(
    ({ action = '', consumers = [] }) =>
      ['blocked', 'failed', 'open'].includes(action) ||
      // A rotation that was ended without their proof is done.
      (action !== 'rotated' && consumers.some(({ problem }) => problem !== undefined)),
  );
  if (bad.length === 0) return EXIT.ok;
  if (bad.some(({ needs_operator }) => needs_operator === true)) return EXIT.configuration;
  return bad.some(({ is_unavailable }) => is_unavailable === true) ? EXIT.unreachable : EXIT.failure;
}
