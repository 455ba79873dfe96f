import { expect, test } from 'vitest';
import { fileNameIn } from './file-name.ts';

/** Bytes as the parser gives them: one a character. */
const bytes = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  Buffer.from(text, encoding).toString('latin1');

test.for<[string, string, string]>([
  ['curl', bytes('filename="日本語.v1.2.txt"'), '日本語.v1.2.txt'],
  ['a browser with a quote', 'filename="a%22b%0D%0Ac.txt"', 'a"b  c.txt'],
  ['curl with a quote', 'filename="a\\"b.txt"', 'a"b.txt'],
  ['a client that escapes backslashes', 'filename="a\\\\b.txt"', 'b.txt'],
  ['Internet Explorer', 'filename="C:\\docs\\a.txt"', 'a.txt'],
  ['requests of Python 2', "filename*=utf-8''%E6%97%A5%E6%9C%AC.txt", '日本.txt'],
  ['.NET', `filename="=?utf-8?B?5pel5pys6KqeLnR4dA==?="; filename*=utf-8''%E6%97%A5.txt`, '日.txt'],
  ['.NET without filename*', 'filename="=?utf-8?B?5pel5pys6KqeLnR4dA==?="', '日本語.txt'],
  ['Java', 'filename="=?UTF-8?Q?Gr=C3=B6=C3=9Fe.txt?="', 'Größe.txt'],
  ['curl on Windows in China', 'filename="\xb1\xa8\xb8\xe6.txt"', '报告.txt'],
  ['a Java client in Japan', 'filename="\x8e\x91\x97\xbf.txt"', '資料.txt'],
  ['a client before UTF-8', bytes('filename="Größe.txt"', 'latin1'), 'Größe.txt'],
  ['a client with both, the plain one first', `filename="???.txt"; filename*=UTF-8''%D1%84.txt`, 'ф.txt'],
  ['a client with both, the plain one last', `filename*=UTF-8''%D1%84.txt; filename="???.txt"`, 'ф.txt'],
  ['a client with an unknown charset', `filename="a.txt"; filename*=klingon''%D1%84.txt`, 'a.txt'],
  ['a client with bytes of another charset', `filename="a.txt"; filename*=UTF-8''%FF.txt`, 'a.txt'],
  ['a client without quotes', 'filename=plain.txt', 'plain.txt'],
  ['a client with a semicolon', 'filename="semi;colon.txt"', 'semi;colon.txt'],
  ['a client with a percent sign', 'filename="100%25.txt"', '100%25.txt'],
  ['a client with a path', "filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", 'passwd'],
])('the name of a file from %s is read', ([, parameters, name]) => {
  expect(fileNameIn(`form-data; name="file"; ${parameters}`)).toEqual({ name, hasUnclearName: false });
});

test('a field without a file name has none, and a long head takes no time', () => {
  expect(fileNameIn('form-data; name="file"')).toBeUndefined();
  for (const text of [';'.repeat(16_000), '; filename'.repeat(1_600), `; filename="${'\\'.repeat(16_000)}`]) {
    const begun = performance.now();
    fileNameIn(`form-data${text}`);
    expect(performance.now() - begun).toBeLessThan(500);
  }
});
