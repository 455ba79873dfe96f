import { OPERATIONS } from '@keyward/sdk/operations';

/** A request that a form makes. */
export interface FormRequest {
  operation: keyof typeof OPERATIONS;
  /** For the parts of the path, such as `{ id: 'key_…' }`. */
  path?: Record<string, string>;
  /** Behind the path, such as `{ state: 'active' }`. */
  query?: Record<string, string>;
  body?: unknown;
  /** Further members of the body that are secrets, by the variable of the shell that holds each: no command shows a secret. */
  secrets?: Record<string, string | readonly string[]>;
  /** In place of a body: the fields of an upload; a file as `@name`. */
  form?: Record<string, string>;
}

/** A word for a shell. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const KEY = ['-H "Authorization: Bearer $KEYWARD_API_KEY"'];
/** Own sessions are served to a session alone: the file keeps its cookie. */
const SESSION = ["-H 'X-Keyward-Session: 1'", '-b keyward.cookies -c keyward.cookies'];

/** Text for a JSON string: of a line, only these characters need more than their quotes. */
const IN_JSON = String.raw`json() { printf %s "$1" | sed 's/[\\"]/\\&/g; s/'"$(printf '\t')"'/\\t/g'; }`;

/** The part of a command that sends the body. A secret goes through the input: arguments can be read by other users. */
function dataOf({ body, secrets }: Pick<FormRequest, 'body' | 'secrets'>): string[] {
  if (body === undefined && secrets === undefined) return [];
  const type = "-H 'Content-Type: application/json'";
  if (secrets === undefined) return [type, `-d ${quoted(JSON.stringify(body))}`];
  const inShell = (text: string): string => text.replaceAll(/[\\$`]/g, String.raw`\$&`);
  const text = (variable: string): string => `"$(json "$${variable}")"`;
  const members = [
    ...Object.entries(body ?? {}).map(([name, value]) =>
      inShell(`${JSON.stringify(name)}:${JSON.stringify(value)}`),
    ),
    ...Object.entries(secrets).map(([name, variable]) => {
      const value = typeof variable === 'string' ? text(variable) : `[${variable.map(text).join(',')}]`;
      return `${JSON.stringify(name)}:${value}`;
    }),
  ];
  return [type, `-d @- <<END\n{${members.join(',')}}\nEND`];
}

/** A field of an upload. A text is sent as it is; in the name of a file, curl reads `,` and `;` unless it stands in quotes. */
const fieldOf = ([name, value]: [string, string]): string =>
  value.startsWith('@')
    ? `-F ${quoted(`${name}=@"${value.slice(1).replaceAll(/[\\"]/g, String.raw`\$&`)}"`)}`
    : `--form-string ${quoted(`${name}=${value}`)}`;

/**
 * The request for a shell, whatever the texts in it are. The key is a variable: a secret stands in no command. Guarded by
 * console/test/curl.test.ts.
 * @param address of Keyward
 */
export function curlOf(
  address: string,
  { operation, path = {}, query = {}, form = {}, ...data }: FormRequest,
): string {
  const { method, path: pattern } = OPERATIONS[operation];
  const search = new URLSearchParams(query).toString();
  const url =
    address +
    pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? name)) +
    (search === '' ? '' : `?${search}`);
  const command = [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    quoted(url),
    ...(operation.startsWith('session.') ? SESSION : KEY),
    ...dataOf(data),
    ...Object.entries(form).map(fieldOf),
  ].join(' \\\n  ');
  return data.secrets === undefined ? command : `${IN_JSON}\n${command}`;
}

/** What reads the variables of a request, unseen: to be typed before it. */
export const readingOf = (secrets: FormRequest['secrets']): string =>
  Object.values(secrets ?? {})
    .flat()
    .map((name) => `IFS= read -rs ${name}`)
    .join('; ');
