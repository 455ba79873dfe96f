import { invalidField } from '../base/errors.ts';
import { holdsSecret } from '../base/forms/secret-forms.ts';

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
