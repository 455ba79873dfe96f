import { randomBase62 } from '../../base/ids.ts';
import { isAmount } from '../account/amounts.ts';
import type { RequestBody } from './request-members.ts';

export interface FormPart {
  name: string;
  value: string | Buffer;
  /** undefined for text. */
  file?: { type: string; name: string | undefined };
}

const BOUNDARY_LENGTH = 40;
const MIME_TYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/;
const MANY_PARTS = 'multipart/';

/**
 * A form for a model, written again from its parts with the model's name first. The caller's own spelling (a name without quotes,
 * `name*=`, a repeated field, a nested form) reaches no upstream, which could read another model in it. Guarded by
 * openai/model-forms.test.ts.
 */
export class ModelForm {
  readonly #parts: readonly FormPart[];
  readonly #boundary = `keyward-${randomBase62(BOUNDARY_LENGTH)}`;

  /** @param parts all except the model's name. */
  constructor(parts: readonly FormPart[]) {
    this.#parts = parts;
  }

  get contentType(): string {
    return `multipart/form-data; boundary=${this.#boundary}`;
  }

  /** Of all parts together, in bytes. */
  get length(): number {
    return this.#parts.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0);
  }

  /** All except files. Forms have no numbers: digits in a member that is an amount become one. */
  get fields(): RequestBody {
    const texts = this.#parts.filter(({ file }) => file === undefined);
    return Object.fromEntries(texts.map(({ name, value }) => [name, valueOf(name, String(value))]));
  }

  /** All texts, names included. */
  get texts(): string[] {
    return this.#parts.flatMap(({ name, value, file }) => [
      name,
      file?.name ?? '',
      file ? '' : String(value),
    ]);
  }

  withModel(model: string): Buffer {
    const parts = [{ name: 'model', value: model }, ...this.#parts];
    const pieces = parts.flatMap((part) => [this.#headOf(part), Buffer.from(part.value), LINE_END]);
    return Buffer.concat([...pieces, Buffer.from(`--${this.#boundary}--\r\n`)]);
  }

  #headOf({ name, file }: FormPart): Buffer {
    const called = file?.name === undefined ? '' : `; filename="${quoted(file.name)}"`;
    const type = file === undefined ? '' : `\r\nContent-Type: ${typeOf(file.type)}`;
    const disposition = `Content-Disposition: form-data; name="${quoted(name)}"${called}`;
    return Buffer.from(`--${this.#boundary}\r\n${disposition}${type}\r\n\r\n`);
  }
}

const PLAIN_NUMBER = /^\d{1,9}$/;
const valueOf = (name: string, text: string): string | number =>
  isAmount(name) && PLAIN_NUMBER.test(text) ? Number(text) : text;

/** The fields of the body if it is a form; undefined for JSON. */
export const formFields = (body: Buffer | ModelForm): RequestBody | undefined =>
  Buffer.isBuffer(body) ? undefined : body.fields;

const LINE_END = Buffer.from('\r\n');

const typeOf = (type: string): string =>
  MIME_TYPE.test(type) && !type.startsWith(MANY_PARTS) ? type : 'application/octet-stream';

// eslint-disable-next-line no-control-regex
const UNFIT = /["\\\u0000-\u001f\u007f]/g;

/** As browsers write it: no parser of forms mistakes such a name for the end of the text. */
const quoted = (text: string): string =>
  text.replaceAll(UNFIT, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
