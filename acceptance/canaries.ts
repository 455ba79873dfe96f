import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';

/** Long enough not to occur by chance. */
export const randomSecret = (shape: string): string => `${shape}-${randomBytes(18).toString('hex')}`;

/** A secret in a wrong place. */
export interface Hit {
  /** The kind of secret, never its text: this is printed. */
  canary: string;
  form: string;
  where: string;
}

export interface Trace {
  where: string;
  bytes: Buffer;
  /** Canaries that belong there: the secret in the answer that mints it. */
  allowed?: readonly string[];
}

interface Needle {
  canary: string;
  form: string;
  bytes: Buffer;
}

/** Shorter pieces occur by chance. */
const NEEDLE_MIN_BYTES = 12;
/** `sk-kw1` and the id of the key, which is not secret. */
const PUBLIC_CHARACTERS = 18;
const KEY = /^sk-kw1[0-9A-Za-z]{50}$/;

/** Every secret of a run, in all the encodings in which it could appear. */
export class Canaries {
  readonly #needles: Needle[] = [];
  readonly #known = new Map<string, string>();

  /** @returns the text. Idempotent. */
  add<T extends string | Buffer>(canary: string, secret: T): T {
    const bytes = Buffer.from(secret as string);
    if (this.#known.has(bytes.toString('latin1'))) return secret;
    this.#known.set(bytes.toString('latin1'), canary);
    for (const [form, needle] of formsOf(bytes)) {
      if (needle.length >= NEEDLE_MIN_BYTES) this.#needles.push({ canary, form, bytes: needle });
    }
    return secret;
  }

  get count(): number {
    return this.#known.size;
  }

  hitsIn({ where, bytes, allowed = [] }: Trace): Hit[] {
    const found = this.#needles.filter(
      (needle) => !allowed.includes(needle.canary) && bytes.includes(needle.bytes),
    );
    const hits = found.map(({ canary, form }) => ({ canary, form, where }));
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return isGzip ? [...hits, ...this.hitsIn({ where, bytes: gunzipSync(bytes), allowed })] : hits;
  }
}

function formsOf(secret: Buffer): [string, Buffer][] {
  const text = secret.toString();
  const random = KEY.test(text) ? secret.subarray(PUBLIC_CHARACTERS) : secret;
  const middle = Math.floor(random.length / 2);
  const texts: [string, string][] = [
    ['hex', secret.toString('hex')],
    ['HEX', secret.toString('hex').toUpperCase()],
    ['in a URL', encodeURIComponent(text)],
    ['in JSON', JSON.stringify(text).slice(1, -1)],
    ...base64Forms(random),
  ];
  return [
    ['plain', secret],
    ['its first half', random.subarray(0, middle)],
    ['its second half', random.subarray(middle)],
    ...texts.map(([form, value]): [string, Buffer] => [form, Buffer.from(value)]),
  ];
}

/** Base64 differs by the offset of the secret, modulo three; the characters at the edges are left out. */
function base64Forms(secret: Buffer): [string, string][] {
  return [0, 1, 2].flatMap((offset): [string, string][] => {
    const encoded = Buffer.concat([Buffer.alloc(offset), secret])
      .toString('base64')
      .replaceAll('=', '');
    const inner = encoded.slice(
      offset === 0 ? 0 : offset + 1,
      (offset + secret.length) % 3 === 0 ? undefined : -1,
    );
    return [
      ['base64', inner],
      ['base64url', inner.replaceAll('+', '-').replaceAll('/', '_')],
    ];
  });
}

/** All files below a folder, with their contents. */
export function filesBelow(folder: string, leftOut: readonly string[] = []): Trace[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !leftOut.includes(name) && statSync(join(folder, name)).isFile())
    .map((name) => ({ where: name, bytes: readFileSync(join(folder, name)) }));
}

const SAMPLE_EVERY_MS = 50;

/** Reads the arguments of all processes of this machine again and again: any user can see them. */
export class ArgumentSampler {
  readonly #seen = new Set<string>();
  readonly #timer = setInterval(() => this.#look(), SAMPLE_EVERY_MS);

  get count(): number {
    return this.#seen.size;
  }

  stop(): Trace[] {
    clearInterval(this.#timer);
    return [...this.#seen].map((text) => ({ where: 'arguments of a process', bytes: Buffer.from(text) }));
  }

  #look(): void {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        this.#seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // The process has ended meanwhile.
      }
    }
  }
}

/** The environment that a process was started with. */
export function environmentOf(pid: number): Record<string, string> {
  const text = readFileSync(`/proc/${pid}/environ`, 'utf8');
  const pairs = text.split('\0').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** The processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
