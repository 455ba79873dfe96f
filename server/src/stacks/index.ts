export { stacksModule } from './module.ts';
export { recordReport, type StacksContext } from './record-report.ts';
export { RECORD_STATES, REPORT_ACTIONS, REPORT_VERBS, REPORT_VERDICTS, SEEN_STATES } from './stack.ts';
export { forgetStackKeys, getStackKey, listStackKeys } from './stack-keys.ts';
