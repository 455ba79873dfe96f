/** A key as it was read. */
export interface KeyRead {
  key: string;
  /** Of the secret that holds it, where the place counts versions. It is no secret. */
  version?: number;
}

/** Where this server's own key lies. */
export interface KeyPlace {
  /** For people, such as `Vault kv/data/app#KEY`. It holds no secret. */
  readonly shown: string;
  /** The key as it is now. @throws Error whose message says what is wrong and the next step, without a secret */
  read(): Promise<KeyRead>;
  /** Changes when the key may have changed, and is cheaper than to read it; undefined: nothing says so. */
  revision(): Promise<string | undefined>;
  /** Idempotent. */
  stop(): Promise<void>;
}

const KEY = /^[\x21-\x7e]{1,512}$/;

/** @throws Error for a text that is no key; the text is not repeated. */
export function checkedKey(value: unknown, place: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (KEY.test(text)) return text;
  const what = text === '' ? 'is empty or missing' : 'holds characters that no key has';
  throw new Error(`${place} ${what}. Store the key of the Developer API there.`);
}

export const isKey = (text: string): boolean => KEY.test(text);
