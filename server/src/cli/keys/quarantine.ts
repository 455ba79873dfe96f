import { endingVerb } from './state-verb.ts';

export default endingVerb('quarantine', 'For a key that may have leaked: it can look, not act.');
