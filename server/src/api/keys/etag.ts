import { invalidField } from '../../base/errors.ts';

/** The revision in an `If-Match`, or undefined. */
export function readEtag(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const revision = /^(?:W\/)?"(\d{1,15})"$/.exec(header)?.[1];
  if (revision === undefined) throw invalidField('header.if-match', 'must be an ETag such as "3"');
  return Number(revision);
}
