import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAll } from './parser.fixture.ts';

interface Sample {
  /** In the folder corpus. */
  file: string;
  /** Sentences, and rows of tables. */
  texts: string[];
  /** Not in the text. */
  absent?: RegExp;
  warnings?: string[];
}

const HANDBOOK = [
  'Timetable of the Havsvalan',
  'The Havsvalan leaves for Hven at nine in the morning.',
  'On Sundays it leaves at eleven.',
  'Dogs travel free of charge, as long as they are on a leash.',
  'In winter the crew checks the ramp for ice.',
  'The kiosk „Sælhunden“ closes at five.',
  'Between Christmas and New Year it is shut.',
  'The last boat waits for the night train from Malmö.',
];
const HANDBOOK_ROWS = ['Place,Fare,Minutes\n', 'Råå,66 kr,110\n'];
const MARGINS = [
  'Confidential draft of the harbour office',
  'Printed on recycled paper in Landskrona',
  'Ask Bob whether this is still so.',
];

/** handbook.*: pandoc 3.9; its docx got header, footer, comment, text box and image by python-docx. */
const SAMPLES: Sample[] = [
  {
    file: 'handbook.docx',
    texts: [
      'Ferry handbook',
      ...HANDBOOK,
      ...HANDBOOK_ROWS,
      ...MARGINS,
      'Life jackets hang beside the stairs.',
    ],
    absent: /Life jackets[^]*Life jackets/,
    warnings: ['1 image was not read.'],
  },
  { file: 'handbook.odt', texts: ['Ferry handbook', ...HANDBOOK, ...HANDBOOK_ROWS] },
  {
    file: 'handbook.rtf',
    texts: ['Ferry handbook', ...HANDBOOK, ...HANDBOOK_ROWS],
    absent: /\\|Helvetica|fonttbl/,
  },
  { file: 'handbook.epub', texts: [...HANDBOOK, 'Råå'], warnings: ['1 image was not read.'] },
  { file: 'handbook.html', texts: ['Ferry handbook', ...HANDBOOK, 'Råå'], absent: /font-family|</ },
  // By odfpy.
  {
    file: 'notes.odt',
    texts: [
      ...MARGINS,
      'The Havsvalan leaves for Hven at nine in the morning.\nOn Sundays it leaves at eleven.\n',
      'The last boat waits for the night train.\n',
      'Råå,66 kr\n',
    ],
  },
  { file: 'stock.ods', texts: ['Suppliers\n', 'Rohrwerk GmbH,2019\n'] },
  // By python-pptx.
  {
    file: 'budget.pptx',
    texts: ['Harbour budget', 'North,2027,12 million\n', 'The mayor asked for a cheaper north quay.'],
    warnings: ['1 image was not read.', '1 chart was not read.'],
  },
  // By openpyxl.
  {
    file: 'stock.xlsx',
    texts: [
      'Rohrwerk GmbH,2019\n',
      'A2: They deliver on Tuesdays only.\n',
      'Prices\n',
      '"Valve, brass",12.5\n',
    ],
  },
  // By fpdf2.
  {
    file: 'timetable.pdf',
    texts: ['The Havsvalan leaves for Hven at nine in the morning.', 'Ask Bob whether this is still so.'],
    warnings: ['Page 2 has no readable text, such as a scan.'],
  },
  // By the e-mail module of Python.
  {
    file: 'fares.eml',
    texts: [
      'Cc: Eve <eve@example.org>',
      'Please see the files.',
      'Attachment fares.csv:\n\nPlace,Fare\nRåå,66 kr',
      ...HANDBOOK,
      'The car park is shut in May.',
      'The key is with the guard.',
    ],
    warnings: [
      'Attachment handbook.docx: 1 image was not read.',
      'Attachment quay.png: Images are not read here: it takes an upstream for text recognition (OCR).',
      'Attachment engine.bin is of a type that is not read here.',
    ],
  },
  { file: 'parking.mbox', texts: ['The car park is shut in May.', 'The key is with the guard.'] },
];

/** Matches no text. */
const NOTHING = /(?!)/;

describe('A file of another program', () => {
  test.for(SAMPLES)(
    'The sentences and the rows of $file are read, and a warning names what is not',
    async ({ file, texts, absent = NOTHING, warnings = [] }) => {
      const bytes = readFileSync(new URL(`corpus/${file}`, import.meta.url));
      const outcome = await parseAll(bytes, file);
      if ('refusal' in outcome) throw new Error(outcome.refusal);
      const text = outcome.parts.map((part) => part.text).join('\n');
      for (const sentence of texts) expect(text).toContain(sentence);
      expect(text).not.toMatch(absent);
      expect([...outcome.warnings].toSorted()).toEqual(warnings.toSorted());
    },
  );
});
