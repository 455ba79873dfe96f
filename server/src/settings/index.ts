export { settingsMigrations } from './migrations.ts';
export { Settings } from './settings.ts';
export type { SettingChange } from './settings.ts';
