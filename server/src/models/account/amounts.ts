import { invalidField } from '../../base/errors.ts';
import type { MemberPath, RequestBody } from '../request/request-members.ts';

/**
 * Members that bound the output, in the words of all APIs and servers known here. An upstream reads some of them and ignores
 * others: the largest counts. Guarded by reservation.test.ts.
 */
const OUTPUT_MEMBERS = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'max_new_tokens',
  'max_tokens_to_sample',
  'max_length',
  'max_gen_len',
  'min_tokens',
  'n_predict',
  'num_predict',
  'options.num_predict',
  'thinking.budget_tokens',
  'thinking_budget',
  'reasoning.max_tokens',
  'reasoning_budget',
] as const satisfies readonly MemberPath[];
/** Members that multiply it. */
const CHOICE_MEMBERS = [
  'n',
  'best_of',
  'candidate_count',
  'num_images',
  'num_images_per_prompt',
  'num_outputs',
  'num_generations',
  'num_return_sequences',
] as const satisfies readonly MemberPath[];

const AMOUNTS = new Set<string>([...OUTPUT_MEMBERS, ...CHOICE_MEMBERS]);

export const isAmount = (name: string): boolean => AMOUNTS.has(name);

export interface Amounts {
  /** undefined: the request does not bound it. */
  output: number | undefined;
  choices: number;
}

/**
 * What a request asks for, where somebody's budget has to hold it. One server reads `"5"` or `5.0` as 5, another ignores it:
 * only whole numbers are taken.
 * @throws KeywardError `invalid_input`
 */
export function amountsOf(path: string, fields: RequestBody): Amounts {
  if (path === '/responses') refuseBackground(fields);
  const output = Math.max(0, ...OUTPUT_MEMBERS.map((name) => amount(fields, name, 0) ?? 0));
  const choices = Math.max(1, ...CHOICE_MEMBERS.map((name) => amount(fields, name, 1) ?? 1));
  // 0 means "as much as you like" to some servers.
  return { output: output === 0 ? undefined : output, choices };
}

/** The same for whoever has no budget, where no value is refused: what cannot be read is 1. */
export const choicesOf = (fields: RequestBody): number =>
  Math.max(1, ...CHOICE_MEMBERS.map((name) => Number(valueAt(fields, name) ?? 1)).filter(Number.isFinite));

/** The same of its output; undefined: the request does not bound it. */
export function outputOf(fields: RequestBody): number | undefined {
  const amounts = OUTPUT_MEMBERS.map((name) => Number(valueAt(fields, name) ?? 0)).filter(Number.isFinite);
  const output = Math.max(0, ...amounts);
  return output === 0 ? undefined : output;
}

function amount(fields: RequestBody, name: MemberPath, least: number): number | undefined {
  const value = valueAt(fields, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalidField(
    name,
    `must be a whole number of at least ${least}, such as 2: this key has a budget, and upstreams read other values in different ways`,
  );
}

function valueAt(fields: RequestBody, name: MemberPath): unknown {
  const [outer, inner] = name.split('.') as [keyof RequestBody, string | undefined];
  const value = fields[outer];
  if (inner === undefined) return value;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[inner] : undefined;
}

/** The answer comes before the work is done, and nothing tells here what it took. */
function refuseBackground({ background }: RequestBody): void {
  if (background === undefined || background === null || background === false) return;
  throw invalidField(
    'background',
    'must be false or left out: this key has a budget, and the usage of a background response is not known when it is answered',
    'Send stream: true to receive a long response as it is made, or use a key without budgets in tokens and usd.',
  );
}
