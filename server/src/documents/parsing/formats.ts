/** How a file is read. */
export type Format =
  'text' | 'html' | 'pdf' | 'docx' | 'pptx' | 'xlsx' | 'open-document' | 'epub' | 'eml' | 'mbox';

interface FileType {
  mime: string;
  extensions: string[];
  format: Format;
  /** As in "a text file uploaded by the user". */
  called: string;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OPEN = 'application/vnd.oasis.opendocument';

const TYPES: FileType[] = [
  {
    mime: 'text/plain',
    extensions: ['.txt', '.md', '.org', '.adoc', '.rst'],
    format: 'text',
    called: 'a text file',
  },
  { mime: 'text/html', extensions: ['.html', '.htm'], format: 'html', called: 'an html file' },
  { mime: 'text/csv', extensions: ['.csv'], format: 'text', called: 'a csv file' },
  { mime: 'application/json', extensions: ['.json'], format: 'text', called: 'a json file' },
  {
    mime: `${OFFICE}.wordprocessingml.document`,
    extensions: ['.docx'],
    format: 'docx',
    called: 'a docx file',
  },
  {
    mime: `${OFFICE}.presentationml.presentation`,
    extensions: ['.pptx'],
    format: 'pptx',
    called: 'a pptx file',
  },
  { mime: `${OFFICE}.spreadsheetml.sheet`, extensions: ['.xlsx'], format: 'xlsx', called: 'an xlsx file' },
  { mime: `${OPEN}.text`, extensions: ['.odt'], format: 'open-document', called: 'an odt file' },
  { mime: `${OPEN}.presentation`, extensions: ['.odp'], format: 'open-document', called: 'an odp file' },
  { mime: `${OPEN}.spreadsheet`, extensions: ['.ods'], format: 'open-document', called: 'an ods file' },
  { mime: 'application/pdf', extensions: ['.pdf'], format: 'pdf', called: 'a pdf file' },
  { mime: 'application/mbox', extensions: ['.mbox'], format: 'mbox', called: 'a mailbox' },
  { mime: 'message/rfc822', extensions: ['.eml'], format: 'eml', called: 'an e-mail' },
  { mime: 'application/epub+zip', extensions: ['.epub'], format: 'epub', called: 'an epub file' },
];

/** Extensions by MIME type. */
export const acceptedTypes = (): Record<string, string[]> =>
  Object.fromEntries(TYPES.map(({ mime, extensions }) => [mime, extensions]));

/** What a file of this kind would need, and this server does not have. */
const MISSING: [RegExp, string][] = [
  [
    /^\.(wav|mp3|ogg|oga|opus|m4a|webm|flac|aac)$/,
    'Sound is not read here: it takes an upstream for transcription.',
  ],
  [
    /^\.(mp4|mpeg|mpg|mov|avi|mkv)$/,
    'Video is not read here: it takes an upstream for transcription of its sound.',
  ],
  [
    /^\.(png|jpg|jpeg|webp|gif|tiff?|bmp|heic)$/,
    'Images are not read here: it takes an upstream for text recognition (OCR).',
  ],
  [/^\.(doc|xls|ppt)$/, 'Old Office files are not read here: save it as .docx, .xlsx or .pptx.'],
];

/** With its dot, lower case; '' where there is none. */
export const extensionOf = (fileName: string): string =>
  /\.[^./\\]+$/.exec(fileName.toLowerCase())?.[0] ?? '';

export type Recognised = Pick<FileType, 'format' | 'called'> | { refusal: string } | undefined;

/** @returns undefined for an extension that says nothing: what the file holds decides. */
export function recognise(fileName: string): Recognised {
  const extension = extensionOf(fileName);
  const type = TYPES.find(({ extensions }) => extensions.includes(extension));
  if (type !== undefined) return type;
  const missing = MISSING.find(([pattern]) => pattern.test(extension));
  return missing === undefined ? undefined : { refusal: `${fileName}: ${missing[1]}` };
}

/** The extension for what a server calls its answer; '' where it does not matter. */
export function extensionForType(contentType: string): string {
  const mime = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (mime === 'application/xhtml+xml') return '.html';
  const known = TYPES.find((type) => type.mime === mime)?.extensions[0];
  if (known !== undefined) return known;
  const [kind, subtype = ''] = mime.split('/');
  return ['audio', 'video', 'image'].includes(kind ?? '')
    ? (MEDIA_EXTENSIONS[kind ?? ''] ?? '')
    : subtype === 'json'
      ? '.json'
      : '';
}

const MEDIA_EXTENSIONS: Record<string, string> = { audio: '.mp3', video: '.mp4', image: '.png' };
