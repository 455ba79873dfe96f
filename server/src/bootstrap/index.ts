export { Bootstrap, type BootstrapOptions } from './bootstrap.ts';
export { openMinters, openSinks } from './open-sinks.ts';
export type { Manifest } from './manifest/manifest.ts';
export { MinterError } from './minters/minter.ts';
export { waitForServices } from './readiness.ts';
export { readManifest, ManifestError } from './manifest/read-manifest.ts';
export type { KeyReport, KeyStatus } from './report.ts';
export { VariableError, type Surroundings } from './secrets.ts';
export { SinkError } from './sinks/sink.ts';
