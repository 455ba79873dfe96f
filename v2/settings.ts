import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** Where v2 keeps its state, and where its processes listen: on loopback alone. */
export interface Settings {
  /** Absolute, mode 0700. */
  state: string;
  openbao: Place;
  service: Place;
  wrapper: Place;
}

export interface Place {
  name: 'openbao' | 'service' | 'wrapper';
  port: number;
  /** The variable that sets the port. */
  variable: string;
  url: string;
}

const PORT_MAX = 65_535;

/** @throws SettingError */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const place = (name: Place['name'], fallback: number): Place => {
    const variable = `V2_${name.toUpperCase()}_PORT`;
    const text = environment[variable] ?? '';
    const port = text === '' ? fallback : Number(text);
    if (!/^\d*$/.test(text) || port < 1 || port > PORT_MAX)
      throw new SettingError(`${variable} must be a port from 1 to ${PORT_MAX}, such as ${fallback}.`);
    return { name, port, variable, url: `http://127.0.0.1:${port}` };
  };
  return {
    state: resolve(environment['V2_STATE'] || join(REPOSITORY, '.local/v2')),
    openbao: place('openbao', 8250),
    service: place('service', 5490),
    wrapper: place('wrapper', 5491),
  };
}

export class SettingError extends Error {}

export const logOf = ({ state }: Settings, name: Place['name']): string => join(state, `${name}.log`);

const OWN =
  /^(KEYWARD_|V2_|VAULT_|BAO_|WRAPPER_|(ADMIN|CLIENT|MINER)_API_KEYS$|ANYLLM_API_KEY|NODE_OPTIONS$)/;
const KEPT = ['KEYWARD_DRAIN_SECONDS', 'KEYWARD_LOCAL_MODEL', 'KEYWARD_MODELS_DIR', 'KEYWARD_LOG_LEVEL'];

/** The environment of the machine without what is meant for another Keyward or another Vault, and with `added`. */
export function cleanEnvironment(added: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OWN.test(name) || KEPT.includes(name));
  return { ...Object.fromEntries(kept), ...added };
}
