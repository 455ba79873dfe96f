/** How a file is read. */
export type Format =
  'text' | 'html' | 'pdf' | 'docx' | 'pptx' | 'xlsx' | 'open-document' | 'epub' | 'eml' | 'mbox';

interface Readable {
  format: Format;
  /** As in "a text file uploaded by the user". */
  called: string;
}

type FileType = { mime: string; extensions: string[] } & (Readable | { missing: string });

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OPEN = 'application/vnd.oasis.opendocument';

const SOUND = { missing: 'Sound is not read here: it takes an upstream for transcription.' };
const FILM = { missing: 'Video is not read here: it takes an upstream for transcription of its sound.' };
const IMAGE = { missing: 'Images are not read here: it takes an upstream for text recognition (OCR).' };
const OLD_OFFICE = { missing: 'Old Office files are not read here: save it as .docx, .xlsx or .pptx.' };

const text = (called: string): Readable => ({ format: 'text', called });
const open = (called: string): Readable => ({ format: 'open-document', called });

/** In the order in which clients have always had them, what cannot be read among them; ours come last. */
const TYPES: FileType[] = [
  { mime: 'text/plain', extensions: ['.txt', '.md', '.org', '.adoc', '.rst'], ...text('a text file') },
  { mime: 'text/html', extensions: ['.html'], format: 'html', called: 'an html file' },
  { mime: 'text/csv', extensions: ['.csv'], ...text('a csv file') },
  { mime: 'application/json', extensions: ['.json'], ...text('a json file') },
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
  { mime: `${OPEN}.text`, extensions: ['.odt'], ...open('an odt file') },
  { mime: `${OPEN}.presentation`, extensions: ['.odp'], ...open('an odp file') },
  { mime: 'application/pdf', extensions: ['.pdf'], format: 'pdf', called: 'a pdf file' },
  { mime: 'application/mbox', extensions: ['.mbox'], format: 'mbox', called: 'a mailbox' },
  { mime: 'audio/wav', extensions: ['.wav'], ...SOUND },
  { mime: 'audio/mpeg', extensions: ['.mp3'], ...SOUND },
  { mime: 'audio/ogg', extensions: ['.ogg', '.oga'], ...SOUND },
  { mime: 'audio/opus', extensions: ['.opus'], ...SOUND },
  { mime: 'audio/mp4', extensions: ['.m4a'], ...SOUND },
  { mime: 'audio/x-m4a', extensions: ['.m4a'], ...SOUND },
  { mime: 'audio/webm', extensions: ['.webm'], ...SOUND },
  { mime: 'video/mp4', extensions: ['.mp4'], ...FILM },
  { mime: 'video/mpeg', extensions: ['.mpeg'], ...FILM },
  { mime: 'application/epub+zip', extensions: ['.epub'], format: 'epub', called: 'an epub file' },
  { mime: 'image/png', extensions: ['.png'], ...IMAGE },
  { mime: 'image/jpeg', extensions: ['.jpg'], ...IMAGE },
  { mime: 'image/jpg', extensions: ['.jpg'], ...IMAGE },
  { mime: 'image/webp', extensions: ['.webp'], ...IMAGE },
  { mime: `${OPEN}.spreadsheet`, extensions: ['.ods'], ...open('an ods file') },
  { mime: 'message/rfc822', extensions: ['.eml'], format: 'eml', called: 'an e-mail' },
];

/** Extensions by MIME type. Whoever sends one that cannot be read is told what is missing. */
export const acceptedTypes = (): Record<string, string[]> =>
  Object.fromEntries(TYPES.map(({ mime, extensions }) => [mime, extensions]));

/** Extensions that stand in no list. */
const OTHERS: [extensions: string[], type: Readable | { missing: string }][] = [
  [['.htm', '.xhtml'], { format: 'html', called: 'an html file' }],
  [['.flac', '.aac'], SOUND],
  [['.mpg', '.mov', '.avi', '.mkv'], FILM],
  [['.jpeg', '.gif', '.tif', '.tiff', '.bmp', '.heic'], IMAGE],
  [['.doc', '.xls', '.ppt'], OLD_OFFICE],
];

/** With its dot, lower case; '' where there is none. */
export const extensionOf = (fileName: string): string =>
  /\.[^./\\]+$/.exec(fileName.toLowerCase())?.[0] ?? '';

/** @returns undefined for an extension that says nothing: what the file holds decides. */
export function recognise(fileName: string): Readable | { refusal: string } | undefined {
  const extension = extensionOf(fileName);
  const type =
    TYPES.find(({ extensions }) => extensions.includes(extension)) ??
    OTHERS.find(([extensions]) => extensions.includes(extension))?.[1];
  return type !== undefined && 'missing' in type ? { refusal: `${fileName}: ${type.missing}` } : type;
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
