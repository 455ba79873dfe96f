import { KeywardError } from '../base/errors.ts';
import { readFile, type Library, type WholeText } from './library.ts';
import type { Attachment } from './message.ts';

const DOCUMENT_MIME = 'application/anythingllm-document';
const ATTACHMENTS_MAX = 32;
/** Of one question, with the pictures of a history that comes with it: as much as a request to a model may have. */
const ATTACHMENTS_MAX_BYTES = 32 * 1024 * 1024;
const BASE64 = /^data:[^,]*;base64,/i;

/** @throws KeywardError `too_large` */
export function refuseTooLarge(attachments: readonly Attachment[]): void {
  const bytes = attachments.reduce((sum, { contentString }) => sum + contentString.length, 0);
  if (bytes <= ATTACHMENTS_MAX_BYTES) return;
  throw new KeywardError(
    'too_large',
    `The attachments have more than ${ATTACHMENTS_MAX_BYTES / 1024 / 1024} MiB together.`,
    { hint: 'Send fewer of them, or smaller ones.' },
  );
}

/**
 * What clients send as attachments, whatever it is: what has no content is left out.
 * @throws KeywardError `too_large`
 */
export function readAttachments(value: unknown): Attachment[] {
  const attachments = fittingOnes(value);
  refuseTooLarge(attachments);
  return attachments;
}

function fittingOnes(value: unknown): Attachment[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, ATTACHMENTS_MAX).flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const { name, mime, contentString } = item as Record<string, unknown>;
    if (typeof contentString !== 'string' || contentString === '') return [];
    return [{ name: text(name) || 'attachment', mime: text(mime), contentString }];
  });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const isDocument = ({ mime }: Attachment): boolean => mime.toLowerCase() === DOCUMENT_MIME;

export interface Attached {
  documents: WholeText[];
  /** Why others could not be read: the model is told, or it would answer as if they were not there. */
  refusals: string[];
  /** Everything else: the model sees it as it came. */
  images: Attachment[];
}

/** Documents are read here and go into the prompt as text. */
export async function readDocuments(
  library: Pick<Library, 'intake' | 'clock'>,
  attachments: readonly Attachment[],
  signal: AbortSignal,
): Promise<Attached> {
  const images = attachments.filter((attachment) => !isDocument(attachment));
  const attached: Attached = { documents: [], refusals: [], images };
  for (const { name, contentString } of attachments.filter(isDocument)) {
    const bytes = Buffer.from(contentString.replace(BASE64, ''), 'base64');
    const read = await readFile(library, { name, bytes }, signal);
    if ('refusal' in read) attached.refusals.push(`The attached file could not be read. ${read.refusal}`);
    else if (read.text !== '') attached.documents.push(read);
  }
  return attached;
}
