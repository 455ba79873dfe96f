import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Builds the package for other projects, in sdk/dist or the folder given: ES modules, CommonJS and types, with a package.json that leads to
 * them. That of sdk/ leads to the source, so that nothing has to be built to run what is in the repository.
 * `make sdk-package` packs what this builds.
 */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = process.argv[2] ?? `${HERE}dist`;

const FLAVOURS = {
  esm: { type: 'module', options: [] },
  cjs: {
    type: 'commonjs',
    options: ['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
  },
};

function compile(): void {
  for (const [flavour, { type, options }] of Object.entries(FLAVOURS)) {
    const folder = `${DIST}/${flavour}`;
    mkdirSync(`${folder}/generated`, { recursive: true });
    execFileSync('tsc', ['-p', `${HERE}tsconfig.build.json`, '--outDir', folder, ...options], {
      stdio: 'inherit',
    });
    cpSync(`${HERE}src/generated/openapi.d.ts`, `${folder}/generated/openapi.d.ts`);
    writeFileSync(`${folder}/package.json`, `${JSON.stringify({ type, sideEffects: false })}\n`);
    for (const file of globSync(`${folder}/**/*.d.ts`)) nameJavaScript(file);
  }
}

/** The compiler leaves `./errors.ts` in types, and no such file is in the package. */
function nameJavaScript(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(/(from '\.[^']*?)(\.d)?\.ts'/g, "$1.js'"));
}

const entry = (file: string) => ({ import: `./esm/${file}.js`, require: `./cjs/${file}.js` });

function describe(): void {
  const source = JSON.parse(readFileSync(`${HERE}package.json`, 'utf8')) as Record<string, unknown>;
  const { private: isPrivate, devDependencies, ...manifest } = source;
  void [isPrivate, devDependencies];
  const exports = { '.': entry('index'), './operations': entry('generated/operations') };
  writeFileSync(`${DIST}/package.json`, `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
  cpSync(`${HERE}README.md`, `${DIST}/README.md`);
  cpSync(`${HERE}../LICENSE`, `${DIST}/LICENSE`);
}

rmSync(DIST, { recursive: true, force: true });
compile();
describe();
