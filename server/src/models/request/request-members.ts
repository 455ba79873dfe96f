import { invalidField } from '../../base/errors.ts';
import type { FormPart } from './model-form.ts';

/*
 * Members of a request to a model with the members in them that Keyward reads. Upstreams of all known APIs read some of those that
 * bound the output and ignore others: the largest counts. Guarded by openai/reservation.test.ts.
 */
export const OUTPUT_MEMBERS = {
  max_tokens: [],
  max_completion_tokens: [],
  max_output_tokens: [],
  max_new_tokens: [],
  max_tokens_to_sample: [],
  max_length: [],
  max_gen_len: [],
  min_tokens: [],
  n_predict: [],
  num_predict: [],
  options: ['num_predict'],
  thinking: ['budget_tokens'],
  thinking_budget: [],
  reasoning: ['max_tokens'],
  reasoning_budget: [],
} as const;

/** Members that multiply the output. */
export const CHOICE_MEMBERS = {
  n: [],
  best_of: [],
  candidate_count: [],
  num_images: [],
  num_images_per_prompt: [],
  num_outputs: [],
  num_generations: [],
  num_return_sequences: [],
} as const;

/** Every member that Keyward reads or writes. */
const MEMBERS = {
  ...OUTPUT_MEMBERS,
  ...CHOICE_MEMBERS,
  model: [],
  stream: [],
  stream_options: ['include_usage'],
  messages: [],
  prompt: [],
  input: [],
  instructions: [],
  system: [],
  tools: [],
  functions: [],
  text: [],
  query: [],
  documents: [],
  background: [],
  previous_response_id: [],
  conversation: [],
  mcp_servers: [],
  store: [],
  size: [],
  quality: [],
  seconds: [],
  response_format: [],
} as const satisfies Record<string, readonly string[]>;

type MemberName = keyof typeof MEMBERS;

/**
 * The JSON of a request to a model. A reader of a member that is not declared does not compile, so that no member is read which
 * `checkMembers` does not guard.
 */
export type RequestBody = { readonly [name in MemberName]?: unknown };

const NAME_MAX_CHARACTERS = 256;
const NAMES_MAX = 1_000;

/**
 * Refuses names that an upstream could take for a member that Keyward reads: `Model`, `max-tokens`, `maxTokens`, `me\u017fsages`.
 * Servers in Go, Java and PHP find members without regard to case, separators or width, and the last one wins: Keyward would check
 * one, and the upstream run the other. Guarded by openai/request-members.test.ts.
 * @throws KeywardError `invalid_input` naming the member.
 */
export function checkMembers(body: object): void {
  checkNames(body, OWN);
  for (const [name, inner] of NESTED) {
    const value = (body as Record<string, unknown>)[name];
    if (typeof value !== 'object' || value === null) continue;
    checkNames(value, inner, `${name}.`);
  }
}

/**
 * The same for a form, where PHP and others also read `model[]` as `model`.
 * @throws KeywardError `invalid_input` naming the field.
 */
export function checkForm(form: readonly FormPart[]): void {
  const seen = new Set<string>();
  for (const { name, file } of form) {
    checkName(name, OWN);
    if (!OWN.names.has(name)) continue;
    if (file !== undefined) throw invalidField(name, 'must be text, not a file');
    if (seen.has(name)) throw invalidField(name, 'must occur only once in the form', 'Send each field once.');
    seen.add(name);
  }
}

function checkNames(value: object, known: Known, where = ''): void {
  let names = 0;
  for (const name in value) {
    if (++names > NAMES_MAX)
      throw invalidField(where.slice(0, -1) || 'body', `must have at most ${NAMES_MAX} members`);
    checkName(name, known, where);
  }
}

function checkName(name: string, known: Known, where = ''): void {
  if (known.names.has(name)) return;
  const field = `${where}${shown(name)}`;
  if (name.length > NAME_MAX_CHARACTERS)
    throw invalidField(field, `must have a name of at most ${NAME_MAX_CHARACTERS} characters`);
  if (!name.isWellFormed() || CONTROL.test(name))
    throw invalidField(field, 'must have a name without control characters and lone surrogates');
  const meant = known.byFolded.get(folded(name));
  if (meant !== undefined)
    throw invalidField(
      field,
      `can be read as ${where}${meant}`,
      `Write ${where}${meant}, or leave the member out: some upstreams read both names as one.`,
    );
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const ASCII = /^[\x20-\x7e]*$/;
const NO_ASCII_LETTER = /[^a-z0-9]/g;
const NO_LETTER = /[^\p{L}\p{N}]/gu;
const SHOWN_MAX_CHARACTERS = 40;

/** The letters and digits of a name in lower case. For short names: normalizing takes quadratic time. */
export function folded(name: string): string {
  const whole = name.includes('[') ? name.slice(0, name.indexOf('[')) : name;
  if (ASCII.test(whole)) return whole.toLowerCase().replaceAll(NO_ASCII_LETTER, '');
  const small = whole.normalize('NFKD').toUpperCase().toLowerCase();
  return small.normalize('NFKD').replaceAll(NO_LETTER, '');
}

interface Known {
  names: ReadonlySet<string>;
  byFolded: ReadonlyMap<string, string>;
}

const knownOf = (names: readonly string[]): Known => ({
  names: new Set(names),
  byFolded: new Map(names.map((name) => [folded(name), name])),
});

const OWN = knownOf(Object.keys(MEMBERS));
const NESTED = Object.entries(MEMBERS).flatMap(([name, inner]) =>
  inner.length === 0 ? [] : [[name, knownOf(inner)] as const],
);

/** The member that a name is, or can be read as. */
export const memberMeant = (name: string): string | undefined => OWN.byFolded.get(folded(name));

const shown = (name: string): string => (name.length > SHOWN_MAX_CHARACTERS ? `${name.slice(0, 20)}…` : name);
