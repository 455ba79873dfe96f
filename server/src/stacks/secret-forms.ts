import { invalidField } from '../base/errors.ts';
import { holdsKey } from '../base/key-text.ts';

/**
 * Texts with the form of a credential: of Keyward's keys, of model providers, of Vault and OpenBao, of AnythingLLM, of
 * GitHub, a JWT, a private key. A path, a name or an id has none of these.
 */
const FORMS =
  /\bsk-[\w-]{20,}|\bhv[bsr]\.[\w-]{20,}|\bs\.[0-9A-Za-z]{24}\b|\b(?:[0-9A-Z]{7}-){3}[0-9A-Z]{7}\b|\bgh[a-z]_\w{30,}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}|-----BEGIN/;

const holdsSecret = (text: string): boolean => holdsKey(text) || FORMS.test(text);

/**
 * The last net for a secret that a wrong manifest or somebody's metadata put where a name belongs; the schema of a report
 * has no member for a value. Guarded by api/bootstrap.test.ts.
 * @throws KeywardError `invalid_input` naming the field, without its text
 */
export function refuseSecrets(value: unknown, field = ''): void {
  if (typeof value === 'string' && holdsSecret(value))
    throw invalidField(
      field,
      'has the form of a secret, which a report never has',
      'Report places, names and ids only. End the secret if it is in use.',
    );
  if (Array.isArray(value)) value.forEach((item, index) => refuseSecrets(item, `${field}[${index}]`));
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value))
      refuseSecrets(member, field === '' ? name : `${field}.${name}`);
}
