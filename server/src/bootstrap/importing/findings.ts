import type { ComposeFile, ComposeService, EnvironmentEntry } from './compose-file.ts';
import { fitsDotenv, type DotenvEntry } from './dotenv-text.ts';
import { ImportError } from './import-error.ts';
import { interpolated, type Interpolated } from './interpolation.ts';
import { judged, type Judgement } from './secret-kinds.ts';
import type { DotenvFile, Stack } from './stack.ts';
import { wayOf, type Way } from './ways.ts';

/** A variable that programs get: from `environment` of services, or from a file of `env_file`. */
export interface Use extends Interpolated {
  name: string;
  judgement: Judgement;
  /** In several services: through a YAML anchor. */
  services: { file: ComposeFile; service: ComposeService; entry: EnvironmentEntry }[];
  /** Instead of services: a line of an env_file. */
  line: { file: DotenvFile; entry: DotenvEntry } | undefined;
  isSecret: boolean;
  way: Way | undefined;
  /** Why it stays where it is. */
  obstacle: string | undefined;
}

/** A variable of the .env file of compose. */
export interface ProjectVariable {
  name: string;
  value: string;
  judgement: Judgement;
  lines: { file: DotenvFile; entry: DotenvEntry }[];
  isSecret: boolean;
  obstacle: string | undefined;
}

export interface Findings {
  uses: Use[];
  variables: ProjectVariable[];
}

export interface Choices {
  include: ReadonlySet<string>;
  exclude: ReadonlySet<string>;
}

const VALUE_MAX_BYTES = 64 * 1024;
const VARIABLE_NAME = /^[A-Za-z_]\w{0,99}$/;

/** The secrets of a stack, and what keeps each of them from being moved. @throws ImportError */
export function findSecrets(stack: Stack, choices: Choices): Findings {
  const judge = (name: string, value: string): Judgement => {
    if (choices.exclude.has(name)) return { kind: 'plain', reason: 'excluded' };
    const judgement = judged(name, value);
    return choices.include.has(name) && value !== '' && judgement.kind !== 'secret'
      ? { kind: 'secret', reason: 'named by --include' }
      : judgement;
  };
  const findings: Findings = {
    uses: [...environmentUses(stack, judge), ...fileUses(stack, judge)],
    variables: projectVariables(stack, judge),
  };
  markSecrets(findings, choices);
  for (const use of findings.uses) if (use.isSecret) findObstacle(stack, findings, use);
  do settle(stack, findings);
  while (holdBackCrowds(findings));
  return findings;
}

type Judge = (name: string, value: string) => Judgement;

function environmentUses(stack: Stack, judge: Judge): Use[] {
  const uses = new Map<unknown, Use>();
  for (const file of stack.composeFiles)
    for (const service of file.services)
      for (const entry of service.environment) {
        const known = uses.get(entry.item);
        if (known !== undefined) {
          known.services.push({ file, service, entry });
          known.obstacle ??= service.obstacle ?? entry.obstacle;
          continue;
        }
        const result = interpolated(entry.text, stack.lookup);
        if (result === undefined)
          throw new ImportError(
            `${file.path}: services.${service.name}.environment.${entry.name} has a "$" that compose cannot read.`,
            'Write $$ for one $.',
          );
        uses.set(entry.item, {
          ...newUse(entry.name, result, judge),
          services: [{ file, service, entry }],
          obstacle: service.obstacle ?? entry.obstacle,
        });
      }
  return [...uses.values()];
}

function fileUses({ dotenvFiles }: Stack, judge: Judge): Use[] {
  return dotenvFiles
    .filter(({ users }) => users.length > 0)
    .flatMap((file) => {
      const names = Map.groupBy(file.entries, ({ name }) => name);
      const obstacle = file.users
        .map((user) => user.file.services.find(({ name }) => name === user.service)?.obstacle)
        .find((reason) => reason !== undefined);
      return file.entries.map((entry) => ({
        ...newUse(entry.name, entry, judge),
        line: { file, entry },
        obstacle:
          obstacle ?? ((names.get(entry.name)?.length ?? 0) > 1 ? `${file.path} sets it twice` : undefined),
      }));
    });
}

const newUse = (name: string, result: Interpolated, judge: Judge): Use => ({
  ...result,
  name,
  judgement: judge(name, result.value),
  services: [],
  line: undefined,
  isSecret: false,
  way: undefined,
  obstacle: undefined,
});

function projectVariables({ dotenvFiles, lookup }: Stack, judge: Judge): ProjectVariable[] {
  const lines = dotenvFiles
    .filter(({ isProject }) => isProject)
    .flatMap((file) => file.entries.map((entry) => ({ file, entry })));
  return [...Map.groupBy(lines, ({ entry }) => entry.name)].map(([name, own]) => {
    const value = lookup(name) ?? '';
    return { name, value, judgement: judge(name, value), lines: own, isSecret: false, obstacle: undefined };
  });
}

/** A variable is a secret too if a secret is made of it alone, and a use if a secret is a part of it. */
function markSecrets({ uses, variables }: Findings, { exclude }: Choices): void {
  const secrets = new Set(
    variables.filter(({ judgement }) => judgement.kind === 'secret').map(({ name }) => name),
  );
  for (const { judgement, whole } of uses)
    if (judgement.kind === 'secret' && whole !== undefined && !exclude.has(whole)) secrets.add(whole);
  for (const variable of variables) variable.isSecret = secrets.has(variable.name);
  for (const use of uses) {
    const part = [...use.names].find((name) => secrets.has(name));
    const isLineOfSecret = use.line?.file.isProject === true && secrets.has(use.name);
    use.isSecret =
      !exclude.has(use.name) && (use.judgement.kind === 'secret' || part !== undefined || isLineOfSecret);
    if (use.isSecret && use.judgement.kind !== 'secret')
      use.judgement = {
        kind: 'secret',
        reason: part === undefined ? 'a secret variable is made of it' : `it has the value of ${part}`,
      };
  }
}

function findObstacle(stack: Stack, findings: Findings, use: Use): void {
  const [unset] = use.unset;
  if (unset !== undefined) use.obstacle ??= `${unset} has no value in the given files`;
  if (Buffer.byteLength(use.value) > VALUE_MAX_BYTES) use.obstacle ??= 'its value has more than 64 KiB';
  if (use.value.trim() === '') use.obstacle ??= 'its value is blank';
  if (isSetTwice(findings.uses, use)) use.obstacle ??= 'several compose files or extended services set it';
  use.way = wayOf(stack, findings.uses, use);
  if (use.way.how === 'file') return;
  if (!VARIABLE_NAME.test(use.name)) use.obstacle ??= 'no variable of an env_file can have this name';
  if (!fitsDotenv(use.value))
    use.obstacle ??= 'an env_file cannot hold its value, which has several lines or several kinds of quotes';
}

/** `environment` wins over `env_file`: if one setting moved, the other one would count. */
function isSetTwice(uses: readonly Use[], use: Use): boolean {
  return uses.some(
    (other) =>
      other !== use &&
      other.name === use.name &&
      other.services.some((one) =>
        use.services.some(
          ({ service }) =>
            one.service.name === service.name || (one.service.isExtension && service.isExtension),
        ),
      ),
  );
}

/** What stays holds back what it is made of, until nothing changes any more. */
function settle(stack: Stack, findings: Findings): void {
  const { uses, variables } = findings;
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const variable of variables) {
      if (!variable.isSecret || variable.obstacle !== undefined) continue;
      variable.obstacle = obstacleOf(variable, stack, findings);
      isChanged ||= variable.obstacle !== undefined;
    }
    for (const use of uses) {
      if (!use.isSecret || use.obstacle !== undefined) continue;
      const held = variables.find(
        ({ name, obstacle, isSecret }) =>
          isSecret &&
          obstacle !== undefined &&
          (use.names.has(name) || (use.line?.file.isProject === true && use.name === name)),
      );
      if (held === undefined) continue;
      use.obstacle = `${held.name} stays in ${held.lines[0]?.file.path ?? ''}`;
      isChanged = true;
    }
  }
}

function obstacleOf(
  variable: ProjectVariable,
  stack: Stack,
  { uses, variables }: Findings,
): string | undefined {
  const { name } = variable;
  const text = stack.otherTexts.find((other) => namesIn(other.text).has(name));
  if (text !== undefined) {
    const own = uses.find((use) => use.whole === name && use.services.length > 0)?.name ?? name;
    const isInContainer = /\.(?:healthcheck|command|entrypoint)\b/.test(text.path);
    const advice = isInContainer ? `; write $$${own} there to read it in the container` : '';
    return `${text.path} uses it${advice}`;
  }
  const isOwn = (use: Use): boolean =>
    use.names.has(name) || (use.line?.file.isProject === true && use.name === name);
  const users = uses.filter(isOwn);
  if (users.length === 0) return 'no service uses it';
  const held = users.find((use) => !use.isSecret || use.obstacle !== undefined);
  if (held !== undefined)
    return held.isSecret && held.name === name ? held.obstacle : `${held.name} uses it and stays`;
  const line = variables.find(
    (other) =>
      (!other.isSecret || other.obstacle !== undefined) &&
      other.lines.some(({ entry }) => entry.names.has(name)),
  );
  return line === undefined ? undefined : `${line.name} uses it and stays`;
}

/** Also in a text that compose would refuse. */
function namesIn(text: string): ReadonlySet<string> {
  return (
    interpolated(text, () => undefined)?.names ??
    new Set([...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name))
  );
}

export const isMoved = ({ isSecret, obstacle }: Use | ProjectVariable): boolean =>
  isSecret && obstacle === undefined;

/** Uses that are moved, by their value. */
export const sharedValues = ({ uses }: Findings): Use[][] => [
  ...Map.groupBy(uses.filter(isMoved), ({ value }) => value).values(),
];

/** Where a program gets the variable: a service of a compose file, or a file of variables. */
export const placesOf = ({ services, line }: Use): ({ file: ComposeFile; service: string } | DotenvFile)[] =>
  line === undefined ? services.map(({ file, service }) => ({ file, service: service.name })) : [line.file];

/** The first place decides; a key has at most ten. */
const COPIES_MAX = 9;

/** @returns whether something stays now that did not before */
function holdBackCrowds(findings: Findings): boolean {
  const crowds = sharedValues(findings).filter((uses) => uses.flatMap(placesOf).length > COPIES_MAX);
  for (const use of crowds.flat()) use.obstacle = `more than ${COPIES_MAX} places have its value`;
  return crowds.length > 0;
}
