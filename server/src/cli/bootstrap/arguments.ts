/** Arguments of every command on a manifest. */
export const BOOTSTRAP_ARGS = {
  file: { type: 'string', alias: 'f', description: 'The manifest. Default: keyward.bootstrap.yaml' },
  phase: {
    type: 'enum',
    options: ['static', 'derived'] as string[],
    description: 'Only keys of this phase. Default: static ones, then derived ones',
  },
  only: { type: 'string', description: 'Only this key, by its id; may be repeated' },
} as const;
