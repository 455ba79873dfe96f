export { SERVERS_OWN } from './account/account.ts';
export type { Account } from './account/account.ts';
export type { Answer } from './answer/answer.ts';
export type { Route } from './upstreams/catalogue.ts';
export type { UpstreamContext } from './context.ts';
export type { Demand } from './request/estimate.ts';
export type { ForwardRequest, Leaving } from './forward.ts';
export type { AnswerHeaders } from './upstreams/headers.ts';
export { LocalModel } from './local/local-model.ts';
export type { LocalModelOptions, LocalState, LocalStatus } from './local/local-model.ts';
export { modelsMigrations } from './migrations.ts';
export { modelsModule } from './module.ts';
export { ModelForm } from './request/model-form.ts';
export type { FormPart } from './request/model-form.ts';
export { Models } from './models.ts';
export type { ModelsOptions, ModelView } from './models.ts';
export { paid, paidOnce } from './account/paid.ts';
export type { Send, Sent, Wanted } from './account/paid.ts';
export { UNPRICED } from './account/prices.ts';
export type { PriceTable } from './account/prices.ts';
export { testUpstream } from './upstreams/probe.ts';
export type { ProbeStep } from './upstreams/probe.ts';
export type { JsonObject } from './request/request-body.ts';
export { checkForm, checkMembers } from './request/request-members.ts';
export type { RequestBody } from './request/request-members.ts';
export { mayUse } from './upstreams/selection.ts';
export type { UsageReport } from './account/settlement.ts';
export { listed } from './account/unpriced.ts';
export type { ModelEntry, UpstreamInput, UpstreamView } from './upstreams/upstream.ts';
export {
  addUpstream,
  findUpstream,
  getUpstream,
  listUpstreams,
  putUpstream,
  removeUpstream,
  updateUpstream,
} from './upstreams/upstreams.ts';
export { refuseMeasured } from './upstreams/upstream-power.ts';
export { ModelAccount, accountsOf } from './account/model-account.ts';
export type { Payer } from './account/model-account.ts';
