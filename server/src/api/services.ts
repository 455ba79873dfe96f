import type { Agents } from '../agents/index.ts';
import type { Intake } from '../documents/index.ts';
import type { KernelServices, Route as AnyRoute } from '../http/index.ts';
import type { OidcProvider } from '../identity/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { LocalModel, Models } from '../models/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { StacksContext } from '../stacks/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Budgets } from '../usage/index.ts';

/** A check of readiness. */
export interface Part {
  ok: boolean;
  detail: string;
}

/** The services of the routes of Keyward's own API. */
export interface Services extends KernelServices {
  version: string;
  storage: Storage;
  sealing: Sealing;
  budgets: Budgets;
  models: Models;
  stacks: StacksContext;
  jobs: Jobs;
  agents: Agents;
  /** The folder for uploads that are being read. */
  intake: Intake;
  /** undefined: none is configured. */
  oidc: OidcProvider | undefined;
  /** undefined: turned off. */
  localModel: LocalModel | undefined;
  readiness(): Promise<Record<string, Part>>;
}

export type Route = AnyRoute<Services>;
