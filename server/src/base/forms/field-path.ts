/** The path of a member as errors name it: `limits[0].requests`. */
export const fieldPath = (names: readonly (string | number)[]): string =>
  names.reduce<string>(
    (text, name) =>
      /^\d+$/.test(String(name)) ? `${text}[${name}]` : text === '' ? `${name}` : `${text}.${name}`,
    '',
  );
