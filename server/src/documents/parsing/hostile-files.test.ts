import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { docx, eml, ods, pdf } from '../files.fixture.ts';
import { zipOf } from '../zip.fixture.ts';
import { parseAll, parseBytes } from './parser.fixture.ts';
import { Parser } from './parser.ts';

const MIB = 1024 * 1024;

const BOMB_BYTES = 64 * MIB;
/** A thousandth of what it unpacks to. */
const BOMB = deflateRawSync(Buffer.alloc(BOMB_BYTES));

const limited = (limits: ConstructorParameters<typeof Parser>[0] & object): Parser => {
  const parser = new Parser(limits);
  onTestFinished(() => parser.stop());
  return parser;
};

const content = (body: string): Buffer => zipOf({ 'content.xml': `<?xml version="1.0"?>${body}` });

describe('a hostile file costs only its own request', () => {
  const small = { unpackedBytes: 8 * MIB, textBytes: MIB };

  test.for(['docx', 'pptx', 'xlsx', 'odt', 'epub'])('A zip bomb as .%s is refused', async (kind) => {
    const inside = {
      docx: 'word/document.xml',
      pptx: 'ppt/presentation.xml',
      xlsx: 'xl/workbook.xml',
      odt: 'content.xml',
      epub: 'META-INF/container.xml',
    }[kind] as string;
    const bytes = zipOf({ [inside]: { deflated: BOMB, claimedBytes: BOMB_BYTES } });
    const outcome = await parseBytes(bytes, `bomb.${kind}`, { parser: limited({ limits: small }) });
    expect(outcome).toEqual({ refusal: `bomb.${kind} unpacks to more than 8 MiB.` });
  });

  test('A zip bomb that declares a small size is refused', async () => {
    const bytes = zipOf({ 'content.xml': { deflated: BOMB, claimedBytes: 1000 } });
    const outcome = await parseBytes(bytes, 'liar.odt', { parser: limited({ limits: small }) });
    expect(outcome).toEqual({ refusal: expect.stringMatching(/^liar\.odt (is damaged|unpacks to more)/) });
  });

  test('A zip archive of very many files is refused', async () => {
    const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`f${i}`, '']));
    const outcome = await parseBytes(zipOf(files), 'many.odt', {
      parser: limited({ limits: { zipEntries: 1_000 } }),
    });
    expect(outcome).toEqual({ refusal: 'many.odt holds more than 1000 files.' });
  });

  test('A file with too deeply nested elements is refused', async () => {
    const deep = `${'<a>'.repeat(100_000)}x${'</a>'.repeat(100_000)}`;
    expect(await parseBytes(content(deep), 'deep.odt')).toEqual({
      refusal: 'deep.odt is nested deeper than 500 elements.',
    });
    const html = await parseBytes('<div>'.repeat(5_000) + 'turnips', 'deep.html');
    // Readability gives up; the text is there all the same.
    expect(html).toMatchObject({ text: 'turnips' });
    // For each element a reader takes time for every open one.
    expect(await parseBytes('<div>'.repeat(1_000_000), 'deeper.html')).toEqual({
      refusal: 'deeper.html is nested deeper than 10000 elements.',
    });
  });

  test('Entities of entities (billion laughs) are not expanded', async () => {
    const entities = Array.from(
      { length: 9 },
      (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
    ).join('');
    const laughs = `<!DOCTYPE x [<!ENTITY l0 "ha">${entities}]>`;
    const body = `${laughs}<office:body><text:p>begin &l9; end</text:p></office:body>`;
    const outcome = await parseBytes(content(body), 'laughs.odt', { parser: limited({ limits: small }) });
    expect((outcome as { text: string }).text.length).toBeLessThan(200);
    const word = zipOf({
      '[Content_Types].xml': '<Types/>',
      '_rels/.rels': '<Relationships/>',
      'word/document.xml': `<?xml version="1.0"?>${laughs}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>`,
    });
    expect(JSON.stringify(await parseBytes(word, 'laughs.docx')).length).toBeLessThan(200);
  });

  test('A cell that declares a million repeats is read a limited number of times', async () => {
    const outcome = await parseBytes(ods(1_000_000), 'wide.ods');
    expect((outcome as { text: string }).text.split('"1,5"')).toHaveLength(65);
  });

  test('A file with too much text is refused', async () => {
    const parser = limited({ limits: { textBytes: 1000 } });
    const kinds = {
      'a.txt': 'x'.repeat(1001),
      'a.docx': docx(['x'.repeat(1001)]),
      'a.eml': eml('a', 'x'.repeat(2000)),
    };
    for (const [name, bytes] of Object.entries(kinds)) {
      expect(await parseBytes(bytes, name, { parser })).toEqual({
        refusal: expect.stringMatching(new RegExp(`^${name} (holds|is larger) .*1000 bytes`)),
      });
    }
  });

  test('An attached zip bomb is named in a warning, and messages within messages end at the fifth', async () => {
    const attached = (type: string, name: string, bytes: Buffer): Buffer =>
      Buffer.from(
        `From: ada@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nTurnips.\r\n--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n--b--\r\n`,
      );
    const bomb = zipOf({ 'content.xml': { deflated: BOMB, claimedBytes: BOMB_BYTES } });
    const parser = limited({ limits: small });
    expect(await parseAll(attached('application/x', 'bomb.odt', bomb), 'a.eml', { parser })).toMatchObject({
      parts: [{ text: expect.stringMatching(/Turnips\.$/) }],
      warnings: ['Attachment bomb.odt unpacks to more than 8 MiB.'],
    });
    let mail: Buffer = Buffer.from('From: eve@example.org\r\n\r\nDeepest.\r\n');
    for (let i = 0; i < 7; i++) mail = attached('application/octet-stream', 'inner.eml', mail);
    const outcome = await parseAll(mail, 'nested.eml');
    expect(outcome).toMatchObject({
      warnings: [expect.stringMatching(/Attachment inner\.eml is nested too deeply to be read\.$/)],
    });
    const { parts } = outcome as { parts: { text: string }[] };
    expect(parts[0]?.text.split('Turnips.')).toHaveLength(7);
    expect(parts[0]?.text).not.toContain('Deepest');
  });

  test('A file that is too large to be read as a whole is refused', async () => {
    const parser = limited({ limits: { wholeBytes: 2000 } });
    const outcome = await parseBytes(Buffer.concat([pdf(['x']), Buffer.alloc(3000)]), 'big.pdf', { parser });
    expect(outcome).toEqual({ refusal: 'big.pdf is larger than 1 KiB, the limit for files of its kind.' });
  });

  test('A reader whose heap is full is ended', async () => {
    const parser = limited({ limits: { heapMiB: 24 } });
    const page = `<p>${'<b>turnip</b>'.repeat(400_000)}</p>`;
    const outcome = await parseBytes(page, 'heap.html', { parser });
    expect(outcome).toEqual({ refusal: 'heap.html needs more than 24 MiB of memory to be read.' });
  });

  test.runIf(existsSync('/proc/self/status'))(
    'A reader that takes too much memory outside of its heap is ended',
    async () => {
      const parser = limited({ limits: { residentMiB: 1 } });
      // Decompression takes far longer than the time between two checks of the memory.
      const bytes = zipOf({ 'word/document.xml': { deflated: BOMB, claimedBytes: BOMB_BYTES } });
      expect(await parseBytes(bytes, 'resident.docx', { parser })).toEqual({
        refusal: 'resident.docx needs more than 1 MiB of memory to be read.',
      });
    },
  );

  test('A reader that takes too long is ended, and the next file is read', async () => {
    const parser = limited({ limits: { timeMs: 1 } });
    expect(await parseBytes('x', 'slow.html', { parser })).toEqual({
      refusal: 'slow.html takes longer than 0.001 s to read.',
    });
    expect(parser.running).toEqual([]);
    expect(await parseBytes('turnips', 'next.txt')).toMatchObject({ text: 'turnips' });
  });

  test('A PDF whose pages never end is refused', async () => {
    const loop = pdf(['x']).toString('latin1').replace('/Kids [4 0 R] /Count 1', '/Kids [2 0 R] /Count 9');
    const outcome = await parseBytes(Buffer.from(loop, 'latin1'), 'loop.pdf', {
      parser: limited({ limits: { timeMs: 10_000 } }),
    });
    expect(outcome).toEqual({ refusal: expect.stringMatching(/^loop\.pdf (is|takes)/) });
  });
});

describe('a reader', () => {
  /** Begins to read, and waits until the process is there; it takes longer to start than what a test does then. */
  async function reading(parser: Parser, signal?: AbortSignal) {
    const outcome = parseBytes('<p>turnips</p>', 'long.html', {
      parser,
      ...(signal === undefined ? {} : { signal }),
    });
    while (parser.running.length === 0) await sleep(1);
    return { outcome, pid: parser.running[0] as number };
  }

  test('A short UTF-8 text takes no process, and a file that is more than that takes one', async () => {
    // No process reads a file in this time.
    const parser = limited({ limits: { timeMs: 1 } });
    const read = (bytes: Buffer | string, name = 'a.txt') => parseBytes(bytes, name, { parser });
    for (const text of ['Rüben\n', '\ufeffRüben\n', 'Rüben\r\n'])
      for (const name of ['a.txt', 'a.md', 'a.csv', 'a.unknown'])
        expect(await read(text, name)).toEqual({ text: 'Rüben\n', properties: {} });
    expect(await read('')).toEqual({ refusal: 'a.txt has no text in it.' });
    const others = [
      Buffer.from('R\xfcben', 'latin1'),
      '\0turnips',
      '\x1b$B$+$V\x1b(B',
      '%PDF-1.7',
      '{\\rtf1 turnips}',
      'x'.repeat(64 * 1024 + 1),
    ];
    for (const bytes of others)
      expect(await read(bytes)).toEqual({ refusal: 'a.txt takes longer than 0.001 s to read.' });
    expect(await read('turnips', 'a.html')).toEqual({ refusal: 'a.html takes longer than 0.001 s to read.' });
  });

  test('A killed reader fails its own request and frees its turn', async () => {
    const parser = limited({ atOnce: 1 });
    const { outcome, pid } = await reading(parser);
    process.kill(pid, 'SIGKILL');
    expect(await outcome).toEqual({
      refusal: 'long.html was not read: the process that read it ended (SIGKILL).',
    });
    expect(await parseBytes('turnips', 'next.txt', { parser })).toMatchObject({ text: 'turnips' });
  });

  test('A reader ends when its request ends', async () => {
    const controller = new AbortController();
    const { outcome } = await reading(limited({}), controller.signal);
    controller.abort();
    expect(await outcome).toEqual({ refusal: 'long.html was not read: the request has ended.' });
  });

  test('A reader ends when the server stops', async () => {
    const parser = limited({});
    const { outcome } = await reading(parser);
    parser.stop();
    expect(await outcome).toEqual({ refusal: 'long.html was not read: the server is stopping.' });
  });

  test('A reader has no environment and may not write or start programs', async () => {
    const { outcome, pid } = await reading(limited({}));
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toBe('');
    process.kill(pid);
    await outcome;
    const flags = commandLine.slice(
      1,
      commandLine.findIndex((word) => word.endsWith('parser-process.ts')),
    );
    const attempt = (script: string): string =>
      spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script], { encoding: 'utf8' })
        .stderr;
    expect(attempt(`import { writeFileSync } from 'node:fs'; writeFileSync('/tmp/x', '')`)).toMatch(
      /ERR_ACCESS_DENIED/,
    );
    expect(attempt(`import { spawnSync } from 'node:child_process'; spawnSync('true')`)).toMatch(
      /ERR_ACCESS_DENIED/,
    );
    expect(attempt(`import { readFileSync } from 'node:fs'; readFileSync('/etc/hostname')`)).toMatch(
      /ERR_ACCESS_DENIED/,
    );
  });
});
