import type { KeywardClient } from '@keyward/sdk';
import type { ArgsDef, ParsedArgs } from 'citty';
import { CLIENT_ARGS } from '../client.ts';
import type { Context, Verb } from '../command.ts';
import { EXIT } from '../exit.ts';
import { failureOf, printFailure } from '../failure.ts';
import { tableOf, type Shown } from '../output.ts';
import { request } from '../request.ts';

interface ForEach<T extends ArgsDef, V> extends Omit<Verb<T>, 'run' | 'repeatsLast'> {
  /** Such as `revoked`. */
  done: string;
  /** What is asked on a terminal before it is done. @param things their names, such as `a, b and c` */
  asks?: (things: string) => string;
  /** Does it to one thing. */
  one: (client: KeywardClient, named: string, args: ParsedArgs<T>) => Promise<V>;
  /** The result for one thing on a terminal. */
  table?: (value: V) => Shown;
}

type Outcome<V> = { named: string } & ({ value: V } | { error: unknown });

/**
 * A command for one thing or several: the last positional argument is repeatable. One thing is answered as any request. Of
 * several each has its outcome, a failure stops none of the others, and the exit code is the highest.
 */
export function forEach<const T extends ArgsDef, V>({
  done,
  asks,
  one,
  table,
  ...rest
}: ForEach<T, V>): Verb<T & typeof CLIENT_ARGS> {
  const place = Object.keys(rest.args).findLast((name) => rest.args[name]?.type === 'positional') ?? '';
  return request({
    ...rest,
    repeatsLast: true,
    parse: (args: ParsedArgs<T>, context) => ({ names: [...new Set(context.all(place))], args }),
    ...(asks && { asks: ({ names }: { names: string[] }) => asks(listed(names)) }),
    send: async (client, { names, args }, { io }): Promise<Outcome<V>[]> => {
      const [first = ''] = names;
      if (names.length === 1) return [{ named: first, value: await one(client, first, args) }];
      const outcomes: Outcome<V>[] = [];
      for (const named of names) {
        try {
          outcomes.push({ named, value: await one(client, named, args) });
        } catch (error) {
          if (io.interrupted.aborted) throw error;
          outcomes.push({ named, error });
        }
      }
      return outcomes;
    },
    shown: (outcomes) => {
      const [first] = outcomes;
      if (outcomes.length === 1 && first !== undefined && 'value' in first) return first.value;
      return { items: outcomes.map((outcome) => itemOf(outcome, done)) };
    },
    table: (outcomes) => {
      const [first] = outcomes;
      if (outcomes.length === 1 && first !== undefined && 'value' in first && table !== undefined)
        return table(first.value);
      const text = {
        named: ({ named }: Outcome<V>) => named,
        outcome: (outcome: Outcome<V>) => wordOf(outcome, done),
      };
      return tableOf(outcomes, text);
    },
    after: (outcomes, context) => exitCodeOf(outcomes, context, rest.args),
  });
}

const listed = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((text) => text !== '').join(' and ');

const wordOf = <V>(outcome: Outcome<V>, done: string): string => ('error' in outcome ? 'failed' : done);

function itemOf<V>(outcome: Outcome<V>, done: string): object {
  const { named } = outcome;
  if ('value' in outcome) return { named, outcome: done, result: outcome.value };
  const { message } = outcome.error as Error;
  return { named, outcome: 'failed', error: message };
}

async function exitCodeOf<V>(outcomes: Outcome<V>[], { io }: Context, args: ArgsDef): Promise<number> {
  let worst: number = EXIT.ok;
  for (const outcome of outcomes) {
    if (!('error' in outcome)) continue;
    await printFailure(io, outcome.error, { args, about: outcome.named });
    worst = Math.max(worst, (await failureOf(outcome.error, args)).exitCode);
  }
  return worst;
}
