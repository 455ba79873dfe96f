import { isObject } from '../../../base/is-object.ts';
import { jsonIn } from '../../../base/json-text.ts';
import { isStream, readInput } from '../../files.ts';
import type { Io } from '../../io.ts';
import { csvRows, wrongInput } from './csv.ts';

export const ENDPOINTS = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

interface Choice {
  file: string;
  endpoint: Endpoint;
  /** For lines that name none. */
  model: string | undefined;
}

const COLUMNS = ['custom_id', 'prompt', 'model'];

/**
 * The requests of a file, as the input file of a batch.
 * @throws CliError naming the line that cannot be read: nothing is sent then.
 */
export async function readRequests(io: Io, choice: Choice): Promise<{ text: string; count: number }> {
  const text = await readInput(io, choice.file);
  const requests = isCsv(choice.file, text) ? fromCsv(text, choice) : fromLines(text, choice);
  if (requests.length === 0) throw wrongInput('it has no request');
  const seen = new Map<string, number>();
  for (const { line, request } of requests) {
    const first = seen.get(request.custom_id);
    if (first !== undefined) throw wrongInput(`custom_id: is that of line ${first} too`, line);
    seen.set(request.custom_id, line);
  }
  const lines = requests.map(({ request }) => `${JSON.stringify(request)}\n`);
  return { text: lines.join(''), count: lines.length };
}

/** By its name; stdin has none: there the first line decides, which names the columns. */
function isCsv(path: string, text: string): boolean {
  if (!isStream(path)) return path.toLowerCase().endsWith('.csv');
  const names = namesIn(text.split('\n', 1)[0] ?? '');
  return names.includes('prompt') && names.every((name) => COLUMNS.includes(name));
}

const namesIn = (head: string): string[] =>
  head.split(',').map((name) => name.trim().toLowerCase().replaceAll(/^"|"$/g, ''));

interface Found {
  line: number;
  request: { custom_id: string; method: 'POST'; url: string; body: Record<string, unknown> };
}

function fromLines(text: string, choice: Choice): Found[] {
  return text.split('\n').flatMap((part, index) => {
    if (part.trim() === '') return [];
    const line = index + 1;
    const value = jsonIn(part);
    if (typeof value === 'string') return [made(line, { prompt: value }, choice)];
    if (!isObject(value))
      throw wrongInput('is not a JSON object, or is cut off. Such as {"prompt": "Hello"}', line);
    return [isObject(value['body']) ? wholeLine(line, value, choice) : made(line, value, choice)];
  });
}

/** A line as the OpenAI API has it. */
function wholeLine(line: number, value: Record<string, unknown>, choice: Choice): Found {
  const { custom_id: customId, url = choice.endpoint, body } = value;
  if (url !== choice.endpoint)
    throw wrongInput(`url: must be ${choice.endpoint}. Choose another with --endpoint`, line);
  return made(line, { ...(customId !== undefined && { custom_id: customId }), ...(body as object) }, choice);
}

/** A prompt, or a body, with a custom_id beside it. */
function made(line: number, value: Record<string, unknown>, { endpoint, model: usual }: Choice): Found {
  const { custom_id: customId = `line-${line}`, ...given } = value;
  if (typeof customId !== 'string' || customId === '') throw wrongInput('custom_id: must be a text', line);
  const body = withPrompt(given, endpoint);
  body['model'] ??= usual;
  if (typeof body['model'] !== 'string' || body['model'] === '')
    throw wrongInput('model: is missing. Name it in the line, or give --model', line);
  const member = {
    '/v1/chat/completions': 'messages',
    '/v1/completions': 'prompt',
    '/v1/embeddings': 'input',
  };
  if (body[member[endpoint]] === undefined)
    throw wrongInput(`prompt: is missing. ${member[endpoint]} does too`, line);
  return { line, request: { custom_id: customId, method: 'POST', url: endpoint, body } };
}

function withPrompt(
  { prompt, ...body }: Record<string, unknown>,
  endpoint: Endpoint,
): Record<string, unknown> {
  if (prompt === undefined) return body;
  if (endpoint === '/v1/completions') return { ...body, prompt };
  return endpoint === '/v1/embeddings'
    ? { input: prompt, ...body }
    : { messages: [{ role: 'user', content: prompt }], ...body };
}

function fromCsv(text: string, choice: Choice): Found[] {
  const [head, ...rows] = csvRows(text);
  const names = head?.cells.map((name) => name.trim().toLowerCase()) ?? [];
  const other = names.find((name) => !COLUMNS.includes(name));
  if (!names.includes('prompt') || other !== undefined)
    throw wrongInput(
      `its first line must name the columns: prompt, and custom_id or model where it has them`,
      1,
    );
  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length)
      throw wrongInput(`it has ${cells.length} cells where the first line has ${names.length}`, line);
    const pairs = names.map((name, index) => [name, cells[index] ?? ''] as const);
    return made(line, Object.fromEntries(pairs.filter(([, cell]) => cell !== '')), choice);
  });
}
