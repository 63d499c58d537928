-- Customers' own factors, the challenges that are answered with them, tries to sign in, exemptions from strong customer
-- authentication. All times are protocol time, but those of exemptions.

-- sealed: the secret of a totp factor, the address of sms and email; under the key-encryption key, bound to psu and row.
-- counter: of a passkey its signature counter, of totp the last time step accepted.
CREATE TABLE consent.sca_factor (
  brand_id      text        NOT NULL,
  bank_id       text        NOT NULL,
  factor_id     uuid        NOT NULL,
  psu_id        text        NOT NULL,
  kind          text        NOT NULL CHECK (kind IN ('totp', 'passkey', 'sms', 'email')),
  label         text        NOT NULL CHECK (char_length(label) BETWEEN 1 AND 40),
  hint          text        NOT NULL,
  sealed        bytea       NOT NULL,
  credential_id bytea,
  public_key    bytea,
  device_bound  boolean     NOT NULL,
  counter       bigint      NOT NULL CHECK (counter >= 0),
  created_at    timestamptz NOT NULL,
  last_used_at  timestamptz,
  removed_at    timestamptz,
  PRIMARY KEY (brand_id, bank_id, factor_id),
  CHECK ((kind = 'passkey') = (credential_id IS NOT NULL AND public_key IS NOT NULL))
);
CREATE INDEX sca_factor_by_psu ON consent.sca_factor (brand_id, bank_id, psu_id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX sca_factor_by_credential ON consent.sca_factor (brand_id, bank_id, credential_id) WHERE removed_at IS NULL;

-- One challenge to one customer in one session: to sign in, or to enrol a factor (purpose). terms_hash and shown: what it
-- is bound to and what the customer read beside it; empty where nothing is bound. code_mac: of a code that was sent.
-- decision: of an approval on a second device. preset: opened by the password alone, before it was asked by what.
CREATE TABLE consent.sca_challenge (
  brand_id     text        NOT NULL,
  bank_id      text        NOT NULL,
  challenge_id uuid        NOT NULL,
  session_id   uuid        NOT NULL,
  psu_id       text        NOT NULL,
  purpose      text        NOT NULL CHECK (purpose IN ('authenticate', 'enrol')),
  kind         text        NOT NULL CHECK (kind IN ('bank_code', 'device', 'totp', 'passkey', 'sms', 'email')),
  factor_id    uuid,
  preset       boolean     NOT NULL,
  terms_hash   text        NOT NULL,
  shown        text        NOT NULL,
  label        text        NOT NULL,
  hint         text        NOT NULL,
  sealed       bytea       NOT NULL,
  code_mac     bytea,
  sent         integer     NOT NULL CHECK (sent >= 0),
  decision     text        CHECK (decision IN ('approve', 'refuse')),
  created_at   timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  closed_at    timestamptz,
  PRIMARY KEY (brand_id, bank_id, challenge_id)
);
CREATE INDEX sca_challenge_by_psu ON consent.sca_challenge (brand_id, bank_id, psu_id, created_at);
CREATE INDEX sca_challenge_by_end ON consent.sca_challenge (ends_at);

-- What a session's second element was bound to, and by what it was given.
ALTER TABLE consent.customer_session ADD COLUMN bound_terms text NOT NULL DEFAULT '';
ALTER TABLE consent.customer_session ADD COLUMN method text NOT NULL DEFAULT '';

CREATE TABLE consent.sign_in (
  seq         bigint GENERATED ALWAYS AS IDENTITY,
  recorded_at timestamptz NOT NULL,
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  psu_id      text        NOT NULL,
  session_id  uuid        NOT NULL,
  kind        text        NOT NULL,
  outcome     text        NOT NULL CHECK (outcome IN ('ok', 'refused', 'blocked')),
  PRIMARY KEY (brand_id, bank_id, psu_id, recorded_at, seq)
) PARTITION BY RANGE (recorded_at);
CREATE TABLE consent.sign_in_default PARTITION OF consent.sign_in DEFAULT;
INSERT INTO base.partitioned (parent, step, keep) VALUES ('consent.sign_in', 'month', '13 months');

-- Exemptions from strong customer authentication: what was used since the customer last authenticated, every decision
-- with its reason, and the fraud of each quarter. Business time.
CREATE TABLE consent.exemption_counter (
  brand_id   text        NOT NULL,
  bank_id    text        NOT NULL,
  psu_id     text        NOT NULL,
  article    text        NOT NULL,
  currency   text        NOT NULL,
  uses       integer     NOT NULL CHECK (uses >= 0),
  minor      bigint      NOT NULL CHECK (minor >= 0),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, psu_id, article, currency)
);

CREATE TABLE consent.exemption_decision (
  seq         bigint GENERATED ALWAYS AS IDENTITY,
  at          timestamptz NOT NULL,
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  psu_id      text        NOT NULL,
  client_id   text        NOT NULL,
  region      text        NOT NULL CHECK (region IN ('eu', 'uk')),
  exempt      boolean     NOT NULL,
  article     text        NOT NULL,
  reason      text        NOT NULL,
  minor       bigint,
  currency    text        NOT NULL,
  consent_id  text        NOT NULL,
  interaction text        NOT NULL,
  PRIMARY KEY (brand_id, bank_id, at, seq)
) PARTITION BY RANGE (at);
CREATE TABLE consent.exemption_decision_default PARTITION OF consent.exemption_decision DEFAULT;
INSERT INTO base.partitioned (parent, step, keep) VALUES ('consent.exemption_decision', 'month', NULL);

-- Value of all remote transactions of an instrument in a quarter, and of those nobody authorised. begins: its first day.
CREATE TABLE consent.fraud_quarter (
  brand_id    text   NOT NULL,
  bank_id     text   NOT NULL,
  instrument  text   NOT NULL CHECK (instrument IN ('card', 'credit_transfer')),
  begins      date   NOT NULL,
  total_minor bigint NOT NULL CHECK (total_minor >= 0),
  fraud_minor bigint NOT NULL CHECK (fraud_minor >= 0 AND fraud_minor <= total_minor),
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, instrument, begins)
);

GRANT SELECT, INSERT, UPDATE ON consent.sca_factor TO aldgate_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.sca_challenge, consent.exemption_counter TO aldgate_service;
GRANT SELECT, INSERT ON consent.sign_in, consent.exemption_decision TO aldgate_service;
GRANT SELECT, INSERT, UPDATE ON consent.fraud_quarter TO aldgate_service;
