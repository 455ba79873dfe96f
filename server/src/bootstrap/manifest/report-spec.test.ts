import { expect, test } from 'vitest';
import { readManifest } from './read-manifest.ts';

const MANIFEST = `version: 1
report: { url: 'https://keyward.example', key: { env: REPORT_KEY }, stack: tribuence }
sinks: { files: { type: files, directory: secrets } }
keys: { a: { sources: [{ random: { length: 32 } }], store: [{ sink: files, name: a }] } }
`;

test('a manifest names the server, the key and the stack of its reports', () => {
  expect(readManifest(MANIFEST, 'm.yaml', {}).report).toEqual({
    url: 'https://keyward.example',
    key: { env: 'REPORT_KEY' },
    stack: 'tribuence',
  });
});

test.for([
  [
    "'https:",
    "'ftp:",
    '2:16 report.url: must be the address of a Keyward server without a user name, such as https://keyward.example',
  ],
  ['https://', 'https://me:secret@', '2:16 report.url: must be the address of a Keyward server'],
  ['stack: ', 'stack: Two', '2:76 report.stack: must be the name of this stack in the record'],
  ['tribuence }', 'tribuence, more: x }', '2:87 report.more: is not a known field; known: url, key, stack'],
  ['{ env: REPORT_KEY }', 'secret', '2:48 report.key: must be one of: { env: … }; { file: … }'],
  [', stack: tribuence', '', '2:1 report: must have stack'],
] as const)('a fault of report is named with its line and column: %s', ([from, to, says]) => {
  expect(() => readManifest(MANIFEST.replace(from, to), 'm.yaml', {})).toThrow(`m.yaml:${says}`);
});
