import { stateVerb } from './state-verb.ts';

export default stateVerb('quarantine', 'For a key that may have leaked: it can look, not act.');
