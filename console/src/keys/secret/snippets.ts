import { draftOf, type Key } from '../holdings/draft.ts';
import { holdsAll } from '../holdings/scopes.ts';
import { sentence } from '../holdings/sentence.ts';

export interface KeySnippet {
  label: string;
  text: string;
  /** It holds the secret. */
  isSecret?: boolean;
}

interface OpenAiUse {
  base: string;
  model: string;
}

/** How an OpenAI client reaches what the key is for: a workspace is a model of the Developer API. */
function openaiOf({ scopes, selectors }: Key, address: string): OpenAiUse | undefined {
  const name = ({ allow }: { allow: string[] }, otherwise: string): string =>
    allow.find((pattern) => !pattern.endsWith('*')) ?? otherwise;
  if (holdsAll(scopes, ['models:use']))
    return { base: `${address}/v1`, model: name(selectors.models, 'default') };
  if (holdsAll(scopes, ['workspaces:chat']))
    return { base: `${address}/v1/openai`, model: name(selectors.workspaces, 'my-workspace') };
  return undefined;
}

const QUESTION = 'Say hello in five words.';

/**
 * How a program uses the key. Only the text for a file of settings and that for a person hold the secret: commands stand in a
 * shell's history. @param address where the program reaches this server
 */
export function snippetsOf(key: Key, secret: string, address: string): KeySnippet[] {
  const openai = openaiOf(key, address);
  const env = [
    `KEYWARD_URL=${address}`,
    `KEYWARD_API_KEY=${secret}`,
    ...(openai === undefined ? [] : [`OPENAI_BASE_URL=${openai.base}`, `OPENAI_API_KEY=${secret}`]),
  ].join('\n');
  const secrets = [
    { label: '.env', text: env, isSecret: true },
    { label: 'Message', text: message(key, { secret, address, openai }), isSecret: true },
  ];
  if (openai === undefined) return [...secrets, { label: 'curl', text: selfCurl(address) }];
  return [
    ...secrets,
    { label: 'curl', text: chatCurl(openai) },
    { label: 'Python', text: python(openai.model) },
    { label: 'Node', text: node(openai.model) },
  ];
}

const AUTHORIZATION = '-H "Authorization: Bearer $KEYWARD_API_KEY"';

const selfCurl = (address: string): string => `curl ${address}/v1/keys/self \\\n  ${AUTHORIZATION}`;

interface Handover {
  secret: string;
  address: string;
  openai: OpenAiUse | undefined;
}

/** For the person who gets the key. */
const message = (key: Key, { secret, address, openai }: Handover): string =>
  [
    `Your key ${key.name} for Keyward: ${secret}`,
    `Server: ${address}`,
    ...(openai === undefined
      ? []
      : [`In an OpenAI client: base URL ${openai.base}, model ${openai.model}, and the key as API key.`]),
    sentence(draftOf(key)),
    `Guides: ${address}/docs`,
  ].join('\n');

/** Within single quotes of a shell. */
const inQuotes = (text: string): string => text.replaceAll("'", String.raw`'\''`);

function chatCurl({ base, model }: { base: string; model: string }): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: QUESTION }] });
  return [
    `curl ${base}/chat/completions`,
    AUTHORIZATION,
    "-H 'Content-Type: application/json'",
    `-d '${inQuotes(body)}'`,
  ].join(' \\\n  ');
}

const python = (model: string): string => `# pip install openai; it reads OPENAI_BASE_URL and OPENAI_API_KEY
from openai import OpenAI

client = OpenAI()
answer = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": "${QUESTION}"}],
)
print(answer.choices[0].message.content)`;

const node = (model: string): string => `// npm install openai; it reads OPENAI_BASE_URL and OPENAI_API_KEY
import OpenAI from 'openai';

const client = new OpenAI();
const answer = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: 'user', content: '${QUESTION}' }],
});
console.log(answer.choices[0].message.content);`;
