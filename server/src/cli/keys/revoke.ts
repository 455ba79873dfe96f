import { endingVerb } from './state-verb.ts';

export default endingVerb(
  'revoke',
  'After exit code 0 no process admits the key. keys restore reverts this within 30 days.',
);
