import { Type } from 'typebox';
import type { TCodec, TObject, TProperties, TSchema, TSchemaOptions } from 'typebox';
import { decoder, type Decoded } from '../http/index.ts';

/*
 * Fields of bodies, queries and paths of the Developer API: their type in the OpenAPI document, and how other values are read.
 * Nothing is refused here.
 */

/** A field of this type, read from a value of any type. */
export const field = <S extends TSchema, D>(schema: S, read: (value: unknown) => D): TCodec<S, D> =>
  Type.Decode(schema, read);

/** Fields that are checked by the domain that takes them: unchanged. */
export const asSent = <P extends TProperties>(fields: P) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, field(schema, (value) => value)]),
  ) as { [N in keyof P]: TCodec<P[N]> };

/** The databases store no U+0000, which forms and queries can hold. */
export const readText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;

/** Text that is not empty. */
export const text = (options: TSchemaOptions = {}) => field(Type.String(options), readText);

/** A whole number, also as text, which is all that queries and forms have. */
function readWhole(value: unknown): number | undefined {
  const isText = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value);
  const read = isText ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isInteger(read)) return undefined;
  // The databases hold no larger integers.
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, read));
}

export const whole = (options: TSchemaOptions = {}) => field(Type.Integer(options), readWhole);

/** A whole number clamped to these bounds; `otherwise` where the value is not a number. */
export const wholeWithin = <S extends TSchema>(
  schema: S,
  { otherwise, least, most = Infinity }: { otherwise: number; least: number; most?: number },
) => field(schema, (value) => Math.min(most, Math.max(least, readWhole(value) ?? otherwise)));

export const readFlag = (value: unknown): boolean => value === true || value === 'true';

/** `true`, also as text. */
export const flag = (options: TSchemaOptions = {}) => field(Type.Boolean(options), readFlag);

/** The whole numbers of a list, each once; undefined where the value is not a list. */
export const wholes = (options: TSchemaOptions = {}) =>
  field(Type.Array(Type.Integer(), options), (value) => {
    if (!Array.isArray(value)) return undefined;
    return [...new Set(value.map(readWhole).filter((item) => item !== undefined))];
  });

/** The texts of a list, empty ones too; undefined where the value is not a list. */
export const texts = (item: TSchemaOptions = {}) =>
  field(Type.Array(Type.String(item)), (value) =>
    Array.isArray(value) ? value.filter((one: unknown): one is string => typeof one === 'string') : undefined,
  );

/** JSON in a text field was not measured before, as the body was. */
const OBJECT_MAX_CHARACTERS = 256 * 1024;

function parsed(json: string): unknown {
  if (json.length > OBJECT_MAX_CHARACTERS) return undefined;
  try {
    return JSON.parse(json, (_name, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('\0', '') : value,
    );
  } catch {
    return undefined;
  }
}

/** An object, or its JSON in a form. @param schema of the field, where it is always text. */
export function object<P extends TProperties>(properties: P, schema: TSchema = Type.Object(properties)) {
  const read = decoder(Type.Object(properties));
  return field(schema, (value): Decoded<TObject<P>> => {
    const given = typeof value === 'string' ? parsed(value) : value;
    return read(Array.isArray(given) ? undefined : given);
  });
}

/** A number in a path; undefined where any other character stands in it. */
export const readId = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;

export const pathId = () => field(Type.String(), readId);
