import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { runIn } from './sdk-package.ts';
import { REPOSITORY, startServer, temporaryFolder, type Server } from './server.ts';

/** The generators come from the registries of npm and PyPI; openapi-generator needs Java. */
const MAKERS = {
  npm: ['@hey-api/openapi-ts@0.95.0', 'orval@7.13.2'],
  pip: ['openapi-generator-cli==7.26.0'],
};

const TYPESCRIPT = [
  {
    name: 'hey-api',
    command: ['node_modules/.bin/openapi-ts', '-i', 'openapi.json', '-o', 'hey-api'],
    program: `import { client } from './hey-api/client.gen';
      import { keysList } from './hey-api/sdk.gen';
      client.setConfig({ baseUrl: url, auth: key });
      keysList().then(({ data }) => console.log(data?.items[0]?.name));`,
  },
  {
    name: 'orval',
    command: [
      'node_modules/.bin/orval',
      '--input',
      'openapi.json',
      '--output',
      'orval/client.ts',
      '--client',
      'fetch',
    ],
    program: `import { getKeysListUrl } from './orval/client';
      import type { keysListResponse200 } from './orval/client';
      fetch(url + getKeysListUrl(), { headers: { authorization: 'Bearer ' + key } })
        .then((answer) => answer.json() as Promise<keysListResponse200['data']>)
        .then(({ items }) => console.log(items[0]?.name));`,
  },
  {
    name: 'typescript-fetch',
    command: [
      'py/bin/openapi-generator-cli',
      'generate',
      '-i',
      'openapi.json',
      '-g',
      'typescript-fetch',
      '-o',
      'typescript-fetch',
    ],
    program: `import { Configuration, KeysApi } from './typescript-fetch';
      new KeysApi(new Configuration({ basePath: url, accessToken: key })).keysList().then(({ items }) => console.log(items[0]?.name));`,
  },
];

const PYTHON = [
  {
    name: 'openapi-generator for Python',
    command: ['py/bin/openapi-generator-cli', 'generate', '-i', 'openapi.json', '-g', 'python', '-o'],
    program: `import os, openapi_client
with openapi_client.ApiClient(openapi_client.Configuration(host=os.environ['URL'], access_token=os.environ['KEY'])) as api:
    print(openapi_client.KeysApi(api).keys_list().items[0].name)`,
  },
];

const COMPILER_OPTIONS = {
  strict: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2023', 'dom', 'dom.iterable'],
  types: [],
  skipLibCheck: true,
  noEmit: true,
};

let server: Server;
let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startServer();
  environment = { URL: server.url, KEY: server.home.adminKey };
  folder = temporaryFolder();
  const { text } = await server.request('GET', '/openapi.json', { key: null });
  writeFileSync(join(folder, 'openapi.json'), text);
  writeFileSync(join(folder, 'package.json'), '{"name":"other","private":true}');
  await runIn(folder, ['npm', 'install', '--silent', '--ignore-scripts', ...MAKERS.npm]);
  await runIn(folder, ['python3', '-m', 'venv', 'py']);
  const needs = ['pydantic', 'urllib3', 'python-dateutil', 'typing-extensions'];
  await runIn(folder, ['py/bin/pip', 'install', '--quiet', ...MAKERS.pip, ...needs]);
}, 600_000);

describe('Clients that other generators make from the OpenAPI document', { timeout: 600_000 }, () => {
  test.for(TYPESCRIPT)(
    'The TypeScript client of $name compiles and calls a server',
    async ({ name, command, program }) => {
      await runIn(folder, command);
      const head = `declare const process: { env: { URL: string; KEY: string } };\nconst { URL: url, KEY: key } = process.env;\n`;
      const entry = join(folder, `call-${name}.ts`);
      writeFileSync(entry, head + program);
      const config = join(folder, `tsconfig.${name}.json`);
      writeFileSync(
        config,
        JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: [`call-${name}.ts`, name] }),
      );
      await runIn(REPOSITORY, ['tsc', '-p', config]);
      const bundle = await rolldown({ input: entry, platform: 'node' });
      await bundle.write({ file: join(folder, `${name}.mjs`), format: 'esm' });
      expect(await runIn(folder, ['node', `${name}.mjs`], environment)).toBe('acceptance\n');
    },
  );

  test.for(PYTHON)('The Python client of $name calls a server', async ({ command, program }) => {
    mkdirSync(join(folder, 'python'), { recursive: true });
    await runIn(folder, [...command, 'python']);
    expect(await runIn(join(folder, 'python'), ['../py/bin/python', '-c', program], environment)).toBe(
      'acceptance\n',
    );
  });
});
