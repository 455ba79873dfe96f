import { ApiError } from './api-error.ts';
import { EMBEDDING_DIMENSIONS } from './embedding-model.ts';
import type { Fields } from './fields.ts';

const TEXTS_LIMIT = 2_048;

export interface EmbeddingRequest {
  readonly texts: readonly string[];
  readonly base64: boolean;
}

/** Reads the body of an embedding request. Throws 400 naming the field. */
export function readEmbeddingRequest(fields: Fields): EmbeddingRequest {
  const dimensions = fields.value('dimensions');
  if (dimensions !== undefined && dimensions !== EMBEDDING_DIMENSIONS) {
    throw ApiError.badField('dimensions', `must be ${EMBEDDING_DIMENSIONS} or absent`);
  }
  const encoding = fields.string('encoding_format') ?? 'float';
  if (encoding !== 'float' && encoding !== 'base64') {
    throw ApiError.badField('encoding_format', 'must be float or base64');
  }
  return { texts: readTexts(fields.value('input')), base64: encoding === 'base64' };
}

function readTexts(input: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(input) ? input : [input];
  if (list.length === 0 || list.length > TEXTS_LIMIT) {
    throw ApiError.badField('input', `must hold 1 to ${TEXTS_LIMIT} texts`);
  }
  const isTokens = list.some((item) => typeof item === 'number' || Array.isArray(item));
  if (isTokens && Array.isArray(input)) {
    throw ApiError.badField('input', 'must be text: token numbers of another model mean nothing to this one');
  }
  return list.map((text, index) => {
    const name = Array.isArray(input) ? `input[${index}]` : 'input';
    if (typeof text !== 'string') throw ApiError.badField(name, 'must be a string', 'invalid_type');
    if (text === '') throw ApiError.badField(name, 'must not be empty');
    return text;
  });
}
