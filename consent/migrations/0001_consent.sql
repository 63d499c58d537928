-- Consents, the accounts chosen for them, and their history; customer sessions and failed attempts. Owner-first keys.
CREATE TABLE consent.consent (
  brand_id          text        NOT NULL,
  bank_id           text        NOT NULL,
  consent_id        uuid        NOT NULL,
  client_id         text        NOT NULL,
  kind              text        NOT NULL CHECK (kind IN ('account_access')),
  facade            text        NOT NULL CHECK (facade IN ('obie_v4', 'berlin_group')),
  status            text        NOT NULL CHECK (status IN (
    'awaiting_upload', 'awaiting_authorisation', 'partially_authorised', 'authorised', 'consumed', 'access_revoked_by_psu',
    'access_revoked_by_bank', 'terminated_by_tpp', 'superseded', 'rejected', 'expired')),
  status_reason     text        NOT NULL,
  permissions       text[]      NOT NULL CHECK (cardinality(permissions) > 0),
  expires_at        timestamptz,
  transactions_from timestamptz,
  transactions_to   timestamptz,
  created_at        timestamptz NOT NULL,
  status_updated_at timestamptz NOT NULL,
  psu_id            text,
  authorised_at     timestamptz,
  last_access_at    timestamptz,
  removed_at        timestamptz,
  PRIMARY KEY (brand_id, bank_id, consent_id),
  CHECK (transactions_from <= transactions_to),
  CHECK (status <> 'authorised' OR (psu_id IS NOT NULL AND authorised_at IS NOT NULL))
);
CREATE INDEX consent_by_psu ON consent.consent (brand_id, bank_id, psu_id, created_at) WHERE psu_id IS NOT NULL;
CREATE INDEX consent_by_client ON consent.consent (brand_id, bank_id, client_id, created_at);
CREATE INDEX consent_expiring ON consent.consent (expires_at)
  WHERE status IN ('awaiting_upload', 'awaiting_authorisation', 'partially_authorised', 'authorised', 'access_revoked_by_psu');

CREATE TABLE consent.consent_account (
  brand_id   text NOT NULL,
  bank_id    text NOT NULL,
  consent_id uuid NOT NULL,
  account_id text NOT NULL,
  PRIMARY KEY (brand_id, bank_id, consent_id, account_id),
  FOREIGN KEY (brand_id, bank_id, consent_id) REFERENCES consent.consent
);
CREATE INDEX consent_account_by_account ON consent.consent_account (brand_id, bank_id, account_id);

-- Every change, append-only: who, when, why, from which session, and what was shown. recorded_at is protocol time, at
-- business time.
CREATE TABLE consent.consent_history (
  seq           bigint GENERATED ALWAYS AS IDENTITY,
  recorded_at   timestamptz NOT NULL,
  brand_id      text        NOT NULL,
  bank_id       text        NOT NULL,
  consent_id    uuid        NOT NULL,
  at            timestamptz NOT NULL,
  event         text        NOT NULL,
  from_status   text,
  to_status     text        NOT NULL,
  status_reason text        NOT NULL,
  actor_kind    text        NOT NULL CHECK (actor_kind IN ('tpp', 'psu', 'bank', 'staff', 'system')),
  actor         text        NOT NULL,
  why           text        NOT NULL,
  session_id    text        NOT NULL,
  shown         text        NOT NULL,
  shown_sha256  text        NOT NULL,
  accounts      text[]      NOT NULL,
  interaction   text        NOT NULL,
  PRIMARY KEY (brand_id, bank_id, consent_id, recorded_at, seq)
) PARTITION BY RANGE (recorded_at);
CREATE TABLE consent.consent_history_default PARTITION OF consent.consent_history DEFAULT;
INSERT INTO base.partitioned (parent, step, keep) VALUES ('consent.consent_history', 'month', NULL);

-- handle_hash is the SHA-256 of the cookie's value; session_id stays when the handle changes.
CREATE TABLE consent.customer_session (
  brand_id          text        NOT NULL,
  bank_id           text        NOT NULL,
  handle_hash       bytea       NOT NULL CHECK (octet_length(handle_hash) = 32),
  session_id        uuid        NOT NULL UNIQUE,
  psu_id            text,
  knowledge_at      timestamptz,
  possession_at     timestamptz,
  challenge_id      uuid,
  challenge_ends_at timestamptz,
  created_at        timestamptz NOT NULL,
  last_active_at    timestamptz NOT NULL,
  ends_at           timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, handle_hash),
  CHECK (possession_at IS NULL OR (psu_id IS NOT NULL AND knowledge_at IS NOT NULL))
);
CREATE INDEX customer_session_by_psu ON consent.customer_session (brand_id, bank_id, psu_id) WHERE psu_id IS NOT NULL;
CREATE INDEX customer_session_by_activity ON consent.customer_session (last_active_at);

-- subject is a keyed hash of the customer, or of a name that no customer has. taken counts wrong answers and attempts under
-- way, failed the wrong answers.
CREATE TABLE consent.authentication_counter (
  brand_id      text        NOT NULL,
  bank_id       text        NOT NULL,
  subject       bytea       NOT NULL CHECK (octet_length(subject) = 32),
  taken         integer     NOT NULL CHECK (taken >= 0),
  failed        integer     NOT NULL CHECK (failed >= 0),
  blocks        integer     NOT NULL CHECK (blocks >= 0),
  blocked_until timestamptz,
  updated_at    timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, subject)
);
CREATE INDEX authentication_counter_by_use ON consent.authentication_counter (updated_at);

GRANT SELECT, INSERT, UPDATE ON consent.consent TO aldgate_service;
GRANT SELECT, INSERT, DELETE ON consent.consent_account TO aldgate_service;
GRANT SELECT, INSERT ON consent.consent_history TO aldgate_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.customer_session, consent.authentication_counter TO aldgate_service;
