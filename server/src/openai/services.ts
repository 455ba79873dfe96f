import type { KernelServices, Route as AnyRoute } from '../http/index.ts';
import type { Models } from '../models/index.ts';
import type { Budgets } from '../usage/index.ts';

/** What routes of the OpenAI API work with. */
export interface Services extends KernelServices {
  models: Models;
  budgets: Budgets;
}

export type Route = AnyRoute<Services>;
