import { deflateSync } from 'node:zlib';
import { docx } from '../server/src/documents/files.fixture.ts';

const LINE_CHARACTERS = 80;

/** A PDF as word processors write them: a page for each text, wrapped lines, compressed streams. */
export function pdfOf(pages: readonly string[]): Buffer {
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ');
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>'),
    ...pages.flatMap((text, i) => [
      Buffer.from(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] ` +
          `/Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
      ),
      streamOf(`BT /F1 11 Tf 14 TL 60 780 Td\n${linesOf(text).map(shown).join('\n')}\nET`),
    ]),
  ];
  return fileOf(objects);
}

function streamOf(content: string): Buffer {
  const packed = deflateSync(Buffer.from(content, 'latin1'));
  const head = `<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), packed, Buffer.from('\nendstream')]);
}

const shown = (line: string): string => `(${line.replaceAll(/[\\()]/g, String.raw`\$&`)}) Tj T*`;

function linesOf(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= LINE_CHARACTERS) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function fileOf(objects: readonly Buffer[]): Buffer {
  const pieces = [Buffer.from('%PDF-1.5\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
  const places: number[] = [];
  let length = pieces[0]?.length ?? 0;
  for (const [i, object] of objects.entries()) {
    const piece = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    places.push(length);
    length += piece.length;
    pieces.push(piece);
  }
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  const end =
    `xref\n0 ${count}\n0000000000 65535 f \n${lines}` +
    `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...pieces, Buffer.from(end)]);
}

/** A handbook of four pages. */
export const HANDBOOK = [
  'Handbook of the Skarholm observatory. The main telescope is called Tuva. It has a mirror of 82 centimetres and was ' +
    'built in 1931 by the instrument maker Oskar Lindqvist. It stands in the western dome, which turns on a ring of oak.',
  'Visiting hours. The observatory is open to visitors on Thursdays from seven to ten in the evening, from October to ' +
    'March. Groups of more than twelve people have to write to the warden two weeks before. Dogs stay outside.',
  'Safety. Nobody may look at the sun through the small refractor without the brass filter marked H7. The filter lies in ' +
    'the grey cupboard beside the stairs. The night assistant counts the filters every morning and signs the list.',
  'History. During the winter of 1944 the dome was painted black so that it could not be seen from the air. The paint ' +
    'was removed again in the summer of 1946 by pupils of the village school, who were paid in apples.',
];

/** Minutes of a society, in paragraphs. */
export const MINUTES = [
  'Minutes of the beekeepers of Ravnsdal, meeting of the fourth of May.',
  'The society has now 37 members. Ingrid Solberg was elected as the new treasurer, and follows Per Haugen, who moves to the coast.',
  'The honey of this year is sold at the market for 95 crowns a jar. A tenth of it goes to the fund for the new fence.',
  'Against the mites the society recommends oxalic acid in December, when there is no brood. Smoke is to be used sparingly.',
  'The next meeting takes place on the ninth of September in the old dairy. Coffee is brought by the hosts.',
];

export const papers = (): { pdf: Buffer; docx: Buffer } => ({ pdf: pdfOf(HANDBOOK), docx: docx(MINUTES) });
