import { KeywardError } from '../base/errors.ts';
import { object, text } from './completion.ts';
import type { ChatContext } from './chat.ts';
import { readFile, type WholeText } from './library.ts';
import type { Attachment } from './message.ts';
import type { ChatRequest } from './request.ts';

const ATTACHMENTS_MAX = 32;
/** Of one question and a history from the caller: as large as a request to a model may be. */
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
 * Reads attachments from any value; items without content are left out.
 * @throws KeywardError `too_large`
 */
export function readAttachments(value: unknown): Attachment[] {
  const items: unknown[] = Array.isArray(value) ? value.slice(0, ATTACHMENTS_MAX) : [];
  const attachments = items.map(object).flatMap((item) => {
    const contentString = text(item['contentString']);
    if (contentString === '') return [];
    return [{ name: text(item['name']) || 'attachment', mime: text(item['mime']), contentString }];
  });
  refuseTooLarge(attachments);
  return attachments;
}

export interface Attached {
  documents: WholeText[];
  /** Why other documents could not be read. The model is told, or it would ignore them. */
  refusals: string[];
  /** All other attachments, unchanged. */
  images: Attachment[];
}

/** Reads the documents among the attachments. They go into the prompt as text. */
export async function readDocuments(
  context: Pick<ChatContext, 'intake' | 'clock'>,
  { attachments, isDocument, signal }: Pick<ChatRequest, 'attachments' | 'isDocument' | 'signal'>,
): Promise<Attached> {
  const attached: Attached = { documents: [], refusals: [], images: [] };
  for (const attachment of attachments) {
    if (isDocument?.(attachment) !== true) {
      attached.images.push(attachment);
      continue;
    }
    const { name, contentString } = attachment;
    const bytes = Buffer.from(contentString.replace(BASE64, ''), 'base64');
    const read = await readFile(context, { name, bytes }, signal);
    if ('refusal' in read) attached.refusals.push(`The attached file could not be read. ${read.refusal}`);
    else if (read.text !== '') attached.documents.push(read);
  }
  return attached;
}
