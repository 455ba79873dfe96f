import { networkOf, siteOf } from '../access/index.ts';

/** Of all visitors together, in one process: it leaves room for requests with keys. */
const AT_ONCE_MAX = 64;
/** Of one site (access/network), so that it cannot take all places. */
const SITE_AT_ONCE_MAX = 32;

/** Questions of visitors that are being answered in this process. Guarded by developer/widgets/widget-limits.test.ts. */
export class Places {
  #taken = 0;
  readonly #bySite = new Map<string, number>();

  /** @returns what gives the place back; undefined where none is left for this address. */
  take(ip: string): (() => void) | undefined {
    const site = siteOf(networkOf(ip));
    const own = this.#bySite.get(site) ?? 0;
    if (this.#taken >= AT_ONCE_MAX || own >= SITE_AT_ONCE_MAX) return undefined;
    this.#taken++;
    this.#bySite.set(site, own + 1);
    return () => this.#release(site);
  }

  #release(site: string): void {
    this.#taken--;
    const left = (this.#bySite.get(site) ?? 1) - 1;
    if (left === 0) this.#bySite.delete(site);
    else this.#bySite.set(site, left);
  }
}
