import type { Logger } from '@keyward/server/logger';
import { graphqlServer } from './graphql/graphql-server.ts';
import { HttpServer } from './http/http-server.ts';
import { ReadinessCheck } from './http/readiness.ts';
import { OwnKey } from './key/own-key.ts';
import type { KeyPlace } from './key/key-place.ts';

export interface WrapperOptions {
  host: string;
  /** 0: a free one. */
  port: number;
  /** Of the Developer API, without `/v1`. */
  upstreamUrl: string;
  /** Where the own key lies; undefined: there is no own key. */
  place: KeyPlace | undefined;
  /** Requests without a key are answered with the own key. */
  isAnonymous: boolean;
  hosts: ReadonlySet<string>;
  logger: Logger;
  /** How often the place of the key is looked at, ms. */
  pollMs?: number | undefined;
}

export interface Wrapper {
  readonly url: string;
  /** Idempotent. */
  stop(): Promise<void>;
}

/** The whole server, listening. */
export async function openWrapper(options: WrapperOptions): Promise<Wrapper> {
  const { host, port, upstreamUrl, place, isAnonymous, hosts, logger, pollMs } = options;
  const ownKey =
    place === undefined
      ? undefined
      : new OwnKey(place, { logger, ...(pollMs === undefined ? {} : { pollMs }) });
  const server = new HttpServer({
    graphql: graphqlServer({ upstreamUrl, logger }),
    readiness: new ReadinessCheck(upstreamUrl, ownKey),
    anonymous: isAnonymous ? ownKey : undefined,
    hosts,
    logger,
  });
  const url = await server.listen(port, host);
  await ownKey?.start();
  return {
    url,
    stop: async () => {
      await server.stop();
      await ownKey?.stop();
    },
  };
}
