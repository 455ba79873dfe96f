import { createClient, type KeywardApiError, type KeywardClient } from '@keyward/sdk';
import { endpointsOf, groupOf } from './endpoints.ts';

const ASK_MS = 3_000;

/** Names the server that lacks an endpoint, and the endpoints that it has. */
export async function explainMissing({
  url,
  status,
}: KeywardApiError): Promise<{ message: string; details?: string[]; hint?: string }> {
  const at = URL.parse(url);
  const message = `This server has no endpoint ${at?.pathname ?? url}`;
  if (at === null) return { message: `${message} (${status}).` };
  const client = createClient({ url: at.origin, retries: 0, timeoutMs: ASK_MS });
  const version = await versionOf(client);
  if (version === undefined) {
    return {
      message: `The server at ${at.origin} is not Keyward (${status} for ${at.pathname}).`,
      hint: 'Check --url, KEYWARD_URL, or the URL of the login (keyward auth status).',
    };
  }
  const has = await groupsOf(client);
  const group = groupOf(at.pathname);
  const base = `${group.split('/', 2).join('/')}/`;
  const isGroupMissing = has.some((one) => one.startsWith(base)) && !has.includes(group);
  const what = isGroupMissing
    ? `This server has no ${group.split('/')[2]} endpoints: ${at.pathname}`
    : message;
  return {
    message: `${what} (${status}). It is Keyward ${version}.`,
    ...(has.length === 0 ? {} : { details: [`It has: ${has.join(', ')}`] }),
    hint: 'The server and the command line may differ in version. keyward endpoints lists all endpoints.',
  };
}

async function versionOf(client: KeywardClient): Promise<string | undefined> {
  try {
    const { version } = (await (await client.get('/healthz')).json()) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Such as `/v1/keys`, `/v1/owners`. */
async function groupsOf(client: KeywardClient): Promise<string[]> {
  try {
    const endpoints = endpointsOf(await (await client.get('/openapi.json')).json());
    return [...new Set(endpoints.map(({ path }) => groupOf(path)))];
  } catch {
    return [];
  }
}
