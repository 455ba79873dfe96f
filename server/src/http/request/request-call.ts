import type { IncomingMessage } from 'node:http';
import type { Actor, Caller } from '../../access/index.ts';
import type { ErrorCode, KeywardError } from '../../base/errors.ts';
import type { FormPart } from '../../models/index.ts';
import type { Run } from '../../nodes/index.ts';
import type { Count } from '../../usage/index.ts';
import { admitAgain } from '../admission.ts';
import type { ReadBody } from '../body/body-reader.ts';
import { needsKey, type Route } from '../route.ts';
import type { KernelServices } from '../services.ts';
import type { SessionCookie } from '../sessions/session-cookie.ts';
import type { LightSignal } from './light-signal.ts';
import type { RequestContext } from './request-context.ts';

interface Handled {
  declared: Route;
  run: Run | undefined;
  read: ReadBody;
  services: KernelServices;
}

const NO_BYTES = Buffer.alloc(0);

/** Who acts, on a route that needs a key. */
function actorOf({ caller, session }: RequestContext, declared: Route): Actor | undefined {
  if (caller === undefined || !needsKey(declared)) return undefined;
  return session?.actor ?? { kind: 'key', caller };
}

/** What a handler gets (route.ts). */
export class RequestCall {
  params: unknown;
  query: unknown;
  body: unknown;
  readonly bytes: Buffer;
  readonly form: FormPart[] | undefined;
  readonly caller;
  readonly actor;
  readonly ip: string;
  readonly requestId: string;
  readonly headers: IncomingMessage['headers'];
  readonly stream: IncomingMessage;
  readonly secretId: string | undefined;
  readonly session;
  readonly run: Run | undefined;
  readonly #context: RequestContext;
  readonly #declared: Route;
  readonly #services: KernelServices;
  #controller: AbortController | undefined;

  constructor(context: RequestContext, { declared, run, read, services }: Handled) {
    const { caller, secretId, session, ip, id, request, params, query } = context;
    const { bytes = NO_BYTES, value, form, stream = request } = read;
    this.params = params;
    this.query = query;
    this.body = value;
    this.bytes = bytes;
    this.form = form;
    this.caller = caller;
    this.actor = actorOf(context, declared);
    this.ip = ip;
    this.requestId = id;
    this.headers = request.headers;
    this.stream = stream;
    this.secretId = secretId;
    this.session = session;
    this.run = run;
    this.#context = context;
    this.#declared = declared;
    this.#services = services;
  }

  get prefix(): string {
    return this.#context.prefix;
  }

  get sessionCookie(): SessionCookie {
    return this.#context.sessionCookie;
  }

  get lightSignal(): LightSignal {
    return this.#context.lightSignal;
  }

  /** Made on demand: most handlers need none. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = (this.#controller = new AbortController());
    const { lightSignal } = this;
    if (lightSignal.aborted) controller.abort();
    else lightSignal.addEventListener('abort', () => controller.abort());
    return controller.signal;
  }

  get waitSignal(): AbortSignal {
    return AbortSignal.any([this.signal, this.#context.stopping]);
  }

  async stillAdmitted(): Promise<{ caller: Caller | undefined; actor: Actor | undefined }> {
    const [context, declared, services] = [this.#context, this.#declared, this.#services];
    if (context.isOvertaken || !services.nodes.leaseHolds()) await admitAgain(services, declared, context);
    return { caller: context.caller, actor: actorOf(context, declared) };
  }

  runsFor(payers: readonly string[]): void {
    this.#context.runsFor(payers);
  }

  holds(release: () => void): void {
    this.#context.holds(release);
  }

  saysLast(words: (why: KeywardError) => string | undefined): void {
    this.#context.lastWords = words;
  }

  countsItself(): void {
    this.#context.isCounted = true;
  }

  countsFor(whom: Pick<Count, 'keyId' | 'ownerId'>, refusedWith?: ErrorCode): void {
    const context = this.#context;
    context.countedFor = whom;
    context.errorCode = refusedWith ?? context.errorCode;
  }
}
