import { Type, type Static, type TObject, type TProperties, type TSchema } from 'typebox';
import type { FormPart } from '../models/index.ts';
import type { Route } from './route.ts';

type Codec = { '~codec': { encode: (input: never) => unknown } };
type CodecNames<P> = { [N in keyof P]: P[N] extends Codec ? N : never }[keyof P];
type OptionalNames<P> = { [N in keyof P]: P[N] extends { '~optional': true } ? N : never }[keyof P];
type Read<C> = C extends { '~codec': { encode: (input: never) => infer D } } ? D : never;

/** Optional members without a default. */
type AbsentNames<P> = {
  [N in keyof P]: N extends CodecNames<P> & OptionalNames<P>
    ? undefined extends Read<P[N]>
      ? N
      : never
    : never;
}[keyof P];

type Members<P extends TProperties> = {
  [N in Exclude<CodecNames<P>, AbsentNames<P>>]: Read<P[N]>;
} & { [N in AbsentNames<P>]?: Exclude<Read<P[N]>, undefined> } & Static<TObject<Omit<P, CodecNames<P>>>>;

/** The decoded value of a declaration: that of its transform types. */
export type Decoded<S extends TSchema> =
  S extends TObject<infer P> ? ([CodecNames<P>] extends [never] ? Static<S> : Members<P>) : Static<S>;

/**
 * Decodes by the transform types (`Type.Decode`) of the members of a declared object. Each gets the member as it came, or
 * undefined, and gives a value for wrong types and missing members too: `Value.Decode` of TypeBox refuses both. Undeclared
 * members are dropped. Guarded by decoding.test.ts.
 */
export function decoder<S extends TSchema>(schema: S): (value: unknown) => Decoded<S> {
  if (!Type.IsObject(schema)) return (value) => value as Decoded<S>;
  const readers = Object.entries(schema.properties).map(([name, member]) => {
    const read = Type.IsCodec(member) ? member['~codec'].decode : (value: unknown) => value;
    return [name, read] as const;
  });
  return (value) => {
    const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const decoded: Record<string, unknown> = {};
    for (const [name, read] of readers) {
      const member = read(given[name]);
      if (member !== undefined) decoded[name] = member;
    }
    return decoded as Decoded<S>;
  };
}

interface Undecoded {
  params: unknown;
  query: unknown;
  body: unknown;
  readonly form: FormPart[] | undefined;
}

/** For routes of a lenient surface, which refuses no body and no query. */
export function decodingOf({ params, query, body, bodyKind }: Route): (call: Undecoded) => void {
  const [readParams, readQuery, readBody] = [params, query, body].map((declared) =>
    declared === undefined ? undefined : decoder(declared),
  );
  return (call) => {
    if (readParams !== undefined) call.params = readParams(call.params);
    if (readQuery !== undefined) call.query = readQuery(call.query);
    if (readBody !== undefined && bodyKind === 'lenient')
      call.body = readBody({ ...(call.body as object | undefined), ...textsOf(call.form) });
  };
}

/** Text fields of a form stand for members of JSON. */
const textsOf = (form: readonly FormPart[] = []): object =>
  Object.fromEntries(form.filter(({ file }) => file === undefined).map(({ name, value }) => [name, value]));
