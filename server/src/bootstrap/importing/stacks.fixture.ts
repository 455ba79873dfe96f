/** Stacks as people have them: the files by name. `canary` is in each value that must not be shown. */
export type StackFixture = Record<string, string>;

const ANYTHINGLLM: StackFixture = {
  'compose.yaml': `# AnythingLLM with PostgreSQL
services:
  anythingllm:
    image: mintplexlabs/anythingllm:latest
    ports: ['3001:3001']
    environment:
      STORAGE_DIR: /app/server/storage
      JWT_SECRET: \${JWT_SECRET:?set it}
      OPEN_AI_KEY: \${OPENAI_API_KEY}
      ANYLLM_API_KEY: \${ANYLLM_API_KEY:-}
      DATABASE_URL: postgresql://app:\${POSTGRES_PASSWORD}@db:5432/app # the same password
      LICENSE: canary4d0f9b1eXq7Zr93KpLm2Vt8
    depends_on: [db]

  db:
    image: pgvector/pgvector:pg17
    environment:
      - POSTGRES_USER=app
      - POSTGRES_PASSWORD=\${POSTGRES_PASSWORD}
    volumes:
      - data:/var/lib/postgresql/data

  backup:
    image: prodrigestivill/postgres-backup-local
    env_file: backup.env
    environment:
      POSTGRES_HOST: db

volumes:
  data:
`,
  '.env': `# secrets of the stack
TAG=latest
JWT_SECRET=canary-4d0f9b1e-jwt
OPENAI_API_KEY=sk-canary4d0f9b1e00000000
ANYLLM_API_KEY=your-api-key-here
POSTGRES_PASSWORD='canary-4d0f9b1e-pg$x'
`,
  'backup.env': `POSTGRES_DB=app
POSTGRES_PASSWORD=canary-4d0f9b1e-pg$$x
`,
};

const GITEA: StackFixture = {
  'docker-compose.yml': `services:
    server:
        image: docker.gitea.com/gitea/gitea:1.24
        environment:
            - USER_UID=1000
            - GITEA__database__DB_TYPE=mysql
            - GITEA__database__HOST=db:3306
            - GITEA__database__PASSWD=canary-4d0f9b1e-db
            - GITEA__security__SECRET_KEY=\${GITEA_SECRET}
        networks: [gitea]
    db:
        image: mariadb:11
        environment:
            - MARIADB_USER=gitea
            - MARIADB_PASSWORD=canary-4d0f9b1e-db
            - MARIADB_ROOT_PASSWORD=\${DB_ROOT_PASSWORD}
            - MARIADB_DATABASE=gitea
        healthcheck:
            test: ['CMD-SHELL', 'mariadb-admin ping -p\${DB_ROOT_PASSWORD}']
networks:
    gitea:
`,
  '.env': `GITEA_SECRET="canary-4d0f9b1e-\\"gitea\\""
DB_ROOT_PASSWORD=canary-4d0f9b1e-root
`,
};

const GRAFANA: StackFixture = {
  'compose.yaml': `services:
  grafana:
    image: grafana/grafana:11.4.0
    environment: { GF_SECURITY_ADMIN_USER: admin, GF_SECURITY_ADMIN_PASSWORD: '\${GF_PASSWORD}', GF_LOG_MODE: console }
    secrets: [smtp]
  minio: { image: 'minio/minio:latest', command: server /data, environment: { MINIO_ROOT_USER: root, MINIO_ROOT_PASSWORD: canary-4d0f9b1e-minio } }
  vault:
    image: vaultwarden/server:1.32.0
    environment:
      ADMIN_TOKEN: $$argon2id$$canary-4d0f9b1e
      SIGNUPS_ALLOWED: 'false'
    secrets:
      - smtp
secrets:
  smtp:
    file: ./smtp.txt
`,
  '.env': `export GF_PASSWORD=canary-4d0f9b1e-grafana # the admin
`,
  'smtp.txt': 'canary-4d0f9b1e-smtp',
};

const N8N: StackFixture = {
  'compose.yaml': `services:
  n8n:
    image: docker.n8n.io/n8nio/n8n
    env_file:
      - .env
      - path: local.env
        required: false
    environment:
      DB_POSTGRESDB_PASSWORD: \${POSTGRES_PASSWORD}
      N8N_ENCRYPTION_KEY:
  worker:
    image: docker.n8n.io/n8nio/n8n
    command: worker
    env_file: [.env]
  postgres:
    image: postgres:16-alpine
    user: '1000'
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD}
`,
  '.env': `N8N_HOST=n8n.example
N8N_ENCRYPTION_KEY=canary-4d0f9b1e-enc
POSTGRES_PASSWORD=canary-4d0f9b1e-pg
SMTP_URL=smtp://me:canary-4d0f9b1e@mail.example:587
`,
};

/** Anchors, merges, lists, CRLF, a byte order mark, values over several lines, odd quotes, and the same secret often. */
const NASTY: StackFixture = {
  'compose.yaml': `\uFEFFx-common: &common
  restart: always
  environment: &env
    LOG_LEVEL: info # not secret
    SHARED_TOKEN: canary-4d0f9b1e-shared
x-only-secrets: &only # a comment
  TOKEN_SALT: "canary-4d0f9b1e-salt"
services:
  web:
    <<: *common
    image: example/web
    labels:
      note: "canary-4d0f9b1e-shared is in a label"
  api:
    image: example/api
    environment:
      <<: [*env, *only]
      SHARED_TOKEN: \${OTHER_TOKEN}
      PORT: 8080
      SECRET_KEY_BASE: >-
        canary-4d0f9b1e
        folded
    command: api --password=canary-4d0f9b1e-arg
  worker:
    image: example/worker
    environment:
      - "QUOTED_SECRET=canary-4d0f9b1e 'x' #y"
      - API_TOKEN=\${API_TOKEN-canary-4d0f9b1e-default}
      - TLS_PRIVATE_KEY
      - PLAIN=1
  bare:
    image: example/bare
    environment: *only
  last:
    image: example/last
    environment:
      SESSION_SECRET: canary-4d0f9b1e-session
`.replaceAll('\n', '\r\n'),
  '.env': `\uFEFFOTHER_TOKEN=canary-4d0f9b1e-other\r
TLS_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----
canary-4d0f9b1e==
-----END PRIVATE KEY-----"\r
COMPOSITE=\${OTHER_TOKEN}/x\r
`,
};

/** What the import says of each variable. */
type Row = [name: string, services: string, how: 'file' | 'env_file' | 'kept', reason: RegExp];

export const STACKS: Record<string, { files: string[]; stack: StackFixture; rows: Row[] }> = {
  anythingllm: {
    files: ['compose.yaml', '.env'],
    stack: ANYTHINGLLM,
    rows: [
      [
        'JWT_SECRET',
        'anythingllm',
        'env_file',
        /^the name has JWT; mintplexlabs\/anythingllm is not known to read it/,
      ],
      ['OPEN_AI_KEY', 'anythingllm', 'env_file', /^the value begins as a key of a known service/],
      ['DATABASE_URL', 'anythingllm', 'env_file', /^the value has a password in it/],
      ['POSTGRES_PASSWORD', 'db', 'file', /; pgvector\/pgvector reads POSTGRES_PASSWORD_FILE$/],
      ['POSTGRES_PASSWORD', 'backup', 'env_file', /; it stands in .*backup\.env$/],
      ['ANYLLM_API_KEY', 'anythingllm', 'kept', /^the value is a placeholder; not stored$/],
      ['LICENSE', 'anythingllm', 'kept', /^the value looks random; not stored; --include stores it$/],
    ],
  },
  gitea: {
    files: ['docker-compose.yml', '.env'],
    stack: GITEA,
    rows: [
      ['GITEA__database__PASSWD', 'server', 'file', /reads GITEA__database__PASSWD__FILE$/],
      ['MARIADB_PASSWORD', 'db', 'file', /mariadb reads MARIADB_PASSWORD_FILE$/],
      ['GITEA__security__SECRET_KEY', 'server', 'file', /reads GITEA__security__SECRET_KEY__FILE$/],
      [
        'DB_ROOT_PASSWORD',
        'db',
        'kept',
        /; services\.db\.healthcheck\.test uses it; write \$\$MARIADB_ROOT_PASSWORD there/,
      ],
    ],
  },
  grafana: {
    files: ['compose.yaml', '.env'],
    stack: GRAFANA,
    rows: [
      ['GF_SECURITY_ADMIN_PASSWORD', 'grafana', 'env_file', /grafana\/grafana is not known/],
      ['MINIO_ROOT_PASSWORD', 'minio', 'file', /minio\/minio reads MINIO_ROOT_PASSWORD_FILE$/],
      ['ADMIN_TOKEN', 'vault', 'file', /vaultwarden\/server reads ADMIN_TOKEN_FILE$/],
    ],
  },
  n8n: {
    files: ['compose.yaml', '.env'],
    stack: N8N,
    rows: [
      ['DB_POSTGRESDB_PASSWORD', 'n8n', 'env_file', /n8nio\/n8n is not known/],
      [
        'POSTGRES_PASSWORD',
        'postgres',
        'env_file',
        /; user of postgres may keep the image from reading a file$/,
      ],
      ['POSTGRES_PASSWORD', 'n8n,worker', 'env_file', /; it stands in .*\.env$/],
      ['N8N_ENCRYPTION_KEY', 'n8n', 'env_file', /^the name has KEY; /],
      ['N8N_ENCRYPTION_KEY', 'n8n,worker', 'env_file', /; it stands in .*\.env$/],
      ['SMTP_URL', 'n8n,worker', 'env_file', /^the value has a password in it; /],
    ],
  },
  nasty: {
    files: ['compose.yaml', '.env'],
    stack: NASTY,
    rows: [
      ['SHARED_TOKEN', 'web', 'env_file', /^the name has TOKEN; /],
      ['SECRET_KEY_BASE', 'api', 'env_file', /^the name has SECRET; /],
      ['TOKEN_SALT', 'api,bare', 'env_file', /; several services share the line$/],
      ['QUOTED_SECRET', 'worker', 'env_file', /^the name has SECRET; /],
      ['API_TOKEN', 'worker', 'env_file', /^the name has TOKEN; /],
      ['SESSION_SECRET', 'last', 'env_file', /^the name has SECRET; /],
      ['OTHER_TOKEN', 'api', 'kept', /^the name has TOKEN; COMPOSITE uses it and stays$/],
      ['TLS_PRIVATE_KEY', 'worker', 'kept', /^the value is a private key; an env_file cannot hold its value/],
    ],
  },
};
