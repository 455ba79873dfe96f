import { invalidField, type KeywardError } from '../../base/errors.ts';
import type { Account } from '../account/account.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { isAudioInput } from './paths.ts';
import { folded, memberMeant, type RequestBody } from './request-members.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Members that name another model or another server: fallbacks, deployments, adapters, presets. As `folded` gives them. */
const OTHER_MODEL = new Set(
  [
    'models fallback fallbacks fallbackmodels contextwindowfallbacks contentpolicyfallbacks modellist modelname modelid modelalias',
    'basemodel engine engineid deployment deploymentid deploymentname preset adapter adapterid adaptersource lora loraname',
    'loraid lorapath lorarequest loraadapters userconfig routersettings provideroptions customllmprovider apibase baseurl',
    'extraheaders extraquery',
  ].flatMap((names) => names.split(' ')),
);

/** Members whose own members some servers read as members of the body. */
export const WRAPPERS: ReadonlySet<string> = new Set([
  'extrabody',
  'generationconfig',
  'parameters',
  'samplingparams',
]);

/**
 * Refuses members that could run another model, or more of it, than Keyward checks and reserves. Only for keys whose models or
 * spending are bounded. Guarded by openai/hidden-members.test.ts.
 * @throws KeywardError `invalid_input` naming the member.
 */
export function refuseHidden(
  { isBudgeted, countsMoney, selector }: Account,
  { path, parsed, form }: { path: string; parsed?: RequestBody | undefined; form?: RequestBody | undefined },
  routes: readonly Route[],
): void {
  const isBound = selector !== undefined && !isOpen(selector);
  if (!isBudgeted && !isBound) return;
  const body: Fields = { ...form, ...parsed };
  for (const name in body) {
    const value = body[name];
    if (value !== null) refuseOther(name, value);
  }
  if (isBudgeted && isAudioInput(path)) refuseElsewhere(body);
  if (countsMoney && routes.some(({ target }) => target.unpriced === 'refuse')) refuseExtras(body);
}

const ELSEWHERE = new Set(['url', 'uri', 'fileurl', 'fileuri', 'fileid', 'audiourl', 'audiouri']);
const ADDRESS = /^[a-z][\w+.-]{1,20}:\/\//i;

/** Keyward does not know the length of a recording that the upstream fetches. Guarded by openai/reservation.test.ts. */
function refuseElsewhere(body: Fields): void {
  for (const name in body) {
    const value = body[name];
    const isAddress = typeof value === 'string' && name !== 'prompt' && ADDRESS.test(value);
    if (value === null || !(isAddress || ELSEWHERE.has(folded(name)))) continue;
    throw invalidField(
      name,
      'must contain the recording itself, not its address: this key has a budget, and Keyward must know the length',
      'Send the recording as a file of the form.',
    );
  }
}

const isOpen = ({ allow, deny }: NonNullable<Account['selector']>): boolean =>
  deny.length === 0 && (allow.length === 0 || allow.includes('*'));

function refuseOther(name: string, value: unknown): void {
  const meant = folded(name);
  if (OTHER_MODEL.has(meant)) throw hidden(name);
  if (WRAPPERS.has(meant)) lookWithin(value, name);
  if (meant !== 'tools') return;
  for (const [field, tool] of toolsOf(value))
    for (const member in tool) if (folded(member) === 'model') throw hidden(`${field}.${member}`);
}

/** At any depth: a wrapper may contain another. */
function lookWithin(value: unknown, path: string): void {
  if (typeof value === 'string') throw hidden(path);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const field = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    const isRead = memberMeant(name) !== undefined || OTHER_MODEL.has(folded(name));
    if (isRead && !Array.isArray(value)) throw hidden(field);
    if (typeof inner === 'object') lookWithin(inner, field);
  }
}

const hidden = (field: string): KeywardError =>
  invalidField(
    field,
    'is not allowed: it can make an upstream run another model, or more of it, than Keyward checks, and this key has bounds on models or spending',
    'Leave it out. Name one model in "model", and put sizes such as max_tokens into the body itself.',
  );

function toolsOf(tools: unknown): [field: string, tool: Fields][] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool: unknown, at): [string, Fields][] =>
    typeof tool === 'object' && tool !== null ? [[`tools[${at}]`, tool as Fields]] : [],
  );
}

/** Service tiers that cost no more than the price. */
const COMMON_TIERS = new Set<unknown>('auto default standard standard_only on_demand flex batch'.split(' '));
/** Tools that the caller runs. */
const CALLERS_TOOL = /^(function|custom|namespace|local_shell|apply_patch|computer|bash|text_editor|memory)/;

/** Tools that the upstream runs: their results go into the prompt, and most are billed beside tokens. */
export const upstreamsTools = (tools: unknown): { field: string; type: unknown }[] =>
  toolsOf(tools)
    .map(([field, { type }]) => ({ field, type }))
    .filter(({ type }) => type !== undefined && !(typeof type === 'string' && CALLERS_TOOL.test(type)));

/** Members with values that cost more than the price of the model. */
const EXTRAS: Readonly<Record<string, (value: unknown) => boolean>> = {
  servicetier: (tier) => !COMMON_TIERS.has(tier),
  // Of speech it is a number.
  speed: (speed) => typeof speed === 'string' && speed !== 'standard',
  websearchoptions: isSomething,
  searchparameters: isSomething,
  enablesearch: isSomething,
  plugins: isSomething,
  modalities: (kinds) => !(Array.isArray(kinds) && kinds.every((kind) => kind === 'text')),
};

/** Upstreams bill searches, sandboxes and faster service beside tokens: a budget in usd would not hold. */
function refuseExtras(body: Fields): void {
  for (const name in body) {
    const value = body[name];
    if (value === null) continue;
    const meant = folded(name);
    if (EXTRAS[meant]?.(value) === true) throw extra(name);
    if (meant !== 'tools') continue;
    const [billed] = upstreamsTools(value).filter(({ type }) => type !== 'mcp');
    if (billed !== undefined) throw extra(`${billed.field}.type`);
  }
}

function isSomething(value: unknown): boolean {
  return value !== false && !(Array.isArray(value) && value.length === 0);
}

const extra = (field: string): KeywardError =>
  invalidField(
    field,
    'is not allowed: the price of the model does not include its cost, and this key counts against a budget in usd',
    'Leave it out. Or an administrator lets it be used without a price: keyward upstreams update NAME --unpriced allow.',
  );
