import { Type, type TObject, type TSchema } from 'typebox';
import { REQUEST_ID_HEADER, type Answer, type Call } from '../../http/index.ts';
import { askStored, ModelAccount } from '../../models/index.ts';
import { route, type Route, type Services } from '../surface.ts';

const TEXT_MAX_LENGTH = 300;

const JSON_ANSWER = { 'application/json': Type.Record(Type.String(), Type.Unknown()) };

const params = Type.Object({ id: Type.String({ description: 'The id of the response' }) });

const include = Type.Optional(
  Type.Unsafe<string | string[]>({
    type: ['string', 'array'],
    maxLength: TEXT_MAX_LENGTH,
    items: { type: 'string', maxLength: TEXT_MAX_LENGTH },
    maxItems: 20,
    description: 'Further members that the answer has',
  }),
);

/** Clients write lists with brackets. */
const includes = { include, 'include[]': include };

const reading = Type.Object({
  ...includes,
  include_obfuscation: Type.Optional(
    Type.Boolean({ description: 'Whether events of a stream are padded. Default: true' }),
  ),
  starting_after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'The number of the event after which the stream begins' }),
  ),
  stream: Type.Optional(Type.Boolean({ description: 'Whether the response is streamed. Default: false' })),
});

const listing = Type.Object({
  ...includes,
  after: Type.Optional(
    Type.String({ maxLength: TEXT_MAX_LENGTH, description: 'The id of the last item of the page before' }),
  ),
  before: Type.Optional(
    Type.String({ maxLength: TEXT_MAX_LENGTH, description: 'The id of the first item of the page after' }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Number of items in a page. Default: 20' }),
  ),
  order: Type.Optional(Type.String({ maxLength: 8, description: 'asc or desc. Default: desc' })),
});

const common = {
  access: 'models:use',
  needsOnly: ['one model'],
  headers: { 'x-request-id': REQUEST_ID_HEADER },
  params,
  answers: JSON_ANSWER,
  responses: { 200: 'stream' },
  errors: ['not_found', 'upstream_unavailable', 'upstream_timeout'],
} as const satisfies Partial<Route>;

type StoredCall = Pick<
  Call<typeof params, TObject, TSchema, 'models:use'>,
  'caller' | 'headers' | 'lightSignal' | 'run' | 'params' | 'countsItself'
>;

interface To {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the response. */
  below?: string;
  query?: object;
}

/** Sends the request to the upstream that has the response. @throws KeywardError `not_found` */
async function ask(
  services: Services,
  call: StoredCall,
  { method, below = '', query = {} }: To,
): Promise<Answer> {
  const { models } = services;
  const account = new ModelAccount(services, call);
  const { id } = call.params;
  const found = await models.responses.find(account, id);
  const to = { method, path: `/responses/${encodeURIComponent(id)}${below}${queryText(query)}` };
  const { headers, lightSignal: signal, run: permit } = call;
  const passed = await askStored(models, account, { found, request: { to, headers, signal, permit } });
  if (method === 'DELETE' && (passed.status < 300 || passed.status === 404))
    await models.responses.forget(found.stored, { kind: 'key', caller: call.caller });
  return { passed };
}

/** Of the declared parameters only. */
function queryText(query: object): string {
  const pairs = Object.entries(query).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).map((one): [string, string] => [
      name,
      String(one),
    ]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

export const responseRoutes: Route[] = [
  route({
    ...common,
    method: 'GET',
    path: '/v1/responses/:id',
    id: 'responses.get',
    summary: 'A stored response, from the upstream that has it. Takes nothing from budgets',
    answers: { ...JSON_ANSWER, 'text/event-stream': Type.String() },
    query: reading,
    handler: (services, call) => ask(services, call, { method: 'GET', query: call.query }),
  }),
  route({
    ...common,
    method: 'DELETE',
    path: '/v1/responses/:id',
    id: 'responses.delete',
    summary: 'Delete a stored response',
    handler: (services, call) => ask(services, call, { method: 'DELETE' }),
  }),
  route({
    ...common,
    method: 'POST',
    path: '/v1/responses/:id/cancel',
    id: 'responses.cancel',
    summary: 'Cancel a background response',
    handler: (services, call) => ask(services, call, { method: 'POST', below: '/cancel' }),
  }),
  route({
    ...common,
    method: 'GET',
    path: '/v1/responses/:id/input_items',
    id: 'responses.input_items',
    summary: 'The items that a stored response was made from',
    query: listing,
    handler: (services, call) =>
      ask(services, call, { method: 'GET', below: '/input_items', query: call.query }),
  }),
];
