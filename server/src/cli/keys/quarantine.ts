import { endingVerb } from './state-verb.ts';

export default endingVerb(
  'quarantine',
  'For a key that may have leaked: it may only read, 60 requests a minute.',
);
