/**
 * Images that read a variable from a file, and do so as root: compose mounts a secret file with the owner and the mode
 * that it has on the host (0600), so any other user could not read it. Grafana (user 472), n8n (node), MongoDB (its
 * entry point changes the user first), WordPress and Nextcloud (read by the web server) are left out for that reason.
 * Sources: the entry points of docker-library/postgres, docker-library/mysql and MariaDB/mariadb-docker (file_env before
 * gosu), go-gitea/gitea docker/root/etc/s6/gitea/setup (environment-to-ini), minio/minio cmd/common-main.go,
 * dani-garcia/vaultwarden src/util.rs (get_env_str_value).
 */
const IMAGES: { image: RegExp; variable: RegExp; suffix: string }[] = [
  {
    image: /^(?:library\/)?postgres$|^pgvector\/pgvector$|^postgis\/postgis$/,
    variable: /^POSTGRES_PASSWORD$/,
    suffix: '_FILE',
  },
  { image: /^(?:library\/)?mysql$/, variable: /^MYSQL_(?:ROOT_)?PASSWORD$/, suffix: '_FILE' },
  {
    image: /^(?:library\/)?mariadb$/,
    variable: /^(?:MYSQL_(?:ROOT_)?|MARIADB_(?:ROOT_|REPLICATION_)?)PASSWORD$/,
    suffix: '_FILE',
  },
  { image: /^gitea\/gitea$/, variable: /^GITEA__\w+__\w+$/, suffix: '__FILE' },
  { image: /^minio\/minio$/, variable: /^MINIO_ROOT_(?:USER|PASSWORD)$/, suffix: '_FILE' },
  {
    image: /^vaultwarden\/server$/,
    variable: /^(?:ADMIN_TOKEN|DATABASE_URL|SMTP_PASSWORD|PUSH_INSTALLATION_KEY|YUBICO_SECRET_KEY)$/,
    suffix: '_FILE',
  },
];

/** The variable that names a file with the value, such as POSTGRES_PASSWORD_FILE; undefined: the image has none. */
export function fileVariable(image: string, name: string): string | undefined {
  const [, path = '', tag = ''] =
    /^(?:(?:docker\.io|quay\.io|ghcr\.io|docker\.gitea\.com)\/)?([^:@]+)(?::([^@]+))?(?:@.*)?$/.exec(image) ??
    [];
  if (/rootless|nonroot/.test(tag)) return undefined;
  const known = IMAGES.find((one) => one.image.test(path) && one.variable.test(name));
  return known === undefined ? undefined : `${name}${known.suffix}`;
}
