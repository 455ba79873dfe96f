export { HttpServer } from './server.ts';
export { AccessLog } from './access-log.ts';
export { Metrics } from './metrics.ts';
export { openapiDocument, errorsOf, failuresAs } from './openapi/openapi-document.ts';
export type { ArrivalTimes } from './request/late-requests.ts';
export { REQUEST_ID_HEADER } from './request/request-id.ts';
export {
  routesOn,
  type Access,
  type Answer,
  type Call,
  type Declared,
  type DeclareRoute,
  type Route,
} from './route.ts';
export { parseJson, tooMany } from '../base/forms/json-body.ts';
export { BODY_MAX_BYTES, IMPORT_MAX_BYTES } from './body/body-limits.ts';
export { challengeHeaders, errorEvent, problemShape, toKeywardError } from './answer/error-shapes.ts';
export { sendEvents, sendFrames, writable, type Frames, type ServerEvent } from './answer/event-frames.ts';
export type { ErrorAnswer } from './answer/error-shapes.ts';
export type { KernelServices } from './services.ts';
export { shownRoute } from './similar-route.ts';
export { validator } from './validation.ts';
export { decoder, type Decoded } from './decoding.ts';
export { readCredential } from './credentials.ts';
export type { Json, Surface } from './surface.ts';
export type { WholeAnswer } from './answer/send-answer.ts';
export {
  closed,
  Decimal,
  idParam,
  orderedIdParam,
  lastAdminFlag,
  Name,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  Reason,
  Time,
} from './schemas.ts';
export { preflightHeaders } from './cors.ts';
export { sessionOfCookie } from './sessions/session-of-request.ts';
export { takeQuestion } from './admission.ts';
export type { RequestContext } from './request/request-context.ts';
export { watchArrival } from './request/body-watchdog.ts';
export { onFile, type FormFile } from './body/file-name.ts';
export { openForm } from './body/form.ts';
export { JSON_TYPE, receive } from './body/body-reader.ts';
