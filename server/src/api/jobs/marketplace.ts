import { Type } from 'typebox';
import { bookGpu, findGpu, GPU_STATES, listGpus, releaseGpu, setOffer } from '../../jobs/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { minerHeader, nameOf, WORKER_NAME } from './worker-name.ts';

const HOURS_MAX = 720;

const params = Type.Object({
  id: Type.String({
    pattern: String.raw`^wrk_[0-9A-Za-z]{12}-\d{1,2}$`,
    description: 'the id of a GPU of the list, such as wrk_4fT9aBcDeF12-0',
  }),
});

const Gpu = Type.Object(
  {
    gpu_id: Type.String({ description: 'Id of the GPU, such as wrk_4fT9aBcDeF12-0' }),
    worker_id: Type.String(),
    owner_id: Type.String({ description: 'Owner of the worker, who can read what it computes' }),
    model: Type.String({ description: 'Name of the GPU' }),
    memory_mb: Type.Integer(),
    cuda: s.nullable(Type.String(), { description: 'A version, such as 12.4; null: not said' }),
    gpus: Type.Integer({ description: 'How many GPUs its worker has: a booking is of all of them' }),
    models: Type.Array(Type.String(), { description: 'Models that its worker serves' }),
    region: s.nullable(Type.String(), { description: 'Where it stands; null: not said' }),
    price_per_hour: s.nullable(Type.Number(), { description: 'USD of the whole worker; null: not said' }),
    description: s.nullable(Type.String(), { description: 'Words of its owner; null: none' }),
    state: s.oneOf(GPU_STATES, { description: 'Of its worker' }),
    is_bookable: Type.Boolean({ description: 'Whether you may book it while it is free' }),
    booked_until: s.nullable(s.Time, { description: 'When its booking ends; null: it is not booked' }),
    booked_by: s.nullable(Type.String(), {
      description: 'The owner who has booked it, if it is you, or for administrators',
    }),
  },
  { title: 'Gpu' },
);

const Price = Type.Number({ minimum: 0, maximum: 1_000_000 });
const NO_MONEY = 'No money moves: prices are compared and reported only.';

export const marketplaceRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/marketplace/gpu/list',
    id: 'marketplace.list',
    summary: 'List the GPUs of workers',
    description: `Those of workers that were seen within a week, the latest registered worker first. ${NO_MONEY}`,
    access: 'marketplace:read',
    query: Type.Object(
      {
        ...s.pageQuery,
        available: Type.Optional(
          Type.Boolean({ description: 'true: only GPUs that you could book now; false: only the others' }),
        ),
        model: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 200,
            description: 'A part of the name of the GPU, such as 4090',
          }),
        ),
        memory_min: Type.Optional(
          Type.Number({ minimum: 0, maximum: 100_000, description: 'Memory of the GPU in GiB, at least' }),
        ),
        region: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Where it stands' })),
        price_max: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 1_000_000,
            description: 'USD per hour of the whole worker, at most. Without a price it costs nothing',
          }),
        ),
      },
      s.closed,
    ),
    responses: { 200: s.pageOf(Gpu, 'GpuList') },
    handler: async ({ jobs }, { caller, query }) => ({
      status: 200,
      body: await listGpus(jobs, caller, query),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/marketplace/gpu/:id',
    id: 'marketplace.get',
    summary: 'One GPU',
    access: 'marketplace:read',
    params,
    responses: { 200: Gpu },
    errors: ['not_found'],
    handler: async ({ jobs }, { caller, params: { id } }) => ({
      status: 200,
      body: await findGpu(jobs, caller, id),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/marketplace/gpu/register',
    id: 'marketplace.register',
    summary: 'Set the offer of a worker of yours',
    description: `It stays when the worker registers again. Its price replaces that of the registration, and is compared with max_price_per_hour of jobs. ${NO_MONEY}`,
    access: 'marketplace:offer',
    headers: minerHeader,
    body: Type.Object(
      {
        worker: Type.Optional(
          Type.String({
            pattern: WORKER_NAME,
            description:
              'an id of a GPU or worker, or a name of a worker, such as gpu-1. Default: that of X-Miner-ID',
          }),
        ),
        price_per_hour: Type.Optional(
          s.nullable(Price, { description: 'USD of the whole worker; null: that of its registration' }),
        ),
        description: Type.Optional(
          s.nullable(Type.String({ maxLength: 500 }), { description: 'Shown in the list; null: none' }),
        ),
        is_bookable: Type.Optional(
          Type.Boolean({ description: 'Whether other owners may book it. Default: true' }),
        ),
      },
      { title: 'GpuOffer', ...s.closed },
    ),
    responses: {
      200: Type.Object(
        { worker_id: Type.String(), gpus: Type.Array(Gpu, { description: 'The GPUs of the worker' }) },
        { title: 'OfferedWorker' },
      ),
    },
    errors: ['worker_not_found'],
    handler: async ({ jobs }, { caller, body: { worker, ...input }, headers }) => ({
      status: 200,
      body: await setOffer(jobs, caller, { named: worker ?? nameOf(headers, caller), input }),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/marketplace/gpu/:id/book',
    id: 'marketplace.book',
    summary: 'Book the worker of a GPU for your jobs',
    description: `Until the booking ends, its worker gets jobs of your owner only; it finishes those that it has. The booking ends by itself. To book it again moves the end, and never to an earlier time. ${NO_MONEY}`,
    access: 'marketplace:book',
    params,
    body: Type.Object(
      {
        duration_hours: Type.Number({
          exclusiveMinimum: 0,
          maximum: HOURS_MAX,
          description: 'From now, such as 1.5',
        }),
      },
      { title: 'GpuBooking', ...s.closed },
    ),
    responses: { 200: Gpu },
    errors: ['not_found', 'already_booked', 'conflict', 'forbidden_resource'],
    handler: async ({ jobs }, { caller, params: { id }, body: { duration_hours: hours } }) => ({
      status: 200,
      body: await bookGpu(jobs, caller, { gpuId: id, hours }),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/marketplace/gpu/:id/release',
    id: 'marketplace.release',
    summary: 'End your booking of a GPU before its time',
    description: 'An administrator, a key with workers:manage, ends the bookings of others too.',
    access: 'marketplace:book',
    params,
    responses: {
      200: Type.Object(
        { worker_id: Type.String(), state: s.oneOf(['released']) },
        { title: 'ReleasedWorker' },
      ),
    },
    errors: ['not_found'],
    handler: async ({ jobs }, { caller, params: { id } }) => ({
      status: 200,
      body: await releaseGpu(jobs, caller, id),
    }),
  }),
];
