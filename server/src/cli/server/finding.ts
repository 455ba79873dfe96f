/** One check of `doctor`. */
export interface Check {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  fix: string | null;
}

export type Finding = Omit<Check, 'check'>;

export const ok = (detail: string): Finding => ({ status: 'ok', detail, fix: null });
export const warn = (detail: string, fix: string): Finding => ({ status: 'warn', detail, fix });
export const fail = (detail: string, fix: string): Finding => ({ status: 'fail', detail, fix });
