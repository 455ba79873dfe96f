import { KeywardError } from '../../base/errors.ts';
import { isObject } from '../../base/is-object.ts';
import { parseJson } from '../../base/forms/json-body.ts';
import { checkMembers, type RequestBody } from '../../models/index.ts';
import type { BatchRow } from '../store/tables.ts';
import type { BatchError } from '../views.ts';

const CUSTOM_ID_MAX_LENGTH = 512;
const MODEL_MAX_LENGTH = 300;

/** A line of an input file. */
export interface RequestLine {
  customId: string;
  model: string;
  body: RequestBody;
}

type Fault = Omit<BatchError, 'line'>;

/** @returns a fault without any value of the line: it may hold a secret. */
export function requestIn(
  bytes: Buffer,
  { endpoint }: Pick<BatchRow, 'endpoint'>,
): { request: RequestLine } | { fault: Fault } {
  let value: unknown;
  try {
    value = parseJson(bytes, { refuseNul: false });
  } catch (error) {
    if (!(error instanceof KeywardError)) throw error;
    return fault('invalid_json_line', null, error.message.replace('The body', 'The line'));
  }
  if (!isObject(value)) return fault('invalid_json_line', null, 'The line is not a JSON object.');
  const { custom_id: customId, method, url, body } = value;
  if (customId === undefined) return missing('custom_id', 'a name of your own, such as request-1');
  if (!isPlainText(customId, CUSTOM_ID_MAX_LENGTH))
    return fault(
      'invalid_custom_id',
      'custom_id',
      `custom_id: must be a text of 1 to ${CUSTOM_ID_MAX_LENGTH} characters.`,
    );
  if (method !== undefined && method !== 'POST')
    return fault('invalid_method', 'method', 'method: must be POST.');
  if (url === undefined) return missing('url', `the endpoint of the batch, ${endpoint}`);
  if (url !== endpoint)
    return fault('invalid_url', 'url', `url: must be the endpoint of the batch, ${endpoint}.`);
  if (body === undefined) return missing('body', 'the request, with its model');
  if (!isObject(body)) return fault('invalid_request', 'body', 'body: must be a JSON object.');
  return inBody(customId, body);
}

function inBody(customId: string, body: Record<string, unknown>): ReturnType<typeof requestIn> {
  const { model, stream } = body;
  if (model === undefined) return missing('body.model', 'a name from GET /v1/models');
  if (!isPlainText(model, MODEL_MAX_LENGTH))
    return fault('invalid_request', 'body.model', 'body.model: must be the name of a model.');
  if (stream !== undefined && stream !== null && stream !== false)
    return fault('invalid_request', 'body.stream', 'body.stream: must be false or left out in a batch.');
  try {
    checkMembers(body);
  } catch (error) {
    if (!(error instanceof KeywardError)) throw error;
    const [first] = error.extras.errors ?? [];
    return fault('invalid_request', `body.${first?.field ?? ''}`, `body.${error.message}`);
  }
  return { request: { customId, model, body } };
}

/** PostgreSQL stores no U+0000. */
const isPlainText = (value: unknown, max: number): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= max &&
  value.isWellFormed() &&
  !value.includes('\0');

const fault = (code: string, param: string | null, message: string) => ({ fault: { code, param, message } });

const missing = (param: string, form: string) =>
  fault('missing_required_parameter', param, `${param}: is missing. It is ${form}.`);
