/** Fields stand before files in what programs send; a name further in is not looked for. */
const SEARCHED_BYTES = 256 * 1024;

/** The text of one field of a `multipart/form-data` body, or undefined. The body itself is passed on untouched. */
export function multipartField(bytes: Buffer, contentType: string, name: string): string | undefined {
  const boundary = /boundary="?([^";,]{1,100})"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const head = bytes.subarray(0, SEARCHED_BYTES).toString('latin1');
  for (const part of head.split(`--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n');
    if (
      end < 0 ||
      !new RegExp(`content-disposition:[^\\r\\n]*\\bname="${name}"`, 'i').test(part.slice(0, end))
    )
      continue;
    return Buffer.from(part.slice(end + 4).replace(/\r\n$/, ''), 'latin1').toString('utf8');
  }
  return undefined;
}
