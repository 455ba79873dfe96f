/**
 * The types of `@whatwg-node/fetch` without its reference to the types of browsers, which would make `window` and
 * `document` known to the whole repository (tsconfig.json, `paths`).
 */
export const fetch: typeof globalThis.fetch;
export const Request: typeof globalThis.Request;
export const Response: typeof globalThis.Response;
export const Headers: typeof globalThis.Headers;
export const FormData: typeof globalThis.FormData;
export const ReadableStream: typeof globalThis.ReadableStream;
export const WritableStream: typeof globalThis.WritableStream;
export const TransformStream: typeof globalThis.TransformStream;
export const Blob: typeof globalThis.Blob;
export const File: typeof globalThis.File;
export const crypto: typeof globalThis.crypto;
export const TextDecoder: typeof globalThis.TextDecoder;
export const TextEncoder: typeof globalThis.TextEncoder;
export const URL: typeof globalThis.URL;
export const URLSearchParams: typeof globalThis.URLSearchParams;
export const URLPattern: unknown;
export function createFetch(options?: object): typeof globalThis;
