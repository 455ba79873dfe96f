import { quoted, type Entry } from './entries.ts';

const word = (text: string): string => quoted(text.replaceAll('\\', '\\\\').replaceAll(/\s+/g, ' '), "\\'");

/** A line for each word and each flag; conditions compare the words that were typed. */
export function fishScript(entries: readonly Entry[]): string {
  const paths = entries.map(({ path }) => path).filter((path) => path !== '');
  const lines = entries.flatMap(({ path, words, flags }) => {
    const here = `complete -c keyward -n ${word(`__keyward_at ${quoted(path, "\\'")}`)}`;
    return [
      ...words.map(({ name, summary }) => `${here} -f -a ${name} -d ${word(summary)}`),
      ...flags.map(({ name, short, summary, takesValue, values }) =>
        [
          here,
          ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
          `-l ${name.slice(2)}`,
          ...(takesValue ? [values.length > 0 ? `-x -a ${word(values.join(' '))}` : '-r'] : []),
          `-d ${word(summary)}`,
        ].join(' '),
      ),
    ];
  });
  return `# Completion of keyward for fish. To use it: keyward completion fish | source
set -g __keyward_paths ${paths.map(word).join(' ')}
function __keyward_at
    set -l at
    for typed in (commandline -opc)[2..]
        set -l longer (string join -- ' ' $at $typed)
        contains -- $longer $__keyward_paths; or break
        set at $longer
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}
