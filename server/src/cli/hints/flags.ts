import type { ArgsDef } from 'citty';

/** `selectors.models.allow[0]` → `models`, `allow`: the most general name that is a flag counts. */
const namesIn = (field: string): string[] =>
  field
    .replace(/^query\./, '')
    .split(/[.[\]]+/)
    .filter((name) => name !== '' && !/^\d+$/.test(name));

/** The flag or argument that gives a field of a request, such as `--scope` for `scopes[0]`; undefined: no flag does. */
export function flagOf(field: string, args: ArgsDef): string | undefined {
  const names = namesIn(field);
  const isDenied = names.includes('deny');
  for (const name of names) {
    const flag = candidates(name).flatMap((one) => (isDenied ? [`deny-${one}`, one] : [one]));
    const found = flag.find((one) => args[one] !== undefined);
    if (found !== undefined) return args[found]?.type === 'positional' ? found.toUpperCase() : `--${found}`;
  }
  return undefined;
}

/** The names of flags: without the unit, in the singular; `task` for `task_id`, `hours` for `duration_hours`. */
function candidates(field: string): string[] {
  const words = field
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replaceAll('_', '-');
  const short = words.replace(/-(seconds|id)$/, '');
  return [words, short, short.replace(/s$/, ''), `${words}-stdin`, words.replace(/^.*-/, '')];
}

/** A fault of a field, in the words of the command line: its flag, and no form in JSON. */
export function faultText(fault: { field: string; message: string }, args: ArgsDef): string {
  const { field } = fault;
  const flag = flagOf(field, args);
  // The OpenAI API has the field in its message too.
  const message = fault.message.startsWith(`${field}: `)
    ? fault.message.slice(field.length + 2)
    : fault.message;
  if (flag === undefined) return `${field}: ${message}`;
  // Lists in a selector have flags of their own.
  const inside = field.startsWith('selectors') ? [] : namesIn(field).slice(1);
  const part = inside.length === 0 ? '' : `${inside.join('.')} `;
  const text = part + message.replace(/,? such as [{[].*$/, '');
  // A place such as {{steps.draft.output}} is no JSON.
  const isJson = /[{[]/.test(text.replaceAll(/\{\{.*?\}\}/g, ''));
  const { description } = args[flag.replace(/^--/, '').toLowerCase()] ?? {};
  if (isJson && description !== undefined) return `${flag}: must be as described: ${description}`;
  return `${flag}: ${withFlags(text, args, /^(send|give) /.test(text) ? PLAIN_FIELDS : [])}`;
}

/** A sentence such as `send exactly one of role and scopes` calls them by plain words. */
const PLAIN_FIELDS = ['role', 'scopes', 'owner', 'parent', 'limits', 'budgets'];
const FIELD_WORD = /(?<![\w-])[a-z]+(?:_[a-z]+)+(?![\w-])/g;

/** The text with flags in place of the names of fields. */
export function withFlags(text: string, args: ArgsDef, plain: readonly string[] = []): string {
  const named = text.replaceAll(FIELD_WORD, (name) => flagOf(name, args) ?? name);
  return plain.reduce((said, field) => {
    const flag = flagOf(field, args);
    return flag === undefined
      ? said
      : said.replaceAll(new RegExp(`(?<![\\w-])${field}(?![\\w-])`, 'g'), flag);
  }, named);
}
