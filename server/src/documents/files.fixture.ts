import { zipOf } from './zip.fixture.ts';

/** Small real files of every format that is read, for tests. */
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const CORE =
  `${XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"` +
  ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>On Turnips</dc:title><dc:creator>Ada</dc:creator></cp:coreProperties>';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE_RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const relations = (entries: [id: string, kind: string, target: string][]): string =>
  `${XML}<Relationships xmlns="${RELATIONS}">${entries
    .map(
      ([id, kind, target]) =>
        `<Relationship Id="${id}" Type="${OFFICE_RELATIONS}/${kind}" Target="${target}"/>`,
    )
    .join('')}</Relationships>`;

export function docx(paragraphs: string[]): Buffer {
  const body = paragraphs
    .map((text) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`)
    .join('');
  return zipOf({
    '[Content_Types].xml': `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': relations([['rId1', 'officeDocument', 'word/document.xml']]),
    'word/document.xml': `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    'docProps/core.xml': CORE,
  });
}

/** The order of the slides in the archive is the opposite of the presentation's. */
export function pptx(slides: string[], notes: string): Buffer {
  const A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
  const P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
  const slide = (text: string): string =>
    `${XML}<p:sld ${A} ${P}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`;
  const numbered = slides.map((text, i) => ({
    text,
    id: `rId${i + 1}`,
    file: `slide${slides.length - i}.xml`,
  }));
  return zipOf({
    'ppt/presentation.xml': `${XML}<p:presentation ${P} xmlns:r="${OFFICE_RELATIONS}"><p:sldIdLst>${numbered.map(({ id }, i) => `<p:sldId id="${256 + i}" r:id="${id}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(
      numbered.map(({ id, file }) => [id, 'slide', `slides/${file}`]),
    ),
    ...Object.fromEntries(numbered.map(({ text, file }) => [`ppt/slides/${file}`, slide(text)])),
    [`ppt/slides/_rels/${numbered[0]?.file}.rels`]: relations([
      ['rId1', 'notesSlide', '../notesSlides/notesSlide1.xml'],
    ]),
    'ppt/notesSlides/notesSlide1.xml': slide(notes),
    'docProps/core.xml': CORE,
  });
}

/** @param date1904 its days are counted from there. */
export function xlsx({ date1904 = false } = {}): Buffer {
  const M = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  return zipOf({
    'xl/workbook.xml': `${XML}<workbook ${M} xmlns:r="${OFFICE_RELATIONS}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets><sheet name="Harvest" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', 'worksheets/sheet1.xml']]),
    'xl/sharedStrings.xml': `${XML}<sst ${M}><si><t>Crop</t></si><si><r><t>Tur</t></r><r><t>nips, white</t></r></si></sst>`,
    'xl/styles.xml': `${XML}<styleSheet ${M}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `${XML}<worksheet ${M}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Picked</t></is></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>12.5</v></c><c r="C2" s="1"><v>45000</v></c></row><row r="3"><c r="B3" s="1"><v>0.5</v></c><c r="C3" s="2"><v>1.25</v></c></row></sheetData></worksheet>`,
    'docProps/core.xml': CORE,
  });
}

const OPEN_NAMESPACES = ['office', 'text', 'table', 'draw', 'presentation']
  .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .join(' ');

const openDocument = (body: string, others: Record<string, string> = {}): Buffer =>
  zipOf({
    ...others,
    'content.xml': `${XML}<office:document-content ${OPEN_NAMESPACES}><office:body>${body}</office:body></office:document-content>`,
    'meta.xml': `${XML}<office:document-meta ${OPEN_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>On Turnips</dc:title><dc:creator>Ada</dc:creator></office:meta></office:document-meta>`,
  });

export const odt = (): Buffer =>
  openDocument(
    '<office:text><text:h>Turnips</text:h><text:p>White<text:s text:c="2"/>and<text:tab/>round</text:p></office:text>',
  );

/** With a deleted sentence that is kept for undo. */
export const odtWithChanges = (): Buffer =>
  openDocument(
    '<office:text><text:tracked-changes><text:changed-region><text:deletion><text:p>Beets</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>Turnips</text:p></office:text>',
  );

export const odtWithPassword = (): Buffer =>
  openDocument('', {
    'META-INF/manifest.xml': `${XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`,
  });

export const odp = (): Buffer =>
  openDocument(
    '<office:presentation><draw:page><text:p>First slide</text:p></draw:page><draw:page><text:p>Second slide</text:p></draw:page></office:presentation>',
  );

export const ods = (repeats = 2): Buffer =>
  openDocument(
    `<office:spreadsheet><table:table table:name="Harvest"><table:table-row><table:table-cell><text:p>Crop</text:p></table:table-cell><table:table-cell table:number-columns-repeated="${repeats}"><text:p>1,5</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`,
  );

export function epub(chapters: string[]): Buffer {
  const items = chapters.map(
    (_, i) => `<item id="c${i}" href="text/chapter%20${i}.xhtml" media-type="application/xhtml+xml"/>`,
  );
  return zipOf({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': `${XML}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>`,
    'OEBPS/content.opf': `${XML}<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>On Turnips</dc:title><dc:creator>Ada</dc:creator></metadata><manifest>${items.toReversed().join('')}</manifest><spine>${chapters.map((_, i) => `<itemref idref="c${i}"/>`).join('')}</spine></package>`,
    ...Object.fromEntries(
      chapters.map((text, i) => [
        `OEBPS/text/chapter ${i}.xhtml`,
        `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>no text</title></head><body><h1>Chapter ${i + 1}</h1><p>${text}</p></body></html>`,
      ]),
    ),
  });
}

/** A PDF with a page for each text; '' makes a page that has none. */
export function pdf(pages: string[]): Buffer {
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((text, i) => {
      const content = text === '' ? '' : `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
    '<< /Title (On Turnips) /Author (Ada) >>',
  ];
  return pdfOf(objects);
}

/** A PDF of one page with a filled-in form. */
export function pdfForm(fields: Record<string, string>): Buffer {
  const content = 'BT /F1 24 Tf 72 700 Td (Order) Tj ET';
  const entries = Object.entries(fields);
  const ids = entries.map((_, i) => `${6 + i} 0 R`).join(' ');
  return pdfOf([
    `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [${ids}] >> >>`,
    '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R /Annots [${ids}] >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ...entries.map(
      ([name, value]) =>
        `<< /Type /Annot /Subtype /Widget /FT /Tx /T (${name}) /V (${value}) /Rect [72 600 300 620] /P 4 0 R >>`,
    ),
    '<< /Title (Order) >>',
  ]);
}

/** A PDF with a line of text in a font that it does not hold, as word processors in East Asia wrote them. */
export function pdfInEncoding(encoding: string, ordering: string, hex: string): Buffer {
  const content = `BT /F1 12 Tf 72 700 Td <${hex}> Tj ET BT /F2 12 Tf 72 600 Td (Plain) Tj ET`;
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 8 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    `<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /${encoding} /DescendantFonts [6 0 R] >>`,
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /DW 1000 /FontDescriptor 7 0 R >>`,
    '<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Title (Song) >>',
  ]);
}

/** The last object is the one that says what it is called. */
function pdfOf(objects: readonly string[]): Buffer {
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const place = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const start = text.length;
  const lines = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

export const eml = (subject: string, body: string): Buffer =>
  Buffer.from(
    [
      'From: Ada <ada@example.org>',
      'To: Bob <bob@example.org>',
      `Subject: ${subject}`,
      'Date: Sat, 21 Nov 2026 10:00:00 +0000',
      'Content-Type: text/plain; charset=utf-8',
      '',
      body,
      '',
    ].join('\r\n'),
  );

export const mbox = (mails: Buffer[]): Buffer =>
  Buffer.concat(
    mails.flatMap((mail) => [
      Buffer.from('From ada@example.org Sat Nov 21 10:00:00 2026\r\n'),
      mail,
      Buffer.from('\r\n'),
    ]),
  );
