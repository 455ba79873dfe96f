import { unwrap, type KeywardClient } from '@keyward/sdk';
import { similar } from '../../base/nearest.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { isTerminal } from '../io.ts';
import { fields, tableOf } from '../output.ts';
import { succeeded } from '../people/outcome.ts';
import { request } from '../request.ts';
import { readSecret } from '../secret.ts';

interface Setting {
  name: string;
  value: unknown;
}

async function allSettings(client: KeywardClient): Promise<Setting[]> {
  const { settings } = await unwrap(client.GET('/v1/system'));
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

export const list = request({
  args: {},
  examples: ['settings list', '$ keyward settings list --format csv'],
  notes: 'Of a secret it shows only whether there is one.',
  isList: true,
  send: async (client) => ({ items: await allSettings(client), next_cursor: null }),
  table: ({ items }) => tableOf(items, fields('name', 'value')),
});

export const get = request({
  args: { name: { type: 'positional', description: 'Name of the setting', required: true } },
  examples: ['settings get LLMModelPref'],
  send: async (client, { name }) => {
    const all = await allSettings(client);
    const found = all.find((setting) => setting.name === name);
    if (found !== undefined) return found;
    const [near] = similar(
      name,
      all.map((setting) => setting.name),
    );
    throw new CliError('There is no setting of this name.', {
      exitCode: EXIT.notFound,
      hint: `${near === undefined ? '' : `Did you mean ${near}? `}keyward settings list shows all.`,
    });
  },
});

/** Shells keep a history, and other users can see arguments of programs. */
const SECRET_NAME = /(key|token|secret|password)$/i;

export const update = request({
  args: {
    change: { type: 'positional', description: 'NAME=value, or NAME for a value on stdin', required: true },
  },
  examples: [
    'settings update LLMModelPref=gpt-4o LLMTokenLimit=128000',
    'settings update OpenAiKey < key.txt',
  ],
  notes:
    'A bad value sets none of them. A name that does not exist is reported, and the others are set. A secret comes from\n' +
    'stdin, or is asked for on a terminal.',
  repeatsLast: true,
  parse: async (_args, context) => {
    const changes = context.all('change').map(changeIn);
    if (changes.filter(({ value }) => value === undefined).length > 1)
      throw usageError('stdin has one value: give the other settings as NAME=value.');
    const body: Record<string, string> = {};
    for (const { name, value } of changes) body[name] = value ?? (await hiddenValue(name, context));
    return body;
  },
  send: async (client, body) => {
    const { newValues, error } = await unwrap(client.POST('/v1/system/update-env', { body }));
    succeeded({ error });
    const unknown = Object.keys(body).filter((name) => !Object.hasOwn(newValues, name));
    const others = Object.keys(newValues);
    if (unknown.length > 0)
      throw new CliError(`Not set, because there is no setting of this name: ${unknown.join(', ')}.`, {
        exitCode: EXIT.notFound,
        hint: `keyward settings list shows all.${others.length === 0 ? '' : ` Set: ${others.join(', ')}.`}`,
      });
    return newValues;
  },
});

function changeIn(text: string): { name: string; value: string | undefined } {
  const [, name = '', value] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === '')
    throw usageError('A change must be NAME=value.', {
      example: 'keyward settings update LLMModelPref=gpt-4o',
    });
  if (value !== undefined && SECRET_NAME.test(name))
    throw usageError(`The value of ${name} may be a secret: give it on stdin. Nothing was sent.`, {
      example: exampleFor(name),
    });
  return { name, value };
}

const exampleFor = (name: string): string => `keyward settings update ${name} < value.txt`;

async function hiddenValue(name: string, context: Context): Promise<string> {
  const argument = isTerminal(context.io.stdin) ? undefined : '-';
  const value = await readSecret(context, { argument, name: 'value', example: exampleFor(name) });
  if (value === undefined)
    throw usageError(`The value of ${name} is missing.`, { example: exampleFor(name) });
  return value;
}
