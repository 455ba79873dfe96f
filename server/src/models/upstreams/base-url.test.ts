import { describe, expect, test } from 'vitest';
import { checkBaseUrl } from './base-url.ts';

describe('a base URL', () => {
  test.for([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434/v1'],
    ['http://[::1]:8000', 'http://[::1]:8000'],
    ['http://192.168.1.20:8000/v1', 'http://192.168.1.20:8000/v1'],
    ['HTTP://Ollama.Internal/v1//', 'http://ollama.internal/v1'],
  ])('The base URL %s is stored as %s', ([given = '', stored = '']) => {
    expect(checkBaseUrl(given)).toBe(stored);
  });

  test.for([
    'http://169.254.169.254/latest',
    'http://169.254.1.2',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://0xa9.254.0251.254/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[::169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[fe80::1]/',
    'http://[febf::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fd00:0ec2:0:0::0254]/',
    'http://metadata.google.internal/computeMetadata/v1',
    'http://METADATA.google.internal./',
    'http://１６９.254.169.254/',
    'http://100.100.100.200/',
    'http://168.63.129.16/machine',
    'http://0xa83f8110/',
    'http://192.0.0.192/opc/v2',
    'http://[fd20:ce::254]/',
    'http://[fd00:c1::a9fe:a9fe]/',
    'http://[fd00:42::42]/',
    'http://[fd00:ec2::23]/',
    'http://[64:ff9b:1::a83f:8110]/',
  ])('The base URL %s is refused: link-local or a cloud metadata service', (url) => {
    expect(() => checkBaseUrl(url)).toThrow(/link-local or cloud metadata/);
  });

  test.for([
    'ftp://example.com',
    'file:///etc/passwd',
    'example.com/v1',
    'https://user:pass@example.com',
    'https://example.com/v1?key=x',
    'https://example.com/v1#x',
    'https://example.com/v1?',
    `https://example.com/${'x'.repeat(3_000)}`,
  ])('The base URL %s is refused', (url) => {
    expect(() => checkBaseUrl(url)).toThrow(/base_url/);
  });
});
