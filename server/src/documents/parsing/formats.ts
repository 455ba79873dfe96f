/** How a file is read. */
export type Format =
  'text' | 'html' | 'rtf' | 'pdf' | 'docx' | 'pptx' | 'xlsx' | 'open-document' | 'epub' | 'eml' | 'mbox';

interface Readable {
  format: Format;
  /** As in "a text file uploaded by the user". */
  called: string;
}

/** The reason why files of a type are not read, with the next step. */
interface Unsupported {
  missing: string;
}

const as = (format: Format, called: string): Readable => ({ format, called });

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const OPEN = 'application/vnd.oasis.opendocument';

const SOUND = { missing: 'Sound is not read here: it takes an upstream for transcription.' };
const FILM = { missing: 'Video is not read here: it takes an upstream for transcription of its sound.' };
const IMAGE = { missing: 'Images are not read here: it takes an upstream for text recognition (OCR).' };
const OLD_OFFICE = { missing: 'Old Office files are not read here: save it as .docx, .xlsx or .pptx.' };

/** In the order in which clients have always had them, readable or not; Keyward's own are last. */
const TYPES: [mime: string, extensions: string[], type: Readable | Unsupported][] = [
  ['text/plain', ['.txt', '.md', '.org', '.adoc', '.rst'], as('text', 'a text file')],
  ['text/html', ['.html'], as('html', 'an html file')],
  ['text/csv', ['.csv'], as('text', 'a csv file')],
  ['application/json', ['.json'], as('text', 'a json file')],
  [`${OFFICE}.wordprocessingml.document`, ['.docx'], as('docx', 'a docx file')],
  [`${OFFICE}.presentationml.presentation`, ['.pptx'], as('pptx', 'a pptx file')],
  [`${OFFICE}.spreadsheetml.sheet`, ['.xlsx'], as('xlsx', 'an xlsx file')],
  [`${OPEN}.text`, ['.odt'], as('open-document', 'an odt file')],
  [`${OPEN}.presentation`, ['.odp'], as('open-document', 'an odp file')],
  ['application/pdf', ['.pdf'], as('pdf', 'a pdf file')],
  ['application/mbox', ['.mbox'], as('mbox', 'a mailbox')],
  ['audio/wav', ['.wav'], SOUND],
  ['audio/mpeg', ['.mp3'], SOUND],
  ['audio/ogg', ['.ogg', '.oga'], SOUND],
  ['audio/opus', ['.opus'], SOUND],
  ['audio/mp4', ['.m4a'], SOUND],
  ['audio/x-m4a', ['.m4a'], SOUND],
  ['audio/webm', ['.webm'], SOUND],
  ['video/mp4', ['.mp4'], FILM],
  ['video/mpeg', ['.mpeg'], FILM],
  ['application/epub+zip', ['.epub'], as('epub', 'an epub file')],
  ['image/png', ['.png'], IMAGE],
  ['image/jpeg', ['.jpg'], IMAGE],
  ['image/jpg', ['.jpg'], IMAGE],
  ['image/webp', ['.webp'], IMAGE],
  [`${OPEN}.spreadsheet`, ['.ods'], as('open-document', 'an ods file')],
  ['application/rtf', ['.rtf'], as('rtf', 'an rtf file')],
  ['message/rfc822', ['.eml'], as('eml', 'an e-mail')],
];

/** Extensions by MIME type. A file of an unreadable one is refused with the reason. */
export const acceptedTypes = (): Record<string, string[]> =>
  Object.fromEntries(TYPES.map(([mime, extensions]) => [mime, extensions]));

/** Extensions that are not listed for clients. */
const OTHERS: typeof TYPES = [
  ['', ['.htm', '.xhtml'], as('html', 'an html file')],
  ['', ['.flac', '.aac'], SOUND],
  ['', ['.mpg', '.mov', '.avi', '.mkv'], FILM],
  ['', ['.jpeg', '.gif', '.tif', '.tiff', '.bmp', '.heic'], IMAGE],
  ['', ['.doc', '.xls', '.ppt'], OLD_OFFICE],
];

/** With its dot, in lower case; '' for a name without an extension. */
export const extensionOf = (fileName: string): string =>
  /\.[^./\\]+$/.exec(fileName.toLowerCase())?.[0] ?? '';

/** @returns undefined for an unknown extension: the content of the file decides. */
export function recognise(fileName: string): Readable | Unsupported | undefined {
  const extension = extensionOf(fileName);
  return [...TYPES, ...OTHERS].find(([, extensions]) => extensions.includes(extension))?.[2];
}

/** The extension for a content type; '' for one that does not decide how a file is read. */
export function extensionForType(contentType: string): string {
  const mime = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (mime === 'application/xhtml+xml') return '.html';
  if (mime === 'text/rtf') return '.rtf';
  const known = TYPES.find(([type]) => type === mime)?.[1][0];
  const [kind = '', subtype] = mime.split('/');
  return known ?? MEDIA_EXTENSIONS.get(kind) ?? (subtype === 'json' ? '.json' : '');
}

const MEDIA_EXTENSIONS = new Map([
  ['audio', '.mp3'],
  ['video', '.mp4'],
  ['image', '.png'],
]);
