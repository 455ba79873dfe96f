import { byValues, namesOf, quoted, type Entry } from './entries.ts';

/** An entry of _describe: a colon parts the word from its text. */
const described = (name: string, summary: string): string =>
  quoted(`${name.replaceAll(':', String.raw`\:`)}:${summary.replaceAll(/\s+/g, ' ')}`);

/** As the script for bash, with the texts of the help beside words and flags. */
export function zshScript(entries: readonly Entry[]): string {
  const paths = entries.map(({ path }) => path).filter((path) => path !== '');
  const values = [...byValues(entries)].map(
    ([words, places]) => `    ${places.map((one) => quoted(one)).join('|')}) compadd -- ${words}; return ;;`,
  );
  const free = entries.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.takesValue && flag.values.length === 0)
      .flatMap(namesOf)
      .map((name) => quoted(`${path}:${name}`)),
  );
  const next = entries.map(({ path, words, flags }) => {
    const [commands, options] = [words, flags].map((list) =>
      list.map(({ name, summary }) => described(name, summary)),
    );
    return `    ${quoted(path)}) commands=(${commands?.join(' ')}); options=(${options?.join(' ')}) ;;`;
  });
  return `#compdef keyward
# Completion of keyward for zsh. To use it: source <(keyward completion zsh), after compinit
_keyward() {
  local at='' word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      ${paths.map((path) => quoted(path)).join('|')}) at="\${at:+$at }$word" ;;
      *) break ;;
    esac
  done
  case "$at:\${words[CURRENT-1]}" in
${values.join('\n')}
    ${free.join('|')}) _files; return ;;
  esac
  case "$at" in
${next.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
  elif (( \${#commands} )); then
    _describe command commands
  else
    _files
  fi
}
compdef _keyward keyward
`;
}
