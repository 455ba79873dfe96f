import { isMoved, type ProjectVariable, type Use } from './findings.ts';
import { servicesOf, type ImportPlan } from './import-plan.ts';

/** One variable that is a secret, or looks like one. It never holds the value. */
export interface SecretRow {
  name: string;
  services: string[];
  /** - `kept`: it stays where it is. */
  how: 'file' | 'env_file' | 'kept';
  /** The key in the manifest; null: it is not stored. */
  key: string | null;
  /** The place that decides; null: it is not stored. */
  place: string | null;
  /** Why it is a secret, and why it goes this way. */
  reason: string;
}

export function secretRows(plan: ImportPlan, placeOf: (id: string) => string): SecretRow[] {
  const { uses, variables } = plan.findings;
  const moved = plan.keys.flatMap(({ id, uses: own }) =>
    own.map((use): SecretRow => ({
      name: use.name,
      services: servicesOf([use]),
      how: use.way?.how ?? 'env_file',
      key: id,
      place: placeOf(id),
      reason: `${use.judgement.reason}; ${use.way?.why ?? ''}`,
    })),
  );
  const keptVariables = variables.filter(isShown);
  const names = new Set(keptVariables.map(({ name }) => name));
  const keptUses = uses.filter(
    (use) =>
      isShown(use) &&
      !names.has(use.whole ?? '') &&
      !(use.line?.file.isProject === true && names.has(use.name)),
  );
  return [
    ...moved,
    ...keptVariables.map((variable) =>
      keptRow(
        variable,
        uses.filter(({ names: parts }) => parts.has(variable.name)),
      ),
    ),
    ...keptUses.map((use) => keptRow(use, [use])),
  ];
}

/** A secret that stays, and what may be one. */
const isShown = (one: Use | ProjectVariable): boolean =>
  !isMoved(one) && (one.isSecret || one.judgement.kind === 'placeholder' || one.judgement.kind === 'hint');

const ADVICE = {
  placeholder: 'not stored',
  hint: 'not stored; --include stores it',
  secret: '',
  plain: '',
};

const keptRow = ({ name, judgement, obstacle }: Use | ProjectVariable, uses: readonly Use[]): SecretRow => ({
  name,
  services: servicesOf(uses),
  how: 'kept',
  key: null,
  place: null,
  reason: [judgement.reason, obstacle ?? ADVICE[judgement.kind]].filter((part) => part !== '').join('; '),
});
