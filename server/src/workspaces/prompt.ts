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

export const BUILT_IN_VARIABLES = [
  { name: 'datetime', type: 'system', description: 'Date and time, UTC' },
  { name: 'date', type: 'system', description: 'Date, UTC' },
  { name: 'time', type: 'system', description: 'Time, UTC' },
  { name: 'user.name', type: 'user', description: 'Name of the user who asks' },
  { name: 'user.bio', type: 'user', description: 'What the user says of themselves' },
  { name: 'workspace.name', type: 'workspace', description: 'Name of the workspace' },
  { name: 'workspace.id', type: 'workspace', description: 'Number of the workspace' },
] as const;

const VARIABLE = /\{\s*([a-z][a-z0-9_.]*)\s*\}/gi;

/** The names in braces, in lower case. */
export const namesIn = (template: string): Set<string> =>
  new Set([...template.matchAll(VARIABLE)].map(([, name = '']) => name.toLowerCase()));

/**
 * Replaces the built-in variables and those of `custom`; braces around anything else stay. One pass: braces in a value are
 * not replaced again, or a user's name could pull another's value into the prompt (guarded by prompt.test.ts).
 */
export function expandPrompt(template: string, facts: PromptFacts): string {
  const at = new Date(facts.nowMs);
  return template.replaceAll(
    VARIABLE,
    (whole, name: string) => valueOf(name.toLowerCase(), at, facts) ?? whole,
  );
}

function valueOf(name: string, at: Date, { user, workspace, custom }: PromptFacts): string | undefined {
  switch (name) {
    case 'date':
      return DATE.format(at);
    case 'time':
      return TIME.format(at);
    case 'datetime':
      return `${DATE.format(at)}, ${TIME.format(at)}`;
    case 'user.name':
      return user?.username ?? '';
    case 'user.bio':
      return user?.bio ?? '';
    case 'workspace.name':
      return workspace.name;
    case 'workspace.id':
      return String(workspace.id);
    default:
      return custom.get(name);
  }
}

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
