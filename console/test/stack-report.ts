import { NAME_PAYLOAD } from './payloads.ts';

/** What `keyward bootstrap apply` reports of a stack with these keys. */
export function reportOf(keys: readonly object[]) {
  const at = new Date().toISOString();
  return {
    run_id: 'run-00000001',
    stack: 'shop',
    verb: 'apply',
    host: 'builder-1',
    started_at: at,
    finished_at: at,
    keys,
  };
}

/** A stack with a key in step and one that somebody edited; with attacks in its texts. */
export function stackReport() {
  const at = new Date().toISOString();
  const place = 'vault:kv/data/<img/src=x/onerror=globalThis.hacked=1>#KEY';
  const seen = { place, copies: [place], source: 'random', stored_at: at, verdict: null };
  return reportOf(
    ['in_step', 'edited'].map((state) => ({
      id: state,
      action: state === 'edited' ? 'none' : 'create',
      revoked: [],
      reason: NAME_PAYLOAD,
      seen: { ...seen, state, service_key_id: '<svg/onload=globalThis.hacked=1>' },
    })),
  );
}
