import { createClient } from '@keyward/sdk';

/** The address of Keyward, perhaps below a path of a proxy: the server writes it into the page. */
export const ADDRESS = new URL('.', document.baseURI).href.replace(/\/$/, '');

/** The path of this page below the host, for the router. */
export const BASE_PATH = new URL(document.baseURI).pathname;

let shown: () => string | undefined = () => undefined;

/** @param idOf gives the id of the session that the page shows: in another tab, somebody else may sign in. */
export function showsSession(idOf: () => string | undefined): void {
  shown = idOf;
}

/** The one client of the console. The browser sends the cookie of the session. */
export const client = createClient({ url: ADDRESS, session: () => shown() });
