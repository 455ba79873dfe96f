import { ADDRESS } from '../../api/client.ts';
import type { Key } from '../holdings/draft.ts';
import { holdsAll } from '../holdings/scopes.ts';

export interface KeySnippet {
  label: string;
  text: string;
}

/** How an OpenAI client reaches what the key is for: a workspace is a model of the Developer API. */
function openaiOf({ scopes, selectors }: Key): { base: string; model: string } | undefined {
  const name = ({ allow }: { allow: string[] }, otherwise: string): string =>
    allow.find((pattern) => !pattern.endsWith('*')) ?? otherwise;
  if (holdsAll(scopes, ['models:use']))
    return { base: `${ADDRESS}/v1`, model: name(selectors.models, 'default') };
  if (holdsAll(scopes, ['workspaces:chat']))
    return { base: `${ADDRESS}/v1/openai`, model: name(selectors.workspaces, 'my-workspace') };
  return undefined;
}

const QUESTION = 'Say hello in five words.';

/** How a program uses the key. Only the text for a file of settings holds the secret: commands stand in a shell's history. */
export function snippetsOf(key: Key, secret: string): KeySnippet[] {
  const openai = openaiOf(key);
  const env = [
    `KEYWARD_URL=${ADDRESS}`,
    `KEYWARD_API_KEY=${secret}`,
    ...(openai === undefined ? [] : [`OPENAI_BASE_URL=${openai.base}`, `OPENAI_API_KEY=${secret}`]),
  ].join('\n');
  if (openai === undefined)
    return [
      { label: '.env', text: env },
      { label: 'curl', text: selfCurl() },
    ];
  return [
    { label: '.env', text: env },
    { label: 'curl', text: chatCurl(openai) },
    { label: 'Python', text: python(openai.model) },
    { label: 'Node', text: node(openai.model) },
  ];
}

const AUTHORIZATION = '-H "Authorization: Bearer $KEYWARD_API_KEY"';

const selfCurl = (): string => `curl ${ADDRESS}/v1/keys/self \\\n  ${AUTHORIZATION}`;

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
