/** Called while a body is sent. */
export type OnSent = (sentBytes: number, totalBytes: number) => void;

/** The part of XMLHttpRequest that is used here: these types are for Node too. */
interface PageRequest {
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getAllResponseHeaders(): string;
  send(body: unknown): void;
  abort(): void;
  responseType: 'blob';
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  readonly response: Blob;
  readonly status: number;
  readonly statusText: string;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
}

declare const XMLHttpRequest: new () => PageRequest;

/**
 * Sends as `fetch` does, and says how much of the body has left, which `fetch` does not. It follows redirects: a key must not
 * go with it. Guarded by console/test/documents.test.ts.
 */
export function sendTelling(
  url: string,
  { method = 'GET', headers, body, signal }: RequestInit,
  onSent: OnSent,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
    request.responseType = 'blob';
    request.upload.onprogress = ({ loaded, total }) => onSent(loaded, total);
    request.onload = () => resolve(answerOf(request, url));
    request.onerror = () => reject(new TypeError('The connection failed.'));
    request.onabort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}

function answerOf(request: PageRequest, url: string): Response {
  const { response, status, statusText } = request;
  const lines = request.getAllResponseHeaders().split('\r\n');
  const headers = lines.flatMap((line): [string, string][] => {
    const at = line.indexOf(':');
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
  });
  const answer = new Response(response, { status, statusText, headers });
  return Object.defineProperty(answer, 'url', { value: url });
}
