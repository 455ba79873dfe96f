import { unwrap, type components } from '@keyward/sdk';
import { usageError } from '../exit.ts';
import { fields, membersText, tableOf, type Columns } from '../output.ts';
import { decimalNumber, given } from '../parse.ts';
import { pagedList, request } from '../request.ts';

const GPU_ARG = {
  type: 'positional',
  description: 'Id of the GPU, such as wrk_4fT9aBcDeF12-0',
  required: true,
} as const;

const COLUMNS: Columns<components['schemas']['Gpu']> = {
  id: ({ gpu_id }) => gpu_id,
  gpu: ({ model }) => model,
  'memory GiB': ({ memory_mb }) => Math.round(memory_mb / 102.4) / 10,
  ...fields('region', 'state'),
  'USD/hour': ({ price_per_hour }) => price_per_hour,
  'booked until': ({ booked_until }) => booked_until,
  ...fields('description'),
};

const NO_MONEY = 'No money moves: prices are compared and reported only.';

export const list = pagedList({
  args: {
    available: { type: 'boolean', description: 'Only GPUs that you could book now' },
    model: { type: 'string', description: 'A part of the name of the GPU, such as 4090' },
    'memory-min': { type: 'string', description: 'Memory in GiB, at least' },
    region: { type: 'string', description: 'Where it stands' },
    'price-max': { type: 'string', description: 'USD per hour, at most' },
  },
  examples: ['marketplace gpu list', 'marketplace gpu list --available --memory-min 24 --price-max 0.5'],
  notes: NO_MONEY,
  whenEmpty: 'A worker reports its GPUs when it runs: keyward miner run',
  columns: COLUMNS,
  parse: ({ available, model, 'memory-min': memory, region, 'price-max': price }) =>
    given({
      available,
      model,
      region,
      memory_min: decimalNumber('memory-min', memory),
      price_max: decimalNumber('price-max', price),
    }),
  open: (client, filter) => (query) =>
    unwrap(client.GET('/v1/marketplace/gpu/list', { params: { query: { ...filter, ...query } } })),
});

export const details = request({
  args: { id: GPU_ARG },
  examples: ['marketplace gpu details wrk_4fT9aBcDeF12-0'],
  send: (client, { id }) => unwrap(client.GET('/v1/marketplace/gpu/{id}', { params: { path: { id } } })),
});

export const register = request({
  args: {
    worker: {
      type: 'positional',
      description: 'Id of a GPU or worker of yours, or the name of the worker',
      required: true,
    },
    'price-per-hour': { type: 'string', description: 'USD of the whole worker' },
    description: { type: 'string', description: 'Words for the list' },
    bookable: {
      type: 'boolean',
      description: 'Let other owners book it. --no-bookable: they cannot',
    },
  },
  examples: [
    'marketplace gpu register my-machine --price-per-hour 0.35 --description "RTX 4090, quiet at night"',
  ],
  notes: `The worker itself reports its GPUs; this sets the offer. ${NO_MONEY}`,
  parse: ({ worker, description, bookable, 'price-per-hour': price }) => {
    const offer = given({
      description,
      is_bookable: bookable,
      price_per_hour: decimalNumber('price-per-hour', price),
    });
    if (Object.keys(offer).length === 0)
      throw usageError('Give --price-per-hour, --description or --no-bookable.');
    return { worker, ...offer };
  },
  send: (client, body) => unwrap(client.POST('/v1/marketplace/gpu/register', { body })),
  table: ({ worker_id: worker, gpus }) => [membersText({ worker }), tableOf(gpus, COLUMNS)],
});

export const book = request({
  args: {
    id: GPU_ARG,
    hours: { type: 'string', description: 'How long from now, such as 1.5. Default: 1' },
  },
  examples: ['marketplace gpu book wrk_4fT9aBcDeF12-0 --hours 2'],
  notes:
    'The whole worker is booked: until then it takes jobs of your owner only. To book it again moves the end.\n' +
    NO_MONEY,
  parse: ({ id, hours }) => ({ id, duration_hours: decimalNumber('hours', hours) ?? 1 }),
  send: (client, { id, ...body }) =>
    unwrap(client.POST('/v1/marketplace/gpu/{id}/book', { params: { path: { id } }, body })),
});

export const release = request({
  args: { id: GPU_ARG },
  examples: ['marketplace gpu release wrk_4fT9aBcDeF12-0'],
  send: (client, { id }) =>
    unwrap(client.POST('/v1/marketplace/gpu/{id}/release', { params: { path: { id } } })),
});
