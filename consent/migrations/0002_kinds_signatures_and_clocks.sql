-- Consents of every kind with their terms; several signatories; the clocks of unattended access, renewal and warnings.
ALTER TABLE consent.consent
  DROP CONSTRAINT consent_kind_check,
  DROP CONSTRAINT consent_permissions_check,
  ADD COLUMN terms           jsonb,
  ADD COLUMN terms_hash      text NOT NULL DEFAULT '',
  ADD COLUMN request         text NOT NULL DEFAULT '',
  ADD COLUMN reconfirmed_at  timestamptz,
  ADD COLUMN warn_at         timestamptz,
  ADD CONSTRAINT consent_kind_check CHECK (kind IN (
    'account_access', 'domestic_payment', 'domestic_scheduled_payment', 'domestic_standing_order', 'international_payment',
    'file_payment', 'funds_confirmation', 'domestic_vrp')),
  ADD CONSTRAINT consent_permissions_check CHECK ((kind = 'account_access') = (cardinality(permissions) > 0)),
  ADD CONSTRAINT consent_terms_check CHECK ((kind = 'account_access') = (terms IS NULL)
                                            AND (terms IS NULL) = (terms_hash = ''));

-- When the next warning of an approaching end is due; a consent that has none waits for nothing.
CREATE INDEX consent_warnings ON consent.consent (warn_at) WHERE status = 'authorised' AND warn_at IS NOT NULL;
UPDATE consent.consent SET warn_at = expires_at - interval '30 days' WHERE status = 'authorised' AND expires_at IS NOT NULL;

-- The terms are what the customer agreed to: nobody changes them afterwards, whatever the program.
CREATE FUNCTION consent.refuse_other_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the terms of a consent do not change';
END $$;
CREATE TRIGGER consent_terms_stay BEFORE UPDATE ON consent.consent FOR EACH ROW
  WHEN (OLD.kind IS DISTINCT FROM NEW.kind OR OLD.terms IS DISTINCT FROM NEW.terms
        OR OLD.terms_hash IS DISTINCT FROM NEW.terms_hash OR OLD.request IS DISTINCT FROM NEW.request)
  EXECUTE FUNCTION consent.refuse_other_terms();

-- How many of whom must agree, for each account chosen, as the bank said when the first of them decided. Accounts that one
-- customer may share alone have no row.
CREATE TABLE consent.signing_rule (
  brand_id    text    NOT NULL,
  bank_id     text    NOT NULL,
  consent_id  uuid    NOT NULL,
  account_id  text    NOT NULL,
  needed      integer NOT NULL CHECK (needed > 1),
  signatories text[]  NOT NULL CHECK (cardinality(signatories) >= needed),
  PRIMARY KEY (brand_id, bank_id, consent_id, account_id),
  FOREIGN KEY (brand_id, bank_id, consent_id) REFERENCES consent.consent
);
CREATE INDEX signing_rule_by_signatory ON consent.signing_rule USING gin (signatories);

CREATE TABLE consent.signature (
  brand_id   text        NOT NULL,
  bank_id    text        NOT NULL,
  consent_id uuid        NOT NULL,
  psu_id     text        NOT NULL,
  signed_at  timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, consent_id, psu_id),
  FOREIGN KEY (brand_id, bank_id, consent_id) REFERENCES consent.consent
);

-- The uses without the customer in the last 24 hours: at most as many instants as are allowed.
CREATE TABLE consent.unattended_access (
  brand_id   text          NOT NULL,
  bank_id    text          NOT NULL,
  consent_id uuid          NOT NULL,
  account_id text          NOT NULL,
  endpoint   text          NOT NULL,
  uses       timestamptz[] NOT NULL,
  last_use   timestamptz   NOT NULL,
  PRIMARY KEY (brand_id, bank_id, consent_id, account_id, endpoint)
);
CREATE INDEX unattended_access_by_use ON consent.unattended_access (last_use);

-- x-idempotency-key of consent creation. body_hash: SHA-256 of the request's body.
CREATE TABLE consent.idempotency_key (
  brand_id   text        NOT NULL,
  bank_id    text        NOT NULL,
  client_id  text        NOT NULL,
  key        text        NOT NULL,
  kind       text        NOT NULL,
  body_hash  text        NOT NULL,
  consent_id uuid        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, client_id, kind, key)
);
CREATE INDEX idempotency_key_by_age ON consent.idempotency_key (created_at);

GRANT SELECT, INSERT, DELETE ON consent.signing_rule, consent.signature TO aldgate_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.unattended_access TO aldgate_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON consent.idempotency_key TO aldgate_service;
