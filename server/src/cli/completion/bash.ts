import { byValues, namesOf, quoted, type Entry } from './entries.ts';

const cases = (pairs: readonly (readonly [readonly string[], string])[]): string =>
  pairs
    .map(([patterns, then]) => `    ${patterns.map((one) => quoted(one)).join('|')}) ${then} ;;`)
    .join('\n');

/** Completes words of commands, flags, and the values of flags that have a fixed list; anything else is a file. */
export function bashScript(entries: readonly Entry[]): string {
  const paths = entries.map(({ path }) => path).filter((path) => path !== '');
  const values = [...byValues(entries)].map(([words, places]) => [places, `words=${quoted(words)}`] as const);
  const free = entries.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.takesValue && flag.values.length === 0)
      .flatMap(namesOf)
      .map((name) => `${path}:${name}`),
  );
  const next = entries.map(({ path, words, flags }) => {
    const shown = [...words.map(({ name }) => name), ...flags.map(({ name }) => name)];
    return [[path], `words=${quoted(shown.join(' '))}`] as const;
  });
  return `# Completion of keyward for bash. To use it: source <(keyward completion bash)
_keyward() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at='' words='' word
  COMPREPLY=()
  # Bash takes --flag=value apart.
  [[ $current == '=' ]] && current=''
  [[ $before == '=' ]] && before=\${COMP_WORDS[COMP_CWORD-2]}
  [[ \${COMP_WORDS[COMP_CWORD]} == '=' ]] && before=\${COMP_WORDS[COMP_CWORD-1]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
${cases([[paths, 'at="${at:+$at }$word"']]).replaceAll(/^ {4}/gm, '      ')}
      *) break ;;
    esac
  done
  case "$at:$before" in
${cases([...values, [free, 'return']])}
  esac
  if [[ -z $words ]]; then
    case "$at" in
${cases(next).replaceAll(/^ {4}/gm, '      ')}
    esac
    # An argument that is no flag may be a file.
    [[ $current != -* ]] && words=$(compgen -W "$words" -- "$current" | grep -v '^-')
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _keyward keyward ./keyward
`;
}
