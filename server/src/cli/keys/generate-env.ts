import { randomBase62 } from '../../base/ids.ts';
import { verb } from '../command.ts';
import { isStructured, OUTPUT_ARGS, print } from '../output.ts';
import { write } from '../io.ts';
import { wholeNumber } from '../parse.ts';

/** 238 bits. */
const SECRET_LENGTH = 40;
const KEYS_MAX = 100;

const countArg = (role: string) =>
  ({ type: 'string', description: `Number of ${role} keys. Default: 1` }) as const;

export const generateEnv = verb({
  args: {
    clients: countArg('client'),
    miners: countArg('miner'),
    admins: countArg('admin'),
    ...OUTPUT_ARGS,
  },
  examples: ['keys generate-env', '$ (umask 077; keyward keys generate-env --clients 2 >> .env)'],
  notes:
    'Prints the variables CLIENT_API_KEYS, MINER_API_KEYS and ADMIN_API_KEYS with new random keys, for .env.\n' +
    'A server imports them when it starts, and stores their digests only. Needs no server.',
  run: (args, context) => {
    const keysOf = (role: string, count = '1'): string[] =>
      Array.from(
        { length: wholeNumber(`${role}s`, count, { min: 0, max: KEYS_MAX }) },
        () => `${role}_${randomBase62(SECRET_LENGTH)}`,
      );
    const lists = {
      CLIENT_API_KEYS: keysOf('client', args.clients),
      MINER_API_KEYS: keysOf('miner', args.miners),
      ADMIN_API_KEYS: keysOf('admin', args.admins),
    };
    if (isStructured(args)) return print(context, args, { value: lists });
    const lines = Object.entries(lists).map(([name, keys]) => `${name}=${JSON.stringify(keys)}\n`);
    return write(context.io, lines.join(''));
  },
});
