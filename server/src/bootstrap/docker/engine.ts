import type { Duplex } from 'node:stream';
import type { Agent } from 'undici';
import { collected } from '../../base/collected.ts';
import { jsonIn } from '../../base/json-text.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { reasonOf } from '../calls/reason.ts';

export const DOCKER_SOCKET = 'unix:///var/run/docker.sock';

const TIMEOUT_MS = 15_000;
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

/**
 * - `refused`: it can work only after somebody changes something: a wrong container, a right that is missing.
 * - `unavailable`: the engine or the container does not answer, or what was done there is not known.
 *
 * @property message one line for the operator. It never holds output, input or an answer of the engine.
 */
export class DockerError extends Error {
  readonly fault: 'refused' | 'unavailable';

  constructor(fault: 'refused' | 'unavailable', message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'DockerError';
    this.fault = fault;
  }
}

export interface EngineAnswer {
  status: number;
  /** undefined: it is not JSON. */
  body: unknown;
}

interface CallOptions {
  body?: object;
  /** @default 15,000 */
  timeoutMs?: number;
}

/**
 * The API of a Docker engine, or of Podman in its place: over its unix socket, or over TCP without TLS, as socket proxies
 * offer it.
 */
export class DockerEngine {
  readonly address: string;
  readonly #origin: string;
  readonly #connections: Agent;
  /** Such as `/v1.41`; '': the version of the engine itself. */
  #version: Promise<string> | undefined;

  /** @param address such as `unix:///var/run/docker.sock` or `tcp://127.0.0.1:2375`. @throws DockerError */
  constructor(address = DOCKER_SOCKET) {
    this.address = address;
    const socketPath = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
    const host = /^(?:tcp|http):\/\/([^/@\s]+)\/?$/.exec(address)?.[1];
    const origin = socketPath === undefined ? `http://${host ?? ''}` : 'http://docker';
    if ((socketPath ?? host) === undefined || URL.parse(origin) === null)
      throw new DockerError(
        'refused',
        `docker: must be a socket such as ${DOCKER_SOCKET}, or a socket proxy such as tcp://127.0.0.1:2375.`,
      );
    this.#origin = origin;
    this.#connections = openOutbound({
      policy: { kind: 'upstream' },
      pipelining: 1,
      ...(socketPath === undefined ? {} : { socketPath }),
    });
  }

  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /** @throws DockerError where it does not answer, or where a proxy refuses the call (403) */
  async call(method: 'GET' | 'POST', path: string, options: CallOptions = {}): Promise<EngineAnswer> {
    const { status, bytes } = await this.#send(method, (await this.#base()) + path, options);
    if (status === 403) throw this.#refusal(method, path);
    return { status, body: jsonIn(bytes.toString()) };
  }

  /** A call whose connection then carries raw bytes both ways. @throws DockerError */
  async hijack(path: string, body: object): Promise<Duplex> {
    const base = await this.#base();
    return new Promise((resolve, reject) => {
      this.#connections.dispatch(
        {
          origin: this.#origin,
          path: base + path,
          method: 'POST',
          upgrade: 'tcp',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          headersTimeout: TIMEOUT_MS,
        },
        {
          onRequestStart: () => undefined,
          onRequestUpgrade: (_controller, _status, _headers, socket) => resolve(socket),
          onResponseStart: (controller, status) => {
            reject(status === 403 ? this.#refusal('POST', path) : this.#unexpected('POST', path, status));
            controller.abort(new Error('It was not upgraded.'));
          },
          onResponseError: (_controller, error) => reject(this.#away(error)),
        },
      );
    });
  }

  /** For a status that the caller has no use for. */
  unexpected(method: string, path: string, { status }: EngineAnswer): DockerError {
    return this.#unexpected(method, path, status);
  }

  /** The version that the engine announces is neither too new nor too old for it. A proxy may refuse to say it. */
  #base(): Promise<string> {
    this.#version ??= this.#send('GET', '/_ping', {}).then(
      ({ version }) => (version === undefined ? '' : `/v${version}`),
      (error: unknown) => {
        this.#version = undefined;
        throw error;
      },
    );
    return this.#version;
  }

  async #send(
    method: string,
    path: string,
    { body, timeoutMs = TIMEOUT_MS }: CallOptions,
  ): Promise<{ status: number; bytes: Buffer; version: string | undefined }> {
    try {
      const response = await this.#connections.request({
        origin: this.#origin,
        path,
        method,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const tooLong = () => new DockerError('unavailable', `${this.address} answers with more than 8 MiB.`);
      const bytes = await collected(response.body, ANSWER_MAX_BYTES, tooLong);
      const announced = String(response.headers['api-version'] ?? '');
      const version = /^\d+\.\d+$/.test(announced) ? announced : undefined;
      return { status: response.statusCode, bytes, version };
    } catch (cause) {
      throw cause instanceof DockerError ? cause : this.#away(cause);
    }
  }

  #away(cause: unknown): DockerError {
    const reason = reasonOf(cause);
    const next =
      reason === 'EACCES'
        ? 'Give this user the right to it, or use a socket proxy.'
        : 'Start it, or correct docker in the manifest.';
    return new DockerError(
      'unavailable',
      `The Docker engine at ${this.address} does not answer (${reason}). ${next}`,
      { cause },
    );
  }

  #refusal(method: string, path: string): DockerError {
    return new DockerError(
      'refused',
      `${this.address} refuses ${method} ${withoutQuery(path)} (403). Allow this call in the socket proxy.`,
    );
  }

  #unexpected(method: string, path: string, status: number): DockerError {
    return new DockerError(
      'unavailable',
      `The Docker engine at ${this.address} answers ${status} to ${method} ${withoutQuery(path)}.`,
    );
  }
}

const withoutQuery = (path: string): string => path.replace(/\?.*/, '');
