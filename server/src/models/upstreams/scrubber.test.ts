import { describe, expect, test } from 'vitest';
import { Scrubber } from './scrubber.ts';

const KEY = 'sk-proj-Zx81/q+Lm9"0aT_4vB7nQ2wE';
const TENANT = 'acme-tenant-5f3c';
const PASSWORD = 'hunter2:horse';
const BASIC = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;

const scrubber = new Scrubber({
  values: [`Bearer ${KEY}`, TENANT, BASIC],
  baseUrl: 'http://vllm-7.fleet.example:8443/secret-project-9/v1',
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the scrubber of an upstream takes out', () => {
  test.for([
    ['its key', `Incorrect API key provided: ${KEY}.`, KEY],
    ['its key in a header', `{"authorization": "Bearer ${KEY}"}`, KEY],
    ['its key, percent-encoded', `GET /?key=${encodeURIComponent(KEY)}`, encodeURIComponent(KEY)],
    ['the same in lower case', encodeURIComponent(KEY).replaceAll('%2F', '%2f'), '%2fq'],
    ['its key in a text of JSON in a text', JSON.stringify(JSON.stringify({ key: KEY })), 'Lm9'],
    ['its key with escapes of JSON', `\\u0073k-proj-${KEY.slice(8)}`, KEY.slice(8, 14)],
    ['its key in Base64', `auth ${base64(KEY)}`, base64(KEY).slice(0, 16)],
    ['its key in Base64 behind one byte', base64(`:${KEY}`), base64(`:${KEY}`).slice(8, 20)],
    ['its key in Base64 behind two bytes', base64(`a:${KEY}`), base64(`a:${KEY}`).slice(8, 20)],
    [
      'its key in hexadecimal',
      Buffer.from(KEY).toString('hex'),
      Buffer.from(KEY).toString('hex').slice(8, 24),
    ],
    ['the beginning of its key', `key ${KEY.slice(0, 14)} is unknown`, KEY.slice(0, 14)],
    ['the end of its key', `key ${KEY.slice(-12)} is unknown`, KEY.slice(-12)],
    ['its key between stars', `${KEY.slice(0, 7)}****************${KEY.slice(-4)}`, KEY.slice(-4)],
    ['its key between dots', `${KEY.slice(0, 11)}...${KEY.slice(-4)}`, KEY.slice(-4)],
    ['its key behind stars', `***${KEY.slice(-4)}`, KEY.slice(-4)],
    ['the value of a header', `tenant ${TENANT} is over its limit`, TENANT],
    ['a Basic credential', `got ${BASIC}`, BASIC.slice(6)],
    ['a password of a Basic credential', `wrong password ${PASSWORD}`, PASSWORD],
    ['its host', 'POST http://vllm-7.fleet.example:8443/v1 failed', 'vllm-7'],
    ['its host in capitals', 'lookup VLLM-7.Fleet.Example: no such host', 'VLLM'],
    ['its port', "HTTPConnectionPool(host='x', port=8443)", '8443'],
    ['its port behind a host', 'dial tcp other.example:8443: refused', '8443'],
    ['its path', 'no route /secret-project-9/v1/chat', 'secret-project-9'],
    ['a private address', 'dial tcp 10.20.30.40:8000: connect: refused', '10.20.30.40'],
    ['another private address', 'connect ECONNREFUSED 172.18.0.3:11434', '172.18.0.3'],
    ['a name of a cluster', 'http://model-0.model.default.svc.cluster.local:80', 'model-0'],
    ['an internal name', 'bad gateway llm.corp.internal', 'llm.corp'],
    ['a local IPv6 address', 'connect to [fd12:3456::7]:8000', 'fd12'],
    ['a credential in a URL', 'proxy http://user:pa55word@squid/', 'pa55word'],
  ])('The scrubber removes %s', ([, text = '', gone = '']) => {
    const safe = scrubber.text(text);
    expect(text).toContain(gone);
    expect(safe).not.toContain(gone);
    expect(safe).not.toContain(gone.toLowerCase());
  });

  test('The scrubber keeps messages that a caller needs', () => {
    for (const text of [
      "This model's maximum context length is 8192 tokens. However, you requested 84430 tokens.",
      'The model `gpt-4o-mini` does not exist or you do not have access to it.',
      'Unsupported parameter: max_tokens... use max_completion_tokens instead (see https://platform.openai.com/docs).',
      'Rate limit reached in organization org-1 on tokens per min (TPM): Limit 30000, Used 29,000. Try again in 20ms.',
      'Version 10.2.1 at 12:30:45 of 2026-01-02',
    ])
      expect(scrubber.text(text)).toBe(text);
  });

  test('The scrubber removes the same from JSON, whose other members stay', () => {
    const value = {
      error: { message: `no ${KEY}`, code: 'x', param: null, n: 3 },
      port: 8443,
      [TENANT]: [true],
    };
    expect(scrubber.json(value)).toEqual({
      error: { message: 'no [secret]', code: 'x', param: null, n: 3 },
      port: null,
      '[secret]': [true],
    });
  });

  test('The scrubber removes hosts that are words only in the place of a host', () => {
    const word = new Scrubber({ values: [], baseUrl: 'http://model:8000/v1' });
    expect(word.text('The model is not loaded at http://model:8000/v1.')).toBe(
      'The model is not loaded at http://[upstream]/v1.',
    );
    expect(word.text("host='model', port=8000")).toBe("host='[upstream]', port=[upstream]");
  });

  test('The scrubber removes only credentials from texts for operators', () => {
    expect(scrubber.secrets(`http://vllm-7.fleet.example:8443 ${KEY}`)).toBe(
      'http://vllm-7.fleet.example:8443 [secret]',
    );
  });

  test('The scrubber takes linear time', () => {
    const texts = ['*', 'x', 'a.', KEY.slice(0, 9), '10.', 'a-', '\\u0073', '//a:', 'sk-', '....', 'fd00:'];
    const timeOf = (length: number): number => {
      const startedMs = performance.now();
      for (const text of texts) scrubber.text(text.repeat(length / text.length));
      return performance.now() - startedMs;
    };
    timeOf(20_000);
    const short = Math.max(timeOf(20_000), 1);
    expect(timeOf(160_000) / short).toBeLessThan(8 * 5);
  });
});
