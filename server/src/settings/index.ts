export { settingsMigrations } from './migrations.ts';
export { settingsModule } from './module.ts';
export { aboveZero, faultOf, readPreferences, SETTINGS, shownPreferences } from './setting-table.ts';
export type { Check, PreferenceGroup, SettingRow } from './setting-table.ts';
export { Settings, type SettingChange } from './settings.ts';
