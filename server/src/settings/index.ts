export { concernsUpstreams, Environment } from './environment.ts';
export type { UpstreamBook } from './environment.ts';
export { settingsMigrations } from './migrations.ts';
export { readPreferences } from './preferences.ts';
export { VECTOR_DATABASE } from './providers.ts';
export { Settings } from './settings.ts';
export type { SettingChange } from './settings.ts';
export { viewForStrangers, viewSystem } from './system-view.ts';
export type { SystemFacts } from './system-view.ts';
