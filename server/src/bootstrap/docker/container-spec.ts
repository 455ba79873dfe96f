import { Type, type Static } from 'typebox';
import { DOCKER_SOCKET } from './engine.ts';

const opt = Type.Optional;
const NAME = '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}$';

/** Members of a manifest that name one container: `container` or `compose`. */
export const CONTAINER_MEMBERS = {
  container: opt(Type.String({ pattern: NAME, description: 'the exact name of the container' })),
  compose: opt(
    Type.Object(
      {
        project: Type.String({ pattern: NAME, description: 'the name of the compose project' }),
        service: Type.String({ pattern: NAME, description: 'the name of the service in it' }),
      },
      {
        additionalProperties: false,
        description: 'Instead of container: the container of a compose service',
      },
    ),
  ),
  image: opt(
    Type.String({
      minLength: 1,
      maxLength: 300,
      description: 'the image that the container must have, such as mintplexlabs/anythingllm; a tag or an id',
    }),
  ),
  docker: opt(
    Type.String({
      minLength: 1,
      maxLength: 300,
      pattern: '^(unix:///.+|(tcp|http)://[^/@]+/?)$',
      default: DOCKER_SOCKET,
      description: 'a socket such as unix:///var/run/docker.sock, or a proxy such as tcp://127.0.0.1:2375',
    }),
  ),
};

const ContainerSpec = Type.Object(CONTAINER_MEMBERS);
/** One container. */
export type ContainerSpec = Static<typeof ContainerSpec>;

/** @returns what is wrong, or undefined. */
export const containerFault = ({ container, compose }: ContainerSpec): string | undefined =>
  (container === undefined) === (compose === undefined)
    ? 'must have either container, or compose: { project, service }'
    : undefined;
