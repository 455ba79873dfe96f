import type { HttpCall } from '../calls/call-spec.ts';
import { placeholdersIn } from '../calls/templates.ts';
import type { HttpVerbs } from './http-minter-spec.ts';

/** A fault of a minter in a manifest: where, and what is wrong. */
type MinterFault = [path: string[], message: string];

interface Request {
  place: string[];
  call: HttpCall | undefined;
  /** The `{name}` that it may have beside the secrets. */
  names: string[];
  /** Without it the request could not do its work. */
  needed?: string;
}

/** What the schema of a minter cannot say: which `{name}` stands for a value, and where none may stand. */
export function* httpMinterFaults(spec: HttpVerbs): Generator<MinterFault> {
  const secrets = Object.keys(spec.secrets ?? {});
  const withToken = spec.login === undefined ? secrets : [...secrets, 'token'];
  yield* unknownNames(spec.headers, ['headers'], withToken);
  yield* unknownNames(spec.basic, ['basic'], secrets);
  const choose = spec.mint?.choose;
  yield* unknownNames(choose, ['mint', 'choose'], choose?.id === undefined ? secrets : [...secrets, 'id']);
  for (const { place, call, names, needed } of requestsOf(spec)) {
    if (call === undefined) continue;
    const { path, headers, body } = call;
    const hasToken = place[0] !== 'login' && place[0] !== 'verify';
    yield* unknownNames({ path, headers, body }, place, [...names, ...(hasToken ? withToken : secrets)]);
    for (const name of placeholdersIn(path))
      if (['key', 'token', ...secrets].includes(name))
        yield [
          [...place, 'path'],
          `must not have {${name}}: servers and proxies log the URL. Send it in headers or in the body`,
        ];
    if (needed !== undefined && !placeholdersIn({ path, headers, body }).includes(needed))
      yield [place, `must have {${needed}} in its path, headers or body`];
  }
}

function requestsOf({ login, verify, find, mint, revoke, used, parent }: HttpVerbs): Request[] {
  const below = parent === undefined ? [] : ['parent'];
  const pages = ['page', 'offset'];
  const chosen = mint?.choose === undefined ? [] : mint.choose.id === undefined ? ['key'] : ['key', 'id'];
  return [
    { place: ['login'], call: login, names: [] },
    { place: ['verify'], call: verify, names: ['key'], needed: 'key' },
    { place: ['find'], call: find, names: ['prefix', ...pages, ...below] },
    { place: ['mint'], call: mint, names: ['label', ...chosen, ...below], needed: 'label' },
    { place: ['revoke'], call: revoke, names: ['id', ...below], needed: 'id' },
    { place: ['used'], call: used, names: ['id', ...below], needed: 'id' },
    { place: ['parent', 'find'], call: parent?.find, names: ['name', ...pages] },
    { place: ['parent', 'create'], call: parent?.create, names: ['name'], needed: 'name' },
  ];
}

function* unknownNames(value: unknown, place: string[], known: string[]): Generator<MinterFault> {
  for (const name of placeholdersIn(value))
    if (!known.includes(name))
      yield [
        place,
        `must not have {${name}}; known here: ${known.map((one) => `{${one}}`).join(', ') || 'no names'}`,
      ];
}
