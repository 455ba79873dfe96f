import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { runIn } from './sdk-package.ts';
import { REPOSITORY, startServer, temporaryFolder, type Server } from './server.ts';

/** Generators come from the registries of npm and PyPI, so this asks them. */
const MAKERS = {
  npm: ['@hey-api/openapi-ts@0.95.0', 'orval@7.13.2'],
  pip: ['openapi-generator-cli==7.26.0', 'openapi-python-client==0.29.1'],
};

/** openapi-generator needs Java, and its client for Go needs Go: their tests are reported as skipped where these are missing. */
const isThere = (program: string, argument: string): boolean => spawnSync(program, [argument]).status === 0;
const hasJava = isThere('java', '-version');
const hasGo = hasJava && isThere('go', 'version');

const openapiGenerator = (language: string, ...more: string[]): string[] => [
  'py/bin/openapi-generator-cli',
  'generate',
  '-i',
  'openapi.json',
  '-g',
  language,
  '-o',
  language,
  ...more,
];

const TYPESCRIPT = [
  {
    name: 'hey-api',
    canRun: true,
    command: ['node_modules/.bin/openapi-ts', '-i', 'openapi.json', '-o', 'hey-api'],
    program: `import { client } from './hey-api/client.gen';
      import { keysList } from './hey-api/sdk.gen';
      client.setConfig({ baseUrl: url, auth: key });
      keysList().then(({ data }) => console.log(data?.items[0]?.name));`,
  },
  {
    name: 'orval',
    canRun: true,
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
    canRun: hasJava,
    command: openapiGenerator('typescript-fetch'),
    program: `import { Configuration, KeysApi } from './typescript-fetch';
      new KeysApi(new Configuration({ basePath: url, accessToken: key })).keysList().then(({ items }) => console.log(items[0]?.name));`,
  },
];

const PYTHON = [
  {
    name: 'openapi-generator for Python',
    folder: 'python',
    canRun: hasJava,
    command: openapiGenerator('python'),
    program: `import os, openapi_client
with openapi_client.ApiClient(openapi_client.Configuration(host=os.environ['URL'], access_token=os.environ['KEY'])) as api:
    keys = openapi_client.KeysApi(api)
    made = keys.keys_create(openapi_client.MintRequest(name='made', role='client'))
    print(keys.keys_list().items[-1].name, made.key.name, made.secret[:3])`,
  },
  {
    name: 'openapi-python-client',
    folder: 'own',
    canRun: true,
    command: [
      'py/bin/openapi-python-client',
      'generate',
      '--path',
      'openapi.json',
      '--meta',
      'none',
      '--output-path',
      'own/keyward',
    ],
    program: `import importlib, os, pkgutil, keyward
for module in pkgutil.walk_packages(keyward.__path__, 'keyward.'):
    importlib.import_module(module.name)
from keyward.api.keys import keys_create, keys_list
from keyward.models import MintRequest, MintRequestRole
client = keyward.AuthenticatedClient(base_url=os.environ['URL'], token=os.environ['KEY'])
made = keys_create.sync(client=client, body=MintRequest(name='made', role=MintRequestRole.CLIENT))
print(keys_list.sync(client=client).items[-1].name, made.key.name, made.secret[:3])`,
  },
];

const GO_PROGRAM = `package main

import (
	"context"
	"fmt"
	"os"

	"example.com/keyward"
)

func main() {
	configuration := keyward.NewConfiguration()
	configuration.Servers = keyward.ServerConfigurations{{URL: os.Getenv("URL")}}
	as := context.WithValue(context.Background(), keyward.ContextAccessToken, os.Getenv("KEY"))
	keys := keyward.NewAPIClient(configuration).KeysAPI
	request := keyward.NewMintRequest("made")
	request.SetRole("client")
	made, _, err := keys.KeysCreate(as).MintRequest(*request).Execute()
	if err != nil {
		panic(err)
	}
	list, _, err := keys.KeysList(as).Execute()
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Items[len(list.Items)-1].Name, made.Key.Name, made.Secret[:3])
}
`;

/** The oldest key, the one that was made, and how its secret begins. */
const MADE = 'tests made sk-\n';

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
  const needs = ['pydantic', 'urllib3', 'python-dateutil', 'typing-extensions', 'attrs', 'httpx'];
  await runIn(folder, ['py/bin/pip', 'install', '--quiet', ...MAKERS.pip, ...needs]);
}, 600_000);

describe('a client that is generated from the OpenAPI document', { timeout: 600_000 }, () => {
  test.for(TYPESCRIPT)(
    'of $name compiles and calls a server',
    async ({ name, canRun, command, program }, { skip }) => {
      skip(!canRun, 'Java is missing');
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
      expect(await runIn(folder, ['node', `${name}.mjs`], environment)).toBe('tests\n');
    },
  );

  test.for(PYTHON)('of $name can be imported and calls a server', async (row, { skip }) => {
    skip(!row.canRun, 'Java is missing');
    mkdirSync(join(folder, row.folder), { recursive: true });
    await runIn(folder, row.command);
    const run = ['../py/bin/python', '-c', row.program];
    expect(await runIn(join(folder, row.folder), run, environment)).toBe(MADE);
  });

  test('of openapi-generator for Go compiles and calls a server', async ({ skip }) => {
    skip(!hasGo, 'Java or Go is missing');
    await runIn(folder, openapiGenerator('go', '--additional-properties=packageName=keyward'));
    // Its own tests would need a module from elsewhere.
    const go = join(folder, 'go');
    rmSync(join(go, 'test'), { recursive: true });
    writeFileSync(join(go, 'go.mod'), 'module example.com/keyward\n\ngo 1.23\n');
    mkdirSync(join(go, 'call'));
    writeFileSync(join(go, 'call', 'main.go'), GO_PROGRAM);
    await runIn(go, ['go', 'vet', './...']);
    expect(await runIn(go, ['go', 'run', './call'], environment)).toBe(MADE);
  });
});
