import type { Migration } from '../../storage/index.ts';

/** On the row of the worker: a claim reads it anyway, in its transaction. */
export const marketplaceMigrations: Migration[] = [
  {
    id: 'jobs-bookings-1',
    statements: () => [
      'alter table workers add column booked_by text',
      'alter table workers add column booked_until bigint not null default 0',
      'alter table workers add column offer_price_nano bigint',
      'alter table workers add column said_price_nano bigint',
      'update workers set said_price_nano = price_nano',
      'alter table workers add column offer_description text',
      'alter table workers add column is_bookable integer not null default 1',
    ],
  },
];
