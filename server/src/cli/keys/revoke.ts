import { endingVerb } from './state-verb.ts';

export default endingVerb(
  'revoke',
  'Ended with 0, no process admits the key any more. keys restore takes it back within 30 days.',
);
