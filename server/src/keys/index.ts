import { Running } from '../nodes/index.ts';
import type { KeysContext } from './context.ts';
import { LastUsed } from './verify/last-used.ts';
import { RequestLimits } from './limits/limits.ts';
import { Verifier } from './verify/verifier.ts';

export { actorId, holdingsOf, type Administrators, type KeysContext } from './context.ts';
export { ensureAdminOwner, mintFirstKey, mintLocally } from './first-key.ts';
export { refuseExcess } from './power/gain.ts';
export { checkImported, importKeyList, importKeys } from './import.ts';
export type { ImportInput, ImportLine, ImportOutcome } from './import.ts';
export { callerOf, KEY_STATES, OVERLAP_MAX_SECONDS } from './key.ts';
export type { Key, KeyState, KeyWithSecrets } from './key.ts';
export type { GoodKey } from './verify/key-memory.ts';
export { scopesOfKey, type KeyScopes } from './key-scopes.ts';
export { viewKey, viewKeys, viewOwner, viewOwners, type KeyView, type OwnerView } from './key-view.ts';
export { getKey, listKeys, statesOf, updateKey, type ListInput } from './keys.ts';
export type { Admission, LimitView } from './limits/limits.ts';
export { budgetsLeft, limitsLeft } from './verify/left.ts';
export { enterKeyWork, type KeyWork } from './key-work.ts';
export { keysMigrations } from './migrations.ts';
export { keysModule } from './module.ts';
export { mint, mintIn, type Minted, type MintInput } from './mint.ts';
export { listNumbered, maskOf, revokeNumbered } from './key-numbers.ts';
export { OWNER_KINDS, type Owner } from './owner.ts';
export {
  addOwner,
  createOwner,
  deleteOwner,
  ensureOwner,
  getOwner,
  listOwners,
  setOwnerState,
  updateOwner,
} from './owners.ts';
export { namesOf } from './store/name-store.ts';
export { isAnyActive } from './store/owner-store.ts';
export {
  activeOwner,
  boundsOfAdmin,
  boundsOfOwner,
  callerOfKey,
  callerOfPerson,
  callerOfSecret,
  deletedOwners,
  findAdminOwner,
  holdersOfAdmin,
  holdersOfOwner,
  isOwnerActive,
  subjectsOf,
} from './power/callers.ts';
export { withPassingKey } from './passing-key.ts';
export { QuietSweeper } from './quiet.ts';
export { reportLeak } from './report.ts';
export {
  listRunning,
  stopRequest,
  stopRequests,
  type NamedRun,
  type RunningList,
  type StopQuery,
} from './running.ts';
export { endSecret, rotate } from './rotate.ts';
export { changeState, revokeBeyond, STATE_VERBS, type StateVerb } from './states.ts';
export {
  hasUnlimitedKey,
  isFree,
  lastAdmin,
  refuseOwnerExcess,
  refuseStronger,
  refuseStrongerOwner,
} from './power/taking-away.ts';
export { explain } from './verify/explain.ts';
export { SECRET_MAX_LENGTH, type BadKey } from './verify/verifier.ts';
export { verify, VERIFY_CODES, type Verdict, type VerifyCode, type VerifyQuestion } from './verify/verify.ts';

export type KeysOptions = Omit<KeysContext, 'verifier' | 'limits' | 'lastUsed' | 'running'>;

export function openKeys(options: KeysOptions): KeysContext {
  const lastUsed = new LastUsed(options);
  return {
    ...options,
    verifier: new Verifier({ ...options, usesOf: lastUsed.scopes.of }),
    limits: new RequestLimits(options.clock),
    lastUsed,
    running: new Running(options.nodes),
  };
}
