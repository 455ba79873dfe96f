import { ApiError } from './api-error.ts';

/** Of a name that an error quotes. */
const NAME_MAX_CHARACTERS = 100;

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

/**
 * Reads the fields of a request body. Each reader returns undefined for a field that is absent or null, as OpenAI
 * does, and throws 400 naming the field when its value is of another kind.
 */
export class Fields {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(body: unknown, path = '') {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      if (path === '') throw new ApiError(400, 'invalid_body', 'The body must be a JSON object.');
      throw ApiError.badField(path, 'must be an object', 'invalid_type');
    }
    this.#body = body as Record<string, unknown>;
    this.#path = path;
  }

  /** The field's full name, for messages. */
  name(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  value(field: string): unknown {
    return this.#body[field] ?? undefined;
  }

  string(field: string): string | undefined {
    const value = this.value(field);
    if (value === undefined || typeof value === 'string') return value;
    throw ApiError.badField(this.name(field), 'must be a string', 'invalid_type');
  }

  boolean(field: string): boolean | undefined {
    const value = this.value(field);
    if (value === undefined || typeof value === 'boolean') return value;
    throw ApiError.badField(this.name(field), 'must be true or false', 'invalid_type');
  }

  number(field: string, { min, max, integer = false }: NumberRange): number | undefined {
    const value = this.value(field);
    if (value === undefined) return undefined;
    const kind = integer ? 'a whole number' : 'a number';
    if (typeof value !== 'number' || (integer && !Number.isInteger(value))) {
      throw ApiError.badField(this.name(field), `must be ${kind}`, 'invalid_type');
    }
    if (value >= min && value <= max) return value;
    throw ApiError.badField(this.name(field), `must be ${kind} from ${min} to ${max}`);
  }

  object(field: string): Fields | undefined {
    const value = this.value(field);
    return value === undefined ? undefined : new Fields(value, this.name(field));
  }

  /** Refuses all fields but these, which it knows. */
  refuseOthers(known: readonly string[]): void {
    this.refuse(Object.keys(this.#body).filter((field) => !known.includes(field)));
  }

  /** Refuses fields that ask for what this server cannot do; ignoring them would be a wrong answer. */
  refuse(fields: readonly string[]): void {
    for (const field of fields) {
      const value = this.value(field);
      if (value === undefined || value === false || isEmpty(value)) continue;
      throw ApiError.badField(
        this.name(field.slice(0, NAME_MAX_CHARACTERS)),
        'is not supported by the local model: leave it out',
        'unsupported_value',
      );
    }
  }
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
