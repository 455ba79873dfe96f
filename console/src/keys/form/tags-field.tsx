import { fieldError } from '../../page/problem.tsx';
import { NamesField } from './names-field.tsx';
import type { FieldsProps } from './holdings-fields.tsx';

/** Words to find the key by. */
export const TagsField = ({ draft, set, error }: FieldsProps) => (
  <NamesField
    label="Tags"
    description="To find the key, and to stop the requests of all keys with a tag"
    splitChars={[',']}
    value={draft.tags}
    onChange={(tags) => set({ tags })}
    error={fieldError(error, 'tags')}
  />
);
