import type { Answer, NewKey, TestServer } from '../../../test/server.ts';
import type { KeyView, OwnerView } from '../../keys/index.ts';

export interface Problem {
  code: string;
  detail: string;
  errors?: { field: string; message: string }[];
}
export type Minted = { key: KeyView; secret: string } & Problem;

/** A key that can make keys. */
export const MAKES = { scopes: ['keys:*', 'models:use'] };

export const tokens = (amount: string) => [{ name: 'b', unit: 'tokens', amount, period: 'total' }];

/** What tests of children ask of a server again and again. */
export class Family {
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  asking(secret: string, fields: object = MAKES): Promise<Answer<Minted>> {
    return this.#server.request('POST', '/v1/keys', { key: secret, body: { name: 'child', ...fields } });
  }

  async childOf(maker: { secret: string }, fields: object = MAKES): Promise<NewKey> {
    const { body, status, text } = await this.asking(maker.secret, fields);
    if (status !== 201) throw new Error(text);
    return { id: body.key.id, secret: body.secret, key: body.key };
  }

  post<T = Problem>(path: string, body?: object, key = this.#server.adminKey): Promise<Answer<T>> {
    return this.#server.request<T>('POST', path, { key, ...(body === undefined ? {} : { body }) });
  }

  patch(id: string, body: object, key = this.#server.adminKey) {
    return this.#server.request<Problem & { key: KeyView }>('PATCH', `/v1/keys/${id}`, { key, body });
  }

  async opens({ secret }: NewKey, on = this.#server): Promise<boolean> {
    return (await on.request('GET', '/v1/keys/self', { key: secret })).status === 200;
  }

  async newOwner(name: string, more: object = {}): Promise<OwnerView> {
    return (await this.post<OwnerView>('/v1/owners', { name, kind: 'team', ...more })).body;
  }
}
