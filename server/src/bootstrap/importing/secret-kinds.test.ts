import { describe, expect, test } from 'vitest';
import { fileVariable } from './image-files.ts';
import { judged } from './secret-kinds.ts';

const RANDOM = 'q7Zr93KpLm2Vt8XwYb4Nc6Hd';

describe('a variable', () => {
  test.for([
    ['POSTGRES_PASSWORD', 'hunter2'],
    ['POSTGRES_PASSWORD', '123456'],
    ['MYSQL_ROOT_PASSWORD', 'root'],
    ['REDIS_PASS', 'x9'],
    ['DBPASSWORD', 'x9'],
    ['SMTP_PASSWD', 'x9'],
    ['JWT_SECRET', 'abc'],
    ['SECRET_KEY_BASE', 'abc'],
    ['API_KEY', 'abc'],
    ['OPENAI_APIKEY', 'abc'],
    ['N8N_ENCRYPTION_KEY', 'abc'],
    ['AWS_SECRET_ACCESS_KEY', 'abc/def'],
    ['SESSION_TOKEN', 'abc'],
    ['PASSWORD_SALT', 'abc'],
    ['GITEA__database__PASSWD', 'abc'],
    ['db_password', 'abc'],
    ['SIGNING_KEY', '/abc+def/ghi='],
    ['GOOGLE_CREDENTIALS', '{"type":"x"}'],
    ['SENTRY_DSN', 'https://abc@o1.example/1'],
    ['DATABASE_URL', 'postgres://u:hunter2@db/x'],
    ['REDIS_URL', 'redis://:hunter2@redis:6379'],
    ['CONNECTION', 'Server=db;User=sa;Password=hunter2;'],
    ['ANYTHING', 'sk-abcdefghijklmnop1234'],
    ['ANYTHING', 'ghp_abcdefghijklmnopqrst1234'],
    ['ANYTHING', 'xoxb-123456789-abc'],
    ['ANYTHING', 'AKIAABCDEFGHIJKLMNOP'],
    ['ANYTHING', 'eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl'],
    ['ANYTHING', '-----BEGIN RSA PRIVATE KEY-----\nx'],
    ['ALERTS', 'https://hooks.slack.com/services/T0/B0/xyz'],
  ])('%s with a value such as %s is a secret', ([name = '', value = '']) => {
    expect(judged(name, value)).toEqual({ kind: 'secret', reason: expect.stringMatching(/\w/) });
  });

  test.for([
    ['POSTGRES_USER', 'app'],
    ['POSTGRES_PASSWORD', ''],
    ['PASSWORD_LOGIN', 'true'],
    ['ENABLE_TOKEN', 'x'],
    ['JWT_PUBLIC_KEY', 'abc'],
    ['AWS_ACCESS_KEY_ID', 'abc'],
    ['KEY_ID', 'abc'],
    ['POSTGRES_PASSWORD_FILE', '/run/secrets/x'],
    ['TLS_KEY_FILE', '/etc/tls/key.pem'],
    ['TLS_KEY', '/etc/tls/key.pem'],
    ['SSH_KEY_PATH', '/data/.ssh/id'],
    ['TOKEN_URL', 'https://id.example/token'],
    ['SECRET_ENDPOINT', 'https://id.example/'],
    ['JWT_EXPIRES_IN', '15m'],
    ['JWT_TTL', 'x'],
    ['TOKEN_LIMIT', '4096'],
    ['MAX_TOKENS', '4096'],
    ['TOKEN_VALID', '24h'],
    ['PASSWORD_MIN_LENGTH', '8'],
    ['DATABASE_URL', 'postgres://db/x'],
    ['SENTRY_DSN', 'https://o1.example/1'],
    ['MONKEY', 'abc'],
    ['COMPASS', 'abc'],
    ['KEYCLOAK_URL', 'http://kc'],
    ['CACHE_KEY_PREFIX', 'abc'],
    ['PASSPORT', 'abc'],
    ['TAG', '11.4.0'],
    ['HOST', 'very-long-name-of-a-host-in-a-cluster'],
  ])('%s with a value such as %j is no secret', ([name = '', value = '']) => {
    expect(judged(name, value).kind).toBe('plain');
  });

  test.for([
    ['API_KEY', 'changeme'],
    ['API_KEY', 'change-me-please'],
    ['API_KEY', 'your-api-key-here'],
    ['API_KEY', '<your key>'],
    ['API_KEY', 'xxxxxxxx'],
    ['API_KEY', 'sk-xxxxxxxxxxxxxxxxxxxx'],
    ['API_KEY', 'tbd'],
    ['DB_PASSWORD', 'replace-me'],
    ['DATABASE_URL', 'postgres://u:changeme@db/x'],
  ])('%s with the value %s has a placeholder', ([name = '', value = '']) => {
    expect(judged(name, value).kind).toBe('placeholder');
  });

  test('that only looks random is a hint', () => {
    expect(judged('LICENSE', RANDOM)).toEqual({ kind: 'hint', reason: 'the value looks random' });
    expect(judged('COMMIT_ID', RANDOM).kind).toBe('plain');
  });

  test('is judged without its value in the reason', () => {
    for (const name of ['A', 'PASSWORD', 'LICENSE'])
      expect(judged(name, RANDOM).reason).not.toContain(RANDOM.slice(0, 5));
  });
});

describe('an image', () => {
  test.for<[image: string, name: string, variable: string | undefined]>([
    ['postgres', 'POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE'],
    ['postgres:16-alpine', 'POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE'],
    ['docker.io/library/postgres:16@sha256:abc', 'POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE'],
    ['postgres', 'POSTGRES_USER', undefined],
    ['me/postgres', 'POSTGRES_PASSWORD', undefined],
    ['registry.example:5000/postgres', 'POSTGRES_PASSWORD', undefined],
    ['mysql:8.4', 'MYSQL_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD_FILE'],
    ['mariadb:11', 'MARIADB_PASSWORD', 'MARIADB_PASSWORD_FILE'],
    ['gitea/gitea:1.24', 'GITEA__mailer__PASSWD', 'GITEA__mailer__PASSWD__FILE'],
    ['gitea/gitea:1.24-rootless', 'GITEA__mailer__PASSWD', undefined],
    ['quay.io/minio/minio', 'MINIO_ROOT_PASSWORD', 'MINIO_ROOT_PASSWORD_FILE'],
    ['grafana/grafana', 'GF_SECURITY_ADMIN_PASSWORD', undefined],
    ['mongo', 'MONGO_INITDB_ROOT_PASSWORD', undefined],
    ['', 'POSTGRES_PASSWORD', undefined],
  ])('%s with %s: the file is named by %s', ([image, name, variable]) => {
    expect(fileVariable(image, name)).toBe(variable);
  });
});
