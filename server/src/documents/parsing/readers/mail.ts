import { isUtf8 } from 'node:buffer';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { decodeText } from '../encoding.ts';
import { Unreadable } from '../limits.ts';
import type { Properties, Source } from '../source.ts';
import { htmlText } from './html-text.ts';
import { propertiesOf } from './office.ts';

/** Of parts within parts. */
const NESTING_MAX = 50;

/** A file that came with a mail. */
export interface Attached {
  name: string;
  mimeType: string;
  bytes: Buffer;
}

/** Adds the text of an attachment to that of its mail. */
type ReadAttachment = (mail: Source, attached: Attached) => Promise<void>;

export async function readEml(source: Source, readAttachment: ReadAttachment): Promise<Properties> {
  const mail = await parse(source.whole());
  source.add(mailText(mail));
  await readAttachments(mail, source, readAttachment);
  return mailProperties(mail);
}

/** Of one message. */
const ATTACHMENTS_MAX = 100;
const NAME_MAX_CHARACTERS = 100;

async function readAttachments(
  { attachments }: Email,
  source: Source,
  readAttachment: ReadAttachment,
): Promise<void> {
  for (const { filename, mimeType, content } of attachments.slice(0, ATTACHMENTS_MAX)) {
    const name = (filename ?? mimeType).replace(/[\s\p{Cc}]+/gu, ' ').slice(0, NAME_MAX_CHARACTERS);
    const bytes = typeof content === 'string' ? Buffer.from(content) : bufferOf(content);
    await readAttachment(source, { name, mimeType, bytes });
  }
  source.warnOf(Math.max(attachments.length - ATTACHMENTS_MAX, 0), 'more attachment');
}

const bufferOf = (content: ArrayBuffer | Uint8Array): Buffer =>
  content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    : Buffer.from(content);

/** Each becomes a document, and one transaction stores all of them. */
const MESSAGES_MAX = 5_000;

export async function readMbox(source: Source, readAttachment: ReadAttachment): Promise<Properties> {
  let number = 0;
  for (const message of messagesOf(source.whole())) {
    if (++number > MESSAGES_MAX)
      throw new Unreadable(`holds more than ${MESSAGES_MAX} messages: split it into several.`);
    const mail = await parse(message);
    source.add(mailText(mail).replace(/^>(>*From )/gm, '$1'));
    await readAttachments(mail, source, readAttachment);
    const { title: part = `Message ${number}`, ...known } = mailProperties(mail);
    source.end({ ...known, part });
  }
  return {};
}

const OPTIONS = { maxNestingDepth: NESTING_MAX, attachmentEncoding: 'arraybuffer' } as const;

async function parse(bytes: Buffer): Promise<Email> {
  const mail = await PostalMime.parse(bytes, OPTIONS);
  const { subject = '', text = '', html = '' } = mail;
  const isDamaged = [subject, text, html].some((part) => part.includes('\ufffd'));
  // Old programs send bytes of their own encoding without a charset.
  return isDamaged && !isUtf8(bytes) ? PostalMime.parse(decodeText(bytes), OPTIONS) : mail;
}

/** A message begins with a line `From …` after an empty one. */
function* messagesOf(bytes: Buffer): Generator<Buffer> {
  const starts = [0];
  for (let at = bytes.indexOf('\nFrom '); at >= 0; at = bytes.indexOf('\nFrom ', at + 1)) {
    const before = bytes[at - 1];
    const isAfterEmptyLine = before === 0x0a || (before === 0x0d && bytes[at - 2] === 0x0a);
    if (isAfterEmptyLine) starts.push(at + 1);
  }
  for (const [number, start] of starts.entries()) {
    const message = bytes.subarray(start, starts[number + 1] ?? bytes.length);
    const isEnveloped = message.subarray(0, 5).toString() === 'From ';
    yield isEnveloped ? message.subarray(message.indexOf('\n') + 1) : message;
  }
}

const mailProperties = (mail: Email): Properties =>
  propertiesOf({ title: mail.subject, author: senderOf(mail) });

const senderOf = ({ from }: Email): string | undefined =>
  from === undefined ? undefined : shownAddress(from);

type Address = NonNullable<Email['from']>;

const shownAddress = ({ name, address }: Address): string =>
  [name, address === undefined || address === '' ? '' : `<${address}>`]
    .filter((part) => part !== '')
    .join(' ');

function mailText(mail: Email): string {
  const head = [
    ['Subject', mail.subject],
    ['From', senderOf(mail)],
    ['To', mail.to?.map(shownAddress).join(', ')],
    ['Cc', mail.cc?.map(shownAddress).join(', ')],
    ['Date', mail.date],
  ]
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}`);
  const body = mail.text ?? (mail.html === undefined ? '' : htmlText(mail.html));
  return `${head.join('\n')}\n\n${body.trim()}`;
}
