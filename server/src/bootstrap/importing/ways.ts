import { isMap, isPair, isScalar, isSeq } from 'yaml';
import { otherTexts, resolved, type ComposeFile } from './compose-file.ts';
import type { Use } from './findings.ts';
import { fileVariable } from './image-files.ts';
import { imageOf, type Stack } from './stack.ts';

/** How a program gets a value in future: from a file that a variable names, or still in the variable. */
export type Way = { how: 'file'; variable: string; why: string } | { how: 'env_file'; why: string };

/** A file only where the image reads it for certain. */
export function wayOf(stack: Stack, uses: readonly Use[], use: Use): Way {
  const [first, second] = use.services;
  const asVariable = (why: string): Way => ({ how: 'env_file', why });
  if (first === undefined) return asVariable(`it stands in ${use.line?.file.path ?? ''}`);
  if (second !== undefined) return asVariable('several services share the line');
  const { service, file } = first;
  const image = imageOf(stack, service.image);
  const variable = fileVariable(image, use.name);
  if (variable === undefined)
    return asVariable(
      image === ''
        ? 'the image is built here'
        : `${image.split(/[:@]/)[0] ?? ''} is not known to read it from a file`,
    );
  const others = uses.some(
    (other) =>
      other !== use &&
      (other.name === use.name || other.name === variable) &&
      (other.services.some((one) => one.service.name === service.name) ||
        other.line?.file.users.some((one) => one.service === service.name) === true),
  );
  const member = ['user', 'cap_drop', 'entrypoint', 'userns_mode'].find((name) => service.members.has(name));
  const inside = otherTexts(file).find(
    ({ path, text }) =>
      path.startsWith(`services.${service.name}.`) && new RegExp(`\\$\\$\\{?${use.name}\\b`).test(text),
  );
  if (service.isExtension) return asVariable('the service is extended');
  if (others) return asVariable(`${service.name} gets ${use.name} from several places`);
  if (member !== undefined)
    return asVariable(`${member} of ${service.name} may keep the image from reading a file`);
  if (inside !== undefined) return asVariable(`${inside.path} reads the variable`);
  if (use.value !== use.value.trim()) return asVariable('its value begins or ends with a space');
  if (!takesSecrets(file, service.members.get('secrets'), service.map.items))
    return asVariable('the secrets of the compose file are written in an unusual way');
  return { how: 'file', variable, why: `${image.split(/[:@]/)[0] ?? ''} reads ${variable}` };
}

/** Whether entries can be added to the lists of secrets. */
function takesSecrets({ root, document }: ComposeFile, pair: unknown, own: readonly unknown[]): boolean {
  const all = root.items.find((item) => isScalar(item.key) && item.key.value === 'secrets');
  if (all !== undefined && (!isMap(all.value) || all.value.flow === true || all.value.items.length === 0))
    return false;
  if (pair === undefined) return true;
  if (!isPair(pair) || !own.includes(pair)) return false;
  return isSeq(pair.value) && resolved(pair.value, document) === pair.value && pair.value.items.length > 0;
}
