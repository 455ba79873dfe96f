import type { ServerResponse } from 'node:http';
import { Type, type TObject, type TSchema } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import { linesOf, type Line } from '../../base/lines.ts';
import { importKeys, type ImportInput, type ImportLine } from '../../keys/index.ts';
import { IMPORT_MAX_BYTES, parseJson, toKeywardError, validator, type Call } from '../../http/index.ts';
import type { Route, Services } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { Spool } from './spool.ts';
import { mintFields } from './keys.ts';

const LINE_MAX_BYTES = 64 * 1024;

const ImportedKey = Type.Object(
  {
    ...mintFields,
    secret: Type.Optional(Type.String({ maxLength: 512 })),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: '64 hex characters' })),
  },
  { title: 'ImportLine', ...s.closed },
);
const checkLine = validator(ImportedKey, 'body');

const Outcome = Type.Object(
  {
    line: Type.Integer(),
    outcome: s.oneOf(['imported', 'exists', 'refused', 'broken_off']),
    key_id: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { title: 'ImportOutcome' },
);

/** Reads one line; a bad line is an outcome and does not end the import. */
function readLine({ bytes, isCut }: Line, number: number): ImportLine {
  try {
    if (isCut) throw new KeywardError('too_large', `A line must have at most ${LINE_MAX_BYTES} bytes.`);
    const value = parseJson(bytes, { refuseNul: true });
    checkLine(value);
    return { line: number, input: value as ImportInput };
  } catch (error) {
    return { line: number, input: toKeywardError(error) };
  }
}

const isBlank = ({ bytes }: Line): boolean => bytes.length < 100 && bytes.toString('latin1').trim() === '';

async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<ImportLine> {
  let number = 0;
  for await (const line of linesOf(limited(stream), LINE_MAX_BYTES)) {
    number++;
    if (!isBlank(line)) yield readLine(line, number);
  }
}

/** Keeps the size limit of bodies without a Content-Length. */
async function* limited(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > IMPORT_MAX_BYTES)
      throw new KeywardError('too_large', `An import must have at most ${IMPORT_MAX_BYTES} bytes.`);
    yield chunk;
  }
}

type ImportCall = Call<TObject, TObject, TSchema, 'keys:write'>;

/** The first line that the caller may not store, with the reason. */
const brokenOff = (line: number, error: unknown): string => {
  const { code, message } = toKeywardError(error);
  return `${JSON.stringify({ line, outcome: 'broken_off', code, detail: message })}\n`;
};

/**
 * Writes one outcome for each line. The head goes out with the first: an import that is ended before is refused like any
 * request. A later failure is the last line.
 */
async function sendOutcomes(services: Services, call: ImportCall, response: ServerResponse): Promise<void> {
  const { keys, intake, logger } = services;
  const { actor, stream, requestId, signal } = call;
  const spool = new Spool(response, { create: () => intake.temporaryFile() });
  const write = async (text: string): Promise<void> => {
    if (!response.headersSent)
      response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
    await spool.write(text);
  };
  let line = 0;
  // Behind lines that wait for the reader: only the end of the connection can tell.
  call.saysLast((why) => (spool.isBehind ? undefined : brokenOff(line + 1, why)));
  try {
    for await (const outcome of importKeys(keys, actor, readLines(stream))) {
      ({ line } = outcome);
      await write(`${JSON.stringify(outcome)}\n`);
    }
    if (line === 0) await write('');
  } catch (error) {
    if (signal.aborted || response.destroyed) return;
    // The transaction found out before this node was told.
    if (!response.headersSent && isEnded(error)) throw error;
    logger.error({ err: error, request_id: requestId }, 'an import broke off');
    await write(brokenOff(line + 1, error)).catch(() => undefined);
  }
  await spool.end();
}

const isEnded = (error: unknown): boolean => error instanceof KeywardError && error.code === 'key_revoked';

const importRoute = route({
  method: 'POST',
  path: '/v1/keys/import',
  id: 'keys.import',
  summary: 'Import existing keys',
  description:
    'The body is NDJSON: one key a line, with its text (secret) or its SHA-256 (sha256). The answer is NDJSON: one outcome a line. A bad line is reported and stops nothing. The import is idempotent. Every reported line is stored, also if the import breaks off; then broken_off names the first line that may not be stored.',
  access: 'keys:write',
  bodyKind: 'ndjson',
  answersLines: true,
  body: ImportedKey,
  responses: { 200: Outcome },
  handler: (services, call) => {
    return { stream: (response) => sendOutcomes(services, call, response) };
  },
});

export const importRoutes: Route[] = [importRoute];
