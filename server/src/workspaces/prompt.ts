export interface PromptUser {
  username: string;
  bio: string | null;
}

/** The values of a prompt's variables. */
export interface PromptFacts {
  /** null: no user, as with the key of a service. */
  user: PromptUser | null;
  workspace: { id: number; name: string };
  /** ms since 1970. */
  nowMs: number;
  /** Made by administrators: name in lower case → value. */
  custom: ReadonlyMap<string, string>;
}

interface BuiltIn {
  name: string;
  type: 'system' | 'user' | 'workspace';
  description: string;
  value(facts: PromptFacts): string;
}

export const BUILT_IN_VARIABLES: readonly BuiltIn[] = [
  {
    name: 'datetime',
    type: 'system',
    description: 'Date and time, UTC',
    value: ({ nowMs }) => `${DATE.format(nowMs)}, ${TIME.format(nowMs)}`,
  },
  { name: 'date', type: 'system', description: 'Date, UTC', value: ({ nowMs }) => DATE.format(nowMs) },
  { name: 'time', type: 'system', description: 'Time, UTC', value: ({ nowMs }) => TIME.format(nowMs) },
  {
    name: 'user.name',
    type: 'user',
    description: 'Name of the user who asks',
    value: ({ user }) => user?.username ?? '',
  },
  {
    name: 'user.bio',
    type: 'user',
    description: 'What the user says of themselves',
    value: ({ user }) => user?.bio ?? '',
  },
  {
    name: 'workspace.name',
    type: 'workspace',
    description: 'Name of the workspace',
    value: ({ workspace }) => workspace.name,
  },
  {
    name: 'workspace.id',
    type: 'workspace',
    description: 'Number of the workspace',
    value: ({ workspace }) => String(workspace.id),
  },
];

const VARIABLE = /\{\s*([a-z][a-z0-9_.]*)\s*\}/gi;

/** The names in braces, in lower case. */
export const namesIn = (template: string): Set<string> =>
  new Set([...template.matchAll(VARIABLE)].map(([, name = '']) => name.toLowerCase()));

/**
 * Replaces the built-in variables and those of `custom`; braces around anything else stay. One pass: braces in a value are
 * not replaced again, or a user's name could pull another's value into the prompt (guarded by prompt.test.ts).
 */
export const expandPrompt = (template: string, facts: PromptFacts): string =>
  template.replaceAll(VARIABLE, (whole, name: string) => valueOf(name.toLowerCase(), facts) ?? whole);

const valueOf = (name: string, facts: PromptFacts): string | undefined =>
  BUILT_IN_VARIABLES.find((variable) => variable.name === name)?.value(facts) ?? facts.custom.get(name);

const DATE = new Intl.DateTimeFormat('en-US', {
  weekday: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  timeZone: 'UTC',
});
const TIME = new Intl.DateTimeFormat('en-US', {
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
  timeZone: 'UTC',
  timeZoneName: 'short',
});
