import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../access/index.ts';
import type { Permit } from '../../storage/index.ts';
import type { Flow, Sink } from '../call.ts';
import type { Target } from './target.ts';

/** The name that stands in the place of an upstream's for models of workers. */
export const REMOTE_UPSTREAM = 'workers';

/** The key that a request to a worker is submitted with. */
export type Submitter = Pick<Caller, 'keyId' | 'ownerId' | 'selectors' | 'holders'>;

/** Of a request that nobody sits and waits for. */
export interface Queueing {
  /** As of jobs: 0 is the lowest. */
  priority: number;
  waitMs: number;
}

/** What a request took of a worker. */
export interface Took {
  /** '' where no worker had it. */
  worker: string;
  gpuMs: number;
}

export interface RemoteRequest {
  /** Below `/v1`. */
  path: string;
  /** JSON, as an upstream would get it. */
  body: Buffer;
  submitter: Submitter;
  /** Money is counted, and time on a worker has no price for a token: only workers without a price may have it. */
  mustBeFree: boolean;
  permit: Permit | undefined;
  queueing: Queueing | undefined;
  /** A worker has begun; again for each attempt. */
  onStarted(): void;
  /** As in `CallOptions`; never before `ask` has returned. */
  onHead(status: number, headers: IncomingHttpHeaders, flow: Flow): Sink;
  onFailure(error: Error): void;
}

export interface RemoteCall extends Flow {
  /** Resolves once after the end, in every case. */
  readonly took: Promise<Took>;
}

/** Models of machines that ask this server for work. `jobs` implements it. */
export interface RemoteModels {
  /** Lists the models that can be asked for now. Another one when `generation` grows. */
  readonly target: Target;
  readonly generation: number;
  /** False: the list may be too old. */
  readonly isFresh: boolean;
  /** Reads the list. Never rejects. */
  refresh(): Promise<void>;
  /** Whether it was there a while ago, and is likely to come back. */
  wasThere(model: string): boolean;
  ask(request: RemoteRequest): RemoteCall;
}
