import { invalidField } from '../../base/errors.ts';
import { CHOICE_MEMBERS, OUTPUT_MEMBERS, type RequestBody } from '../request/request-members.ts';

/** A member of a body that is a number, or one within it: `n`, `options.num_predict`. */
interface Amount {
  name: keyof RequestBody;
  inner: string | undefined;
}

const amountsIn = (members: Readonly<Record<string, readonly string[]>>): Amount[] =>
  Object.entries(members).map(([name, [inner]]) => ({ name: name as keyof RequestBody, inner }));

const OUTPUT = amountsIn(OUTPUT_MEMBERS);
const CHOICES = amountsIn(CHOICE_MEMBERS);
const PLAIN = new Set<string>([...OUTPUT, ...CHOICES].flatMap(({ name, inner }) => (inner ? [] : [name])));

export const isAmount = (name: string): boolean => PLAIN.has(name);

export interface Amounts {
  /** undefined: the request does not bound it. */
  output: number | undefined;
  choices: number;
}

/**
 * What a request asks for, where a budget has to hold it. One server reads `"5"` or `5.0` as 5, another ignores it: only whole
 * numbers are allowed.
 * @throws KeywardError `invalid_input`
 */
export function amountsOf(path: string, fields: RequestBody): Amounts {
  if (path === '/responses') refuseBackground(fields);
  return {
    // 0 means "no limit" to some servers.
    output: Math.max(0, ...OUTPUT.map((member) => checked(fields, member, 0))) || undefined,
    choices: Math.max(1, ...CHOICES.map((member) => checked(fields, member, 1))),
  };
}

/** The choices of a request without a budget, where no value is refused: one that is not a number counts as 1. */
export const choicesOf = (fields: RequestBody): number =>
  Math.max(1, ...CHOICES.map((member) => unchecked(fields, member)));

/** The output of such a request; undefined: the request does not bound it. */
export const outputOf = (fields: RequestBody): number | undefined =>
  Math.max(0, ...OUTPUT.map((member) => unchecked(fields, member))) || undefined;

function checked(fields: RequestBody, member: Amount, least: number): number {
  const value = valueAt(fields, member);
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  const { name, inner } = member;
  throw invalidField(
    inner === undefined ? name : `${name}.${inner}`,
    `must be a whole number of at least ${least}, such as 2: this key has a budget, and upstreams read other values in different ways`,
  );
}

function unchecked(fields: RequestBody, member: Amount): number {
  const value = Number(valueAt(fields, member) ?? 0);
  return Number.isFinite(value) ? value : 0;
}

function valueAt(fields: RequestBody, { name, inner }: Amount): unknown {
  const value = fields[name];
  if (inner === undefined) return value;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[inner] : undefined;
}

/** A background response is answered before its usage is known. */
function refuseBackground({ background }: RequestBody): void {
  if (background === undefined || background === null || background === false) return;
  throw invalidField(
    'background',
    'must be false or left out: this key has a budget, and the usage of a background response is not known when it is answered',
    'Send stream: true to receive a long response as it is made, or use a key without budgets in tokens and usd.',
  );
}
