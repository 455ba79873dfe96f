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
  readonly upload: {
    addEventListener(name: 'progress', hear: (event: { loaded: number; total: number }) => void): void;
  };
  readonly response: Blob;
  readonly status: number;
  readonly statusText: string;
  addEventListener(name: 'load' | 'error' | 'abort', hear: () => void): void;
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
    request.upload.addEventListener('progress', ({ loaded, total }) => onSent(loaded, total));
    request.addEventListener('load', () => resolve(answerOf(request, url)));
    request.addEventListener('error', () => reject(new TypeError('The connection failed.')));
    request.addEventListener('abort', () => reject(signal?.reason as Error));
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
