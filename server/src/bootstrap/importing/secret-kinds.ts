/** - `secret`: to be stored. `placeholder`: stands for a value. `hint`: looks random, but nothing else says so. */
export interface Judgement {
  kind: 'secret' | 'placeholder' | 'hint' | 'plain';
  /** Never has the value. */
  reason: string;
}

const SECRET_WORD =
  /(?:^|_)(PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|PW|SECRET|TOKEN|APIKEY|KEY|CREDENTIALS?|PRIVATE|SALT|PEPPER|JWT|DSN)S?(?=_|$)|(PASSWORD|PASSWD|PASSPHRASE|SECRET|APIKEY)/;
const NO_SECRET =
  /PUBLIC_?KEY|(?:^|_)(?:PARTITION|SORT|PRIMARY|FOREIGN|ROUTING|CACHE|HOT)_KEY$|(?:^|_)KEY_?(?:ID|NAME|PREFIX|SPACE|SIZE|LENGTH|TYPE|ALIAS)$|_(?:FILE|PATH|DIR|FOLDER|NAME|ID|TTL|EXPIRY|EXPIRES|EXPIRES_IN|EXPIRATION|TIMEOUT|LIFETIME|AGE|LENGTH|SIZE|MAX|MIN|LIMIT|COUNT|ROUNDS|ALGORITHM|ALG|TYPE|METHOD|MODE|ISSUER|AUDIENCE|SCOPE|HOST|PORT|USER|USERNAME|HEADER|PREFIX|POLICY|ENABLED|DISABLED|ENABLE|REQUIRED|MODEL|REGION)$|^(?:ENABLE|DISABLE|ALLOW|REQUIRE|USE|MAX|MIN|PASS_THROUGH)_|_(?:ENABLE|DISABLE|ALLOW|REQUIRE)_|TOKENS$|RANDOM_ROOT_PASSWORD/;

const FORMS: [what: string, pattern: RegExp][] = [
  ['is a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ['is a JSON Web Token', /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+$/],
  [
    'begins as a key of a known service',
    /^(?:sk-[\w-]{16,}|[sr]k_(?:live|test)_\w{10,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|xox[abeprs]-[\w-]{8,}|A[KS]IA[0-9A-Z]{16}$|AIza[\w-]{30,}|hf_\w{20,}|hv[sb]\.[\w-]{20,}|npm_\w{30,}|pypi-[\w-]{20,}|SG\.[\w-]{10,}\.|dop_v1_\w{20,}|whsec_\w{10,})/,
  ],
  [
    'is the address of a webhook',
    /^https:\/\/(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks)\/\S+/,
  ],
];
const PASSWORD_IN_TEXT = [
  /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:([^\s]+)@/i,
  /(?:^|[;?&\s])(?:password|pwd|passwd)\s*=\s*([^;&\s]+)/i,
];

const PLACEHOLDER =
  /^(?:change[-_ ]?(?:me|this|it)\b.*|changeme.*|(?:add|put|enter|insert|set)?[-_ ]?your[-_ ].+|.+[-_ ]here|<.*>|\[.*\]|\{\{.*\}\}|(?:sk-)?x{3,}|(?:sk-)?\*{3,}|\.{3,}|todo|tbd|fixme|replace[-_ ]?.*|placeholder.*|example|dummy|none|null|undefined|n\/a)$/i;

/** Whether a variable holds a secret: by its name, by the form of the value; a random look is only a hint. */
export function judged(name: string, value: string): Judgement {
  const plain: Judgement = { kind: 'plain', reason: '' };
  if (value.trim() === '') return plain;
  const upper = name.toUpperCase();
  const isNamed = SECRET_WORD.test(upper) && !NO_SECRET.test(upper);
  const inText = PASSWORD_IN_TEXT.map((pattern) => pattern.exec(value)?.[1]).find(
    (part) => part !== undefined,
  );
  if (inText !== undefined)
    return PLACEHOLDER.test(inText)
      ? { kind: 'placeholder', reason: 'the password in it is a placeholder' }
      : { kind: 'secret', reason: 'the value has a password in it' };
  const form = FORMS.find(([, pattern]) => pattern.test(value))?.[0];
  if (form !== undefined)
    return PLACEHOLDER.test(value)
      ? { kind: 'placeholder', reason: 'the value is a placeholder' }
      : { kind: 'secret', reason: `the value ${form}` };
  if (isNamed && !isOrdinary(upper, value))
    return PLACEHOLDER.test(value)
      ? { kind: 'placeholder', reason: 'the value is a placeholder' }
      : {
          kind: 'secret',
          reason: `the name has ${(SECRET_WORD.exec(upper) ?? [])[1] ?? SECRET_WORD.exec(upper)?.[2] ?? ''}`,
        };
  return !isNamed && looksRandom(value) && !NO_SECRET.test(upper)
    ? { kind: 'hint', reason: 'the value looks random' }
    : plain;
}

/** A switch, a number, a duration, an address or a path, whatever the name says. */
function isOrdinary(name: string, value: string): boolean {
  if (/^(?:true|false|yes|no|on|off)$/i.test(value)) return true;
  if (/^\d+(?:[.,]\d+)?$/.test(value)) return !/PASS(?:WORD|WD)?$/.test(name);
  if (/^\d+(?:ms|s|m|h|d|w)$/.test(value)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return !name.endsWith('DSN') || !value.includes('@');
  if (/(?:^|_)DSN$/.test(name)) return !value.includes('@');
  return /^(?:\.{0,2}|~)\/[\w.-]+(?:\/[\w.-]+|\.\w{2,4}$)/.test(value) &&
    /KEY|CERT|SECRET|TOKEN|PRIVATE/.test(name)
    ? /\.\w{2,5}$|^\/(?:run|etc|var|opt|app|data|home|mnt|certs?|secrets?)\//.test(value)
    : false;
}

const RANDOM_MIN = 20;
const RANDOM_BITS_MIN = 3.6;

function looksRandom(value: string): boolean {
  if (value.length < RANDOM_MIN || !/^[\w+=-]+$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length;
  const isHex = /^[0-9a-f]{32,}$/.test(value);
  if (kinds < 3 && !isHex) return false;
  const counts = [...Map.groupBy(value, (character) => character).values()];
  const bits = counts.reduce(
    (sum, { length }) => sum - (length / value.length) * Math.log2(length / value.length),
    0,
  );
  return bits >= RANDOM_BITS_MIN || isHex;
}
