import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readManifest } from '../server/src/bootstrap/manifest/read-manifest.ts';
import { REPOSITORY } from './settings.ts';

/* compose.yaml as far as it can be checked without Docker and its images. */

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  volumes: string[];
  networks?: string[];
  ports?: string[];
  user: string;
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
}

const FOLDER = join(REPOSITORY, 'v2');
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const compose = parse(textOf('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
  networks: object;
};
const services = Object.entries(compose.services);
const service = (name: string): Service => compose.services[name] as Service;

describe('v2/compose.yaml', () => {
  test('every image has a version, and every container runs without root', () => {
    for (const [name, { image, user }] of services) {
      const isPinned = /:\d+\.\d+\.\d+$/.test(image) || image === 'keyward-v2:local';
      expect([name, isPinned, user]).toEqual([name, true, '1000:1000']);
    }
    expect(textOf('Dockerfile')).toMatch(/^FROM node:24-/m);
  });

  test('no environment and no command holds a secret, only addresses, names and paths of files', () => {
    const plain =
      /^([\w.]+|https?:\/\/[\w.:/]+|(kv\/data)?\/[\w./#-]+|own-key|v2-wrapper|kv\/data\/[\w/#]+)$/;
    const values = services.flatMap(([, { environment = {} }]) => Object.values(environment).map(String));
    expect(values.filter((value) => !plain.test(value) || /^\w{20,}$/.test(value))).toEqual([]);
  });

  test('what it mounts and waits for exists, and a wait for health has a check of health', () => {
    for (const [name, { volumes, networks = [], depends_on = {} }] of services) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        const isThere = source.startsWith('.')
          ? existsSync(resolve(FOLDER, source))
          : source in compose.volumes;
        expect([name, volume, isThere]).toEqual([name, volume, true]);
      }
      for (const network of networks) expect(compose.networks).toHaveProperty(network);
      for (const [other, { condition }] of Object.entries(depends_on))
        expect([other, service(other).healthcheck !== undefined]).toEqual([
          other,
          condition === 'service_healthy',
        ]);
    }
  });

  test('the order is: secrets, OpenBao, static keys, AnythingLLM, derived keys, wrapper', () => {
    const order: string[] = [];
    for (
      let name: string | undefined = 'wrapper';
      name !== undefined;
      name = Object.keys(service(name).depends_on ?? {})[0]
    )
      order.unshift(name);
    expect(order).toEqual([
      'first-secrets',
      'openbao',
      'bootstrap-static',
      'anythingllm',
      'bootstrap-derived',
      'wrapper',
    ]);
  });

  test('only AnythingLLM and the wrapper are reached from outside, and from this machine alone', () => {
    expect(services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))).toEqual([
      ['anythingllm', '127.0.0.1:3001:3001'],
      ['wrapper', '127.0.0.1:5491:5491'],
    ]);
    expect(service('openbao').networks).toEqual(['inside']);
  });

  test('each secret is mounted where it is used: the key of OpenBao by two, a role by its program', () => {
    const users = (volume: string): string[] =>
      services
        .filter(([, { volumes }]) => volumes.some((one) => one.startsWith(`${volume}:`)))
        .map(([name]) => name);
    expect(users('openbao')).toEqual(['first-secrets', 'openbao']);
    expect(users('role-wrapper')).toEqual(['first-secrets', 'openbao', 'wrapper']);
    expect(users('role-bootstrap')).toEqual([
      'first-secrets',
      'openbao',
      'bootstrap-static',
      'bootstrap-derived',
    ]);
  });

  test('the manifest of make v2-up is good with its variables, and its files lie in mounted volumes', () => {
    for (const name of ['bootstrap-static', 'bootstrap-derived']) {
      const { command = [], environment = {}, volumes, networks = [] } = service(name);
      const file = command[command.indexOf('--file') + 1] ?? '';
      const { sinks, keys } = readManifest(
        readFileSync(join(REPOSITORY, file), 'utf8'),
        file,
        environment as NodeJS.ProcessEnv,
      );
      const paths = JSON.stringify([sinks, keys]).match(/(?<=")\/v2\/[\w./-]+/g) ?? [];
      const mounts = volumes.map((volume) => volume.split(':')[1] ?? '');
      expect(paths).toHaveLength(5);
      const [wrapper] = keys['anythingllm']?.consumers ?? [];
      expect(wrapper?.proof?.url).toBe(
        `http://wrapper:${service('wrapper').environment?.['WRAPPER_PORT']}/readyz`,
      );
      expect(service('wrapper').networks).toEqual(expect.arrayContaining(networks));
      expect(
        paths.filter((path) => !mounts.some((mount) => path === mount || path.startsWith(`${mount}/`))),
      ).toEqual([]);
    }
  });

  test('the manifest is good without any variable, for a person at a command line', () => {
    const { keys } = readManifest(textOf('keyward.bootstrap.yaml'), 'm', {});
    expect(keys['anythingllm']?.store).toEqual([
      { sink: 'vault', mount: 'kv', path: 'tribuence/v2/anythingllm', field: 'ANYLLM_API_KEY' },
    ]);
  });
});
