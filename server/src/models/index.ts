export { SERVERS_OWN } from './account.ts';
export type { Account } from './account.ts';
export type { Answer } from './answer.ts';
export type { Route } from './catalogue.ts';
export type { Actor, AuditTrail, Sealer, UpstreamContext } from './context.ts';
export type { Demand } from './estimate.ts';
export type { ForwardRequest, Leaving } from './forward.ts';
export type { AnswerHeaders } from './headers.ts';
export { LocalModel } from './local-model.ts';
export type { LocalModelOptions, LocalState, LocalStatus } from './local-model.ts';
export { modelsMigrations } from './migrations.ts';
export { ModelForm } from './model-form.ts';
export type { FormPart } from './model-form.ts';
export { Models } from './models.ts';
export type { ModelsOptions, ModelView } from './models.ts';
export { paid, paidOnce } from './paid.ts';
export type { Send, Sent, Wanted } from './paid.ts';
export { UNPRICED } from './prices.ts';
export type { PriceTable } from './prices.ts';
export { testUpstream } from './probe.ts';
export type { ProbeStep } from './probe.ts';
export type { JsonObject } from './request-body.ts';
export { checkForm, checkMembers } from './request-members.ts';
export type { RequestBody } from './request-members.ts';
export { mayUse } from './selection.ts';
export type { UsageReport } from './settlement.ts';
export { listed } from './unpriced.ts';
export type { ModelEntry, UpstreamInput, UpstreamView } from './upstream.ts';
export {
  addUpstream,
  findUpstream,
  getUpstream,
  listUpstreams,
  putUpstream,
  removeUpstream,
  updateUpstream,
} from './upstreams.ts';
export { refuseMeasured } from './upstream-power.ts';
export { ModelAccount, accountsOf } from './model-account.ts';
export type { Payer } from './model-account.ts';
