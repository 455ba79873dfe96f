import { holdsKey } from '../key-text.ts';

/**
 * Texts with the form of a credential: of model providers, of Vault and OpenBao, of AnythingLLM, of GitHub, GitLab
 * and Slack, a JWT, a private key, a URL with a password. A path, a name or an id has none of these.
 */
const FORMS =
  /\bsk-[\w-]{20,}|\bhv[bsr]\.[\w-]{20,}|\bs\.[0-9A-Za-z]{24}\b|\b(?:[0-9A-Z]{7}-){3}[0-9A-Z]{7}\b|\bgh[a-z]_\w{30,}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}|-----BEGIN|\bxox[a-z]-[\w-]{10,}|\bglpat-[\w-]{15,}|:\/\/[^\s/:@]*:[^\s/@]+@/;

/** Whether a text was probably meant to stay secret. It finds known forms only: it is a net behind other checks. */
export const holdsSecret = (text: string): boolean => holdsKey(text) || FORMS.test(text);
