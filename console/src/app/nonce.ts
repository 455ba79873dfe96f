import { setNonce } from 'get-nonce';

/** Lets the style elements that libraries make pass the policy of the page. The server makes one for each page. */
export const NONCE = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// For the library below Mantine's dialogs that keeps the page from scrolling.
setNonce(NONCE);
