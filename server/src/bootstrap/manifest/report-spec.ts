import { Type, type Static } from 'typebox';
import { NAME_PATTERN } from '../../base/forms/bootstrap-forms.ts';
import { SecretReference } from './secret-reference.ts';

/** Where runs are reported. The server gets names, places and states, and no value. */
export const ReportSpec = Type.Object(
  {
    url: Type.String({
      pattern: String.raw`^https?://[^\s/@?#]{1,300}(/[^\s@?#]{0,300})?$`,
      description: 'the address of a Keyward server without a user name, such as https://keyward.example',
    }),
    key: SecretReference,
    stack: Type.String({
      pattern: NAME_PATTERN,
      description:
        'the name of this stack in the record: lower-case letters, digits, ".", "_" and "-", such as tribuence',
    }),
  },
  {
    additionalProperties: false,
    description:
      'The Keyward server that records what each run did and saw; its key has the scope bootstrap:write',
  },
);
export type ReportSpec = Static<typeof ReportSpec>;
