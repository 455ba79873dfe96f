import { globSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { REPOSITORY } from './server.ts';

/** A fenced block ```` ```sh run ```` (in sdk/README.md ```` ```ts run ````), and what the ```` ```text output ```` after it promises. */
export interface Block {
  /** Of its first line in the file. */
  line: number;
  script: string;
  promised: string[];
}

export interface Page {
  /** From the root of the repository. */
  path: string;
  text: string;
  blocks: Block[];
}

/** README.md and everything below docs/. */
export function pages(): Page[] {
  const found = ['README.md', ...globSync('docs/**/*.md', { cwd: REPOSITORY }).toSorted()];
  return found.map((path) => {
    const text = readFileSync(join(REPOSITORY, path), 'utf8');
    return { path, text, blocks: blocksOf(text) };
  });
}

/** The blocks of a language below a heading of a page. */
export function blocksIn(path: string, heading: string, language: string): string[] {
  const page = readFileSync(join(REPOSITORY, path), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

export function blocksOf(text: string, language = 'sh'): Block[] {
  const blocks: Block[] = [];
  for (const match of text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const [, info = '', body = ''] = match;
    if (info === `${language} run`) {
      const line = text.slice(0, match.index).split('\n').length + 1;
      blocks.push({ line, script: body, promised: [] });
    } else if (info === 'text output') {
      blocks.at(-1)?.promised.push(...body.split('\n').filter((line) => line !== ''));
    }
  }
  return blocks;
}

/** The promised lines that are missing in an output, in order; `…` matches anything within a line. */
export function missingFrom(output: string, promised: readonly string[]): string[] {
  let rest = output;
  return promised.filter((line) => {
    // At an end of a line it must not match the output of the next command.
    const parts = line.replaceAll(/^…|…$/g, '').split('…');
    const found = new RegExp(parts.map(literally).join('[^\\n]*')).exec(rest);
    if (found === null) return true;
    rest = rest.slice(found.index + found[0].length);
    return false;
  });
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** The name that GitHub gives a heading in links. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const headings = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Links of a page to files and headings that are not there. */
export function brokenLinks({ path, text }: Pick<Page, 'path' | 'text'>): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const wanted = file === '' ? path : relative(REPOSITORY, join(REPOSITORY, dirname(path), file));
    const found = globSync(wanted, { cwd: REPOSITORY });
    if (found.length === 0) return true;
    if (anchor === undefined) return false;
    return !headings(readFileSync(join(REPOSITORY, wanted), 'utf8')).includes(anchor);
  });
}

/** A key of Keyward, or a token with which a worker joins. */
const SECRET = /\bsk-kw1[0-9A-Za-z]{50}\b|\bjoin_[0-9A-Za-z]{40}\b/;

/** Files with a secret outside `.local`, the folder that git ignores, or that others may read. */
export function exposedSecrets(folder: string): string[] {
  // Not behind links: they lead to the repository.
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isSymbolicLink());
  const paths = entries.flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    const inside = readdirSync(join(folder, entry.name), { recursive: true, encoding: 'utf8' });
    return inside.map((path) => join(entry.name, path));
  });
  return paths.filter((path) => {
    const file = lstatSync(join(folder, path));
    if (!file.isFile() || !SECRET.test(readFileSync(join(folder, path), 'latin1'))) return false;
    return !path.startsWith(`.local${sep}`) || (file.mode & 0o077) !== 0;
  });
}
