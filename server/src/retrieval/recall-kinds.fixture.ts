/** Tables, code and logs: texts of many tokens, whose answers stand far behind their beginnings. */

const PRODUCTS = `angle grinder, bench vice, bolt cutter, caulking gun, chisel set, circular saw, claw hammer,
  copper pipe, cordless drill, crowbar, diamond disc, dust mask, extension cable, folding rule,
  glue gun, hacksaw, heat gun, hex key set, hose clamp, jigsaw, ladder, laser level, nail gun,
  pressure washer, safety goggles, shovel, soldering iron, spirit level, torque wrench, trowel,
  wheelbarrow, work gloves`.split(/,\s+/);
const SUPPLIERS = ['Holmberg', 'Castellani', 'Rohrwerk', 'Okonkwo & Sons', 'Tanaka Tools'];
const WAREHOUSES = ['Bremen', 'Linz', 'Gdansk'];

const priceRow = (name: string, at: number): string =>
  [
    `A-${1000 + at * 7}`,
    name,
    `${(at * 13) % 90}.${(at * 7) % 10}0`,
    (at * 29) % 400,
    WAREHOUSES[at % 3],
    SUPPLIERS[(at * 3) % 5],
  ].join(',');

const FIRST_NAMES = ['Birgit', 'Chidi', 'Dolores', 'Emre', 'Fatima', 'Gustav', 'Hiroko', 'Ines', 'Jakub'];
const LAST_NAMES = ['Aalto', 'Brandt', 'Castillo', 'Dvorak', 'Eriksen', 'Ferrari', 'Grabowski'];
const DEPARTMENTS = ['purchasing', 'bookkeeping', 'quality control', 'customer service', 'research'];

const staffRow = (at: number): string =>
  [
    `${FIRST_NAMES[at % 9] ?? ''} ${LAST_NAMES[at % 7] ?? ''}`,
    DEPARTMENTS[at % 5],
    200 + at * 3,
    `${1 + (at % 4)}.${10 + at}`,
  ].join('\t');

const STATIONS = ['Altstadt', 'Bahnhof', 'Chausseehaus', 'Dornbusch', 'Eschenheim', 'Fechenheim', 'Ginnheim'];

const departureRow = (at: number): string =>
  `| ${1 + (at % 6)} | ${STATIONS[at % 7] ?? ''} | ${STATIONS[(at * 3 + 1) % 7] ?? ''} | ${5 + Math.floor(at / 4)}:${15 * (at % 4) || '00'} | ${at % 5 === 4 ? 'Sundays only' : 'daily'} |`;

const rows = (count: number, row: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => row(at)).join('\n');

const INVOICE_CODE = `from dataclasses import dataclass, field
from decimal import Decimal, ROUND_HALF_UP

CENT = Decimal("0.01")


@dataclass
class Line:
    description: str
    quantity: int
    unit_price: Decimal
    tax_rate: Decimal = Decimal("0.19")

    def net(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass
class Invoice:
    number: str
    customer: str
    lines: list[Line] = field(default_factory=list)
    discount: Decimal = Decimal("0")

    def add(self, line: Line) -> None:
        if line.quantity <= 0:
            raise ValueError("quantity must be positive")
        self.lines.append(line)

    def subtotal(self) -> Decimal:
        return sum((line.net() for line in self.lines), Decimal("0"))

    def after_discount(self) -> Decimal:
        return self.subtotal() * (1 - self.discount)


def round_tax(invoice: Invoice) -> Decimal:
    """The value added tax of an invoice, rounded half up to whole cents, line by line."""
    total = Decimal("0")
    for line in invoice.lines:
        tax = line.net() * (1 - invoice.discount) * line.tax_rate
        total += tax.quantize(CENT, rounding=ROUND_HALF_UP)
    return total


def dunning_level(days_overdue: int) -> int:
    """How sharp the reminder for an unpaid invoice is: 0 none, 1 friendly, 2 firm, 3 the lawyer."""
    if days_overdue < 14:
        return 0
    return min(3, 1 + (days_overdue - 14) // 21)
`;

const RETRY_CODE = `import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  attempts: number;
  baseMs: number;
  ceilingMs: number;
  isTransient: (error: unknown) => boolean;
}

const DEFAULTS: RetryOptions = {
  attempts: 5,
  baseMs: 200,
  ceilingMs: 30_000,
  isTransient: (error) => error instanceof TypeError || (error as { status?: number }).status === 503,
};

export class CircuitOpenError extends Error {
  constructor(readonly untilMs: number) {
    super('the circuit is open');
  }
}

export class Breaker {
  #failures = 0;
  #openUntilMs = 0;

  check(nowMs: number): void {
    if (nowMs < this.#openUntilMs) throw new CircuitOpenError(this.#openUntilMs);
  }

  failed(nowMs: number): void {
    if (++this.#failures >= 5) this.#openUntilMs = nowMs + 10_000;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}

/** Exponential backoff with full jitter: a random delay between nothing and twice the former ceiling. */
export function backoffMs(attempt: number, { baseMs, ceilingMs }: RetryOptions): number {
  return Math.random() * Math.min(ceilingMs, baseMs * 2 ** attempt);
}

export async function withRetries<T>(work: () => Promise<T>, given: Partial<RetryOptions> = {}): Promise<T> {
  const options = { ...DEFAULTS, ...given };
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt + 1 >= options.attempts || !options.isTransient(error)) throw error;
      await sleep(backoffMs(attempt, options));
    }
  }
}
`;

const SCHEMA_CODE = `create table customers (
  id bigint generated always as identity primary key,
  company text not null,
  street text, postcode text, city text, country char(2) not null default 'DE',
  vat_number text unique,
  created_at timestamptz not null default now()
);

create table orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customers (id) on delete restrict,
  state text not null check (state in ('draft', 'placed', 'shipped', 'canceled')),
  placed_at timestamptz, shipped_at timestamptz
);
create index orders_open on orders (customer_id) where state = 'placed';

create table order_lines (
  order_id bigint not null references orders (id) on delete cascade,
  position int not null, article text not null, quantity int not null check (quantity > 0),
  unit_price numeric(12, 2) not null,
  primary key (order_id, position)
);

create table stock_movements (
  id bigint generated always as identity primary key,
  article text not null, warehouse text not null, delta int not null, reason text not null,
  moved_at timestamptz not null default now()
);

-- Long-lived logins: only the SHA-256 of a refresh token is stored, never the token.
create table refresh_tokens (
  digest bytea primary key,
  customer_id bigint not null references customers (id) on delete cascade,
  expires_at timestamptz not null,
  rotated_from bytea references refresh_tokens (digest)
);
`;

const at = (index: number, hour: number): string =>
  `2026-03-14T${String(hour).padStart(2, '0')}:${String((index * 7) % 60).padStart(2, '0')}:${String((index * 13) % 60).padStart(2, '0')}Z`;

const PATHS = ['/', '/cart', '/search?q=drill', '/img/logo.svg', '/api/stock', '/login', '/help'];

const WEB_LOG = `${rows(36, (n) => `203.0.113.${(n * 17) % 250} - - [${at(n, 8)}] "GET ${PATHS[n % 7] ?? ''} HTTP/1.1" ${n % 11 === 3 ? 304 : 200} ${1_000 + n * 37} "Mozilla/5.0"`)}
198.51.100.23 - - [${at(1, 9)}] "POST /checkout HTTP/1.1" 502 166 "upstream payment-gateway refused the connection"
${rows(10, (n) => `203.0.113.${(n * 19) % 250} - - [${at(n, 9)}] "GET ${PATHS[n % 7] ?? ''} HTTP/1.1" 200 ${2_000 + n * 31} "Mozilla/5.0"`)}
198.51.100.66 - - [${at(3, 10)}] "GET /wp-login.php HTTP/1.1" 403 12 "blocked: scanner for wordpress logins"`;

const KERNEL_LOG = `${rows(30, (n) => `${at(n, 3)} node-${1 + (n % 4)} kernel: [${10_000 + n * 91}.${n}] eth0: link is up, ${n % 3 === 0 ? 1_000 : 10_000} Mbps full duplex`)}
${at(2, 4)} node-3 kernel: [17221.5] blk_update_request: I/O error, dev sdc, sector 88231 op 0x0:(READ)
${at(3, 4)} node-3 kernel: [17222.1] md127: disk failure on sdc1, operation continuing on 3 devices
${rows(10, (n) => `${at(n, 5)} node-${1 + (n % 4)} kernel: [${20_000 + n * 77}.${n}] usb 1-${n % 6}: new high-speed device number ${n}`)}
${at(9, 6)} node-2 kernel: [29113.9] Out of memory: killed process 4471 (java) total-vm:18874368kB`;

const BACKUP_LOG = `${rows(24, (n) => `${at(n, 2)} pg_dump[${700 + n}]: INFO table public.t_${String(n).padStart(3, '0')} dumped, ${1_000 + n * 911} rows in ${n % 9}.${n % 7} s`)}
${at(4, 3)} pg_dump[746]: ERROR no space left on device while writing /mnt/archive/nightly.dump
${at(5, 3)} cron[81]: WARNING nightly job ended with exit status 1, a mail was sent to operations
${rows(10, (n) => `${at(n, 4)} rsync[${900 + n}]: INFO photos/${2_000 + n}.tar copied, ${n * 3} MB`)}
${at(6, 5)} rsync[921]: WARNING certificate of offsite.example.com expires in 6 days`;

export const KIND_DOCUMENTS: Record<string, string> = {
  'price list.csv': `article,name,unit price EUR,stock,warehouse,supplier\n${PRODUCTS.map(priceRow).join('\n')}`,
  'telephone list.tsv': `name\tdepartment\textension\troom\n${rows(32, staffRow)}`,
  'departures.md': `# Departures of the trams\n\n| line | from | to | departure | days |\n|---|---|---|---|---|\n${rows(36, departureRow)}`,
  'invoice.py': INVOICE_CODE,
  'retry.ts': RETRY_CODE,
  'schema.sql': SCHEMA_CODE,
  'web server.log': WEB_LOG,
  'kernel.log': KERNEL_LOG,
  'nightly backup.log': BACKUP_LOG,
};

export const KIND_QUESTIONS: [question: string, document: string][] = [
  ['What does the torque wrench cost?', 'price list.csv'],
  ['In which warehouse is the wheelbarrow?', 'price list.csv'],
  ['Who supplies the soldering iron?', 'price list.csv'],
  ['What is the extension of Hiroko Ferrari?', 'telephone list.tsv'],
  ['In which department does Jakub Brandt work?', 'telephone list.tsv'],
  ['Which tram goes from Ginnheim to Dornbusch?', 'departures.md'],
  ['Does the tram from Fechenheim run on Sundays only?', 'departures.md'],
  ['Where is the value added tax rounded to cents?', 'invoice.py'],
  ['How is the level of a reminder for an unpaid invoice computed?', 'invoice.py'],
  ['Where is the exponential backoff with jitter?', 'retry.ts'],
  ['Which function repeats work after a transient error?', 'retry.ts'],
  ['In which table are refresh tokens stored?', 'schema.sql'],
  ['Where are movements of the stock recorded in the database?', 'schema.sql'],
  ['Why did the checkout answer 502?', 'web server.log'],
  ['Who scanned for wordpress logins?', 'web server.log'],
  ['Which disk had an I/O error?', 'kernel.log'],
  ['Which process was killed because memory ran out?', 'kernel.log'],
  ['Why did the nightly dump fail?', 'nightly backup.log'],
  ['Which certificate expires soon?', 'nightly backup.log'],
];

/** Of a workbook: its name, the names of its columns, its rows. */
const SHEETS: [name: string, columns: string, row: (name: string, at: number) => string][] = [
  [
    'Suppliers',
    'product,supplier,delivers on',
    (name, at) => [name, SUPPLIERS[at % 5], ['Monday', 'Thursday'][at % 2]].join(','),
  ],
  // Rows of spreadsheets lack their empty cells at the end.
  [
    'Stock',
    'product,pieces,shelf,remark',
    (name, at) =>
      [name, 10 + ((at * 29) % 400), `${'ABCD'[at % 4]}${at}`, at % 9 === 0 ? 'count again' : []]
        .flat()
        .join(','),
  ],
  [
    'Orders',
    'customer,product,ordered on',
    (name, at) => [`${FIRST_NAMES[at % 9]} & Co`, name, `2026-0${1 + (at % 9)}-14`].join(','),
  ],
];

/** As the reader of workbooks gives it. */
export const WORKBOOK = SHEETS.map(
  ([sheet, columns, row]) => `${sheet}\n${columns}\n${PRODUCTS.map(row).join('\n')}\n\n`,
).join('');

/** The sheet with the answer, and a part of its row. */
export const WORKBOOK_QUESTIONS: [question: string, columns: string, answer: string][] = PRODUCTS.slice(
  0,
  11,
).flatMap((name, index) => {
  const at = index * 2;
  const product = PRODUCTS[at] ?? name;
  const questions = [
    `Which supplier delivers the ${product}?`,
    `How many pieces of the ${product} are in stock, and on which shelf?`,
    `Which customer ordered the ${product}?`,
  ];
  return SHEETS.map(([sheet, columns, row], place): [string, string, string] => [
    questions[place] ?? '',
    `\n${sheet}\n${columns}\n`,
    row(product, at),
  ]);
});
