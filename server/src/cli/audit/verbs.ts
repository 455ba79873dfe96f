import { Readable } from 'node:stream';
import { unwrap } from '@keyward/sdk';
import type { ParsedArgs } from 'citty';
import { OUTCOMES, type AuditRecord, type Outcome } from '../../audit/index.ts';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { inputFile, outputFile } from '../files.ts';
import { fields, OUTPUT_ARGS, type Columns } from '../output.ts';
import { given, pastTime } from '../parse.ts';
import { pagedList, request } from '../request.ts';

const OPTIONS: Outcome[] = [...OUTCOMES];

const FILTER_ARGS = {
  actor: { type: 'string', description: 'key:key_…, system, cli or anonymous' },
  action: { type: 'string', description: 'keys.mint, or keys.* for all of a noun' },
  target: { type: 'string', description: 'Only changes of this object, such as a key id' },
  outcome: { type: 'enum', options: OPTIONS, description: 'Only records with this outcome' },
  from: { type: 'string', description: 'Start: a time, or an age such as 7d' },
  to: { type: 'string', description: 'End: a time, or an age' },
} as const;

const filterOf = ({ actor, action, target, outcome, from, to }: ParsedArgs<typeof FILTER_ARGS>) =>
  given({ actor, action, target, outcome, from: pastTime('from', from), to: pastTime('to', to) });

export const list = pagedList({
  args: FILTER_ARGS,
  examples: [
    'audit list',
    'audit list --from 7d --action "keys.*"',
    'audit list --target key_4fT9aBcDeF12 --all',
  ],
  parse: filterOf,
  open: (client, filter) => async (page) => {
    const query = { ...filter, ...page };
    const { items, next_cursor, names } = await unwrap(client.GET('/v1/audit', { params: { query } }));
    const nameOf = (id: string): string | null => names[id]?.name ?? null;
    return {
      items: items.map((one) => ({
        ...one,
        actor_name: nameOf(one.actor),
        target_name: nameOf(one.target),
      })),
      next_cursor,
    };
  },
  columns: {
    ...fields('seq', 'at'),
    actor: ({ actor, actor_name: name }) => withName(actor, name),
    ...fields('action'),
    target: ({ target, target_name: name }) => withName(target, name),
    ...fields('outcome', 'details'),
  } satisfies Columns<NamedRecord>,
});

interface NamedRecord extends Omit<AuditRecord, 'details'> {
  details: unknown;
  actor_name: string | null;
  target_name: string | null;
}

const withName = (id: string, name: string | null): string => (name === null ? id : `${name} (${id})`);

export const checkpoint = request({
  args: {},
  examples: [
    '$ keyward audit checkpoint --output json > checkpoint.json',
    'audit verify record.ndjson --checkpoint checkpoint.json',
  ],
  notes: 'Keep it where nobody who can write the database can write. It proves that a record was rewritten.',
  send: (client) => unwrap(client.GET('/v1/audit/checkpoint')),
});

const exportVerb = verb({
  args: {
    file: outputFile({ type: 'positional', required: false, description: 'File to write. Default: stdout' }),
    local: {
      type: 'boolean',
      description: 'Export the database of this machine, without a server and a key',
    },
    ...FILTER_ARGS,
    ...CLIENT_ARGS,
  },
  examples: [
    'audit export record.ndjson',
    '$ keyward audit export | keyward audit verify -',
    'audit export record.ndjson --local',
    'audit export refused.ndjson --outcome refused --from 30d',
  ],
  notes:
    'Needs the scope audit:read. It replaces no file, and a file that it writes is whole.\n' +
    'Only an export without filters can be verified: the chain needs every record.',
  run: async (args, context) => {
    const filter = filterOf(args);
    const { exportLocally, writeExport } = await import('./record.ts');
    if (args.local === true) return exportLocally(context, args, filter);
    const client = await openClient(args, context);
    const query = new URLSearchParams(filter);
    const path = query.size === 0 ? '/v1/audit/export' : `/v1/audit/export?${query.toString()}`;
    const { body } = await client.get(path, { signal: context.io.interrupted });
    await writeExport(context, args, body ?? Readable.from([]));
  },
});
export { exportVerb as export };

export const verify = verb({
  args: {
    file: inputFile({
      type: 'positional',
      required: false,
      description: 'An export (keyward audit export)',
    }),
    local: { type: 'boolean', description: 'Verify the record in the database of this machine' },
    'public-key': inputFile({
      type: 'string',
      description:
        'A PEM file with a trusted public key; checkpoints of other signers are refused; repeatable',
    }),
    checkpoint: inputFile({
      type: 'string',
      description: 'A checkpoint that you saved elsewhere (JSON file); repeatable',
    }),
    ...OUTPUT_ARGS,
  },
  examples: [
    'audit verify record.ndjson --checkpoint checkpoint.json --public-key signer.pem',
    'audit verify --local',
  ],
  notes:
    'Without --checkpoint and --public-key it finds every change whose author did not recompute all later hashes.\n' +
    'The owner of the database could rewrite the whole record. Exit code 1: the record is broken.',
  run: async (args, context) => {
    if ((args.file === undefined) === (args.local !== true))
      throw usageError('Give either a file or --local, not both.', {
        example: 'keyward audit verify record.ndjson',
      });
    const { verifyRecord } = await import('./record.ts');
    return verifyRecord(context, args);
  },
});
