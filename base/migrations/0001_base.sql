-- Tenants, evidence, events. Roles are made by `aldgate migrate` before this runs: the owner runs it, aldgate_service uses it.
CREATE TABLE base.brand (
  brand_id text PRIMARY KEY
);
CREATE TABLE base.bank (
  brand_id text NOT NULL REFERENCES base.brand,
  bank_id  text NOT NULL,
  PRIMARY KEY (brand_id, bank_id)
);

-- Evidence. xid is the inserting transaction: a sealer may take only rows below pg_snapshot_xmin (DESIGN decision 9).
CREATE TABLE base.audit (
  seq         bigint GENERATED ALWAYS AS IDENTITY,
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  at          timestamptz NOT NULL,
  xid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
  actor_kind  text        NOT NULL CHECK (actor_kind IN ('tpp', 'psu', 'bank', 'staff', 'system')),
  actor       text        NOT NULL,
  action      text        NOT NULL,
  object_kind text        NOT NULL,
  object      text        NOT NULL,
  outcome     text        NOT NULL,
  reason      text        NOT NULL,
  interaction text        NOT NULL,
  facts       jsonb       NOT NULL,
  PRIMARY KEY (at, seq)
) PARTITION BY RANGE (at);
CREATE TABLE base.audit_default PARTITION OF base.audit DEFAULT;
CREATE INDEX audit_by_object ON base.audit (object_kind, object, at);
CREATE INDEX audit_by_interaction ON base.audit (interaction, at) WHERE interaction <> '';

-- Domain events, append-only; `position` orders them, `xid` tells the relay which are certainly visible.
CREATE TABLE base.outbox (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
  id          uuid        NOT NULL UNIQUE,
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  client_id   text        NOT NULL,
  type        text        NOT NULL,
  subject     text        NOT NULL,
  occurred_at timestamptz NOT NULL,
  data        jsonb       NOT NULL,
  interaction text        NOT NULL
);

-- One row a finished request, written in batches by each node: what `aldgate explain request` reads beside the audit.
CREATE TABLE base.request_journal (
  at          timestamptz NOT NULL,
  interaction text        NOT NULL,
  event       jsonb       NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE base.request_journal_default PARTITION OF base.request_journal DEFAULT;
CREATE INDEX request_journal_by_interaction ON base.request_journal (interaction, at);

-- The sandbox's business clock, one row; absent in production.
CREATE TABLE base.sandbox_clock (
  only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  offset_seconds bigint NOT NULL
);

GRANT SELECT ON base.brand, base.bank, base.migration TO aldgate_service;
GRANT SELECT, INSERT ON base.audit, base.outbox, base.request_journal TO aldgate_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON base.sandbox_clock TO aldgate_service;
