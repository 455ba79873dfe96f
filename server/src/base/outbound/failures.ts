/** Failures before a byte was sent: whatever was asked for did not happen. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'KEYWARD_FORBIDDEN_ADDRESS',
]);

/** @param code of the error of a connection */
export const isUntrusted = (code: string): boolean => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code);

/** @param code of the error of a connection */
export const isNotSent = (code: string): boolean => NOT_SENT.has(code) || isUntrusted(code);
