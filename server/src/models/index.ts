export { SERVERS_OWN, type Account } from './account/account.ts';
export type { Answer } from './answer/answer.ts';
export { openaiError } from './answer/openai-error.ts';
export { messagesError } from './answer/messages-error.ts';
export type { Route } from './upstreams/catalogue.ts';
export type { ForwardRequest, SignalLike } from './forward.ts';
export type { AnswerHeaders } from './upstreams/headers.ts';
export { LocalModel } from './local/local-model.ts';
export { modelsMigrations } from './migrations.ts';
export { modelsModule } from './module.ts';
export { ModelForm, type FormPart } from './request/model-form.ts';
export { Models, type ModelView } from './models.ts';
export { askStored, paid, paidOnce, type Send, type Sent, type Wanted } from './account/paid.ts';
export { UNPRICED } from './account/prices.ts';
export { REMOTE_UPSTREAM } from './upstreams/remote-models.ts';
export type {
  Queueing,
  RemoteCall,
  RemoteModels,
  RemoteRequest,
  Submitter,
  Took,
} from './upstreams/remote-models.ts';
export type { Flow, Sink } from './call.ts';
export { Target } from './upstreams/target.ts';
export { HEALTH_STATES, type UpstreamHealth } from './upstreams/health.ts';
export { testUpstream } from './upstreams/probe.ts';
export { isForChat } from './request/paths.ts';
export type { JsonObject } from './request/request-body.ts';
export { checkForm, checkMembers, type RequestBody } from './request/request-members.ts';
export { mayUse } from './upstreams/selection.ts';
export { summed, type UsageReport } from './account/settlement.ts';
export { countTokens } from './account/tokenizer.ts';
export { listed } from './account/unpriced.ts';
export { isModelName } from './upstreams/upstream.ts';
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
export { ModelAccount, accountsOf, type Payer } from './account/model-account.ts';
