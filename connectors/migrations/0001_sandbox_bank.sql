-- The sandbox bank: fictional customers and accounts, and a ledger that only grows.
CREATE TABLE connectors.customer (
  brand_id         text    NOT NULL,
  bank_id          text    NOT NULL,
  psu_id           uuid    NOT NULL,
  username_index   text    NOT NULL,           -- keyed blind index; the username itself is in sealed_profile
  password_hash    text    NOT NULL,           -- argon2id, PHC string format
  wrapped_key      bytea   NOT NULL,           -- this customer's data key
  sealed_profile   bytea   NOT NULL,           -- name, one-time code secrets
  sca_always_fails boolean NOT NULL,
  locked           boolean NOT NULL,
  decoupled        boolean NOT NULL,
  last_totp_step   bigint  NOT NULL DEFAULT -1, -- a code is accepted once: only a later step is
  PRIMARY KEY (brand_id, bank_id, psu_id),
  UNIQUE (brand_id, bank_id, username_index)
);

CREATE TABLE connectors.account (
  brand_id        text        NOT NULL,
  bank_id         text        NOT NULL,
  account_id      uuid        NOT NULL,
  wrapped_key     bytea       NOT NULL,
  sealed_identity bytea       NOT NULL,        -- sort code and number, IBAN, owner's name, nickname
  type            text        NOT NULL CHECK (type IN ('current', 'savings', 'card')),
  status          text        NOT NULL CHECK (status IN ('enabled', 'disabled')),
  status_updated  timestamptz NOT NULL,
  opened          timestamptz NOT NULL,
  product_name    text        NOT NULL,
  currency        text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  last_seq        bigint      NOT NULL DEFAULT 0,  -- of connectors.movement; taken under this row's lock, so without gaps
  PRIMARY KEY (brand_id, bank_id, account_id)
);

CREATE TABLE connectors.account_holder (
  brand_id   text NOT NULL,
  bank_id    text NOT NULL,
  psu_id     uuid NOT NULL,
  account_id uuid NOT NULL,
  PRIMARY KEY (brand_id, bank_id, psu_id, account_id),
  FOREIGN KEY (brand_id, bank_id, psu_id) REFERENCES connectors.customer,
  FOREIGN KEY (brand_id, bank_id, account_id) REFERENCES connectors.account
);

-- What happened on an account, as its holder sees it. A transaction that is booked after it was pending has two rows with
-- one transaction_id; the view of an account up to any seq never changes, which is what pages stand on.
CREATE TABLE connectors.movement (
  brand_id          text        NOT NULL,
  bank_id           text        NOT NULL,
  account_id        uuid        NOT NULL,
  seq               bigint      NOT NULL,
  transaction_id    uuid        NOT NULL,
  status            text        NOT NULL CHECK (status IN ('pending', 'booked')),
  booked_at         timestamptz NOT NULL,      -- expected, while pending
  value_at          timestamptz,
  amount_minor      bigint      NOT NULL,      -- negative: debit
  currency          text        NOT NULL,
  reference         text        NOT NULL,
  domain_family     text        NOT NULL,
  domain_sub_family text        NOT NULL,
  proprietary_code  text        NOT NULL,
  information       text        NOT NULL,
  counterparty_name text        NOT NULL,
  merchant_name     text        NOT NULL,
  merchant_category text        NOT NULL,
  balance_after     bigint,                    -- booked ones
  PRIMARY KEY (brand_id, bank_id, account_id, seq),
  UNIQUE (brand_id, bank_id, account_id, transaction_id, status),
  FOREIGN KEY (brand_id, bank_id, account_id) REFERENCES connectors.account
);
CREATE INDEX movement_by_booking ON connectors.movement (brand_id, bank_id, account_id, booked_at DESC, seq DESC);

-- Double entry: the lines of a posting sum to zero in each currency. Customers' balances are sums over their lines.
CREATE TABLE connectors.ledger_entry (
  brand_id       text        NOT NULL,
  bank_id        text        NOT NULL,
  posting_id     uuid        NOT NULL,
  line           smallint    NOT NULL,
  ledger_account text        NOT NULL,         -- an account_id, or the bank's own: "bank:cards"
  amount_minor   bigint      NOT NULL,
  currency       text        NOT NULL,
  booked_at      timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, posting_id, line)
);
CREATE INDEX ledger_entry_by_account ON connectors.ledger_entry (brand_id, bank_id, ledger_account) INCLUDE (amount_minor);

-- A posting is written whole by one statement, or not at all.
CREATE FUNCTION connectors.refuse_unbalanced_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM written GROUP BY brand_id, bank_id, posting_id, currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'a posting does not sum to zero' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER posting_balances AFTER INSERT ON connectors.ledger_entry
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION connectors.refuse_unbalanced_posting();

GRANT SELECT, INSERT ON connectors.customer, connectors.account, connectors.account_holder TO aldgate_service;
GRANT UPDATE (last_totp_step) ON connectors.customer TO aldgate_service;
GRANT UPDATE (last_seq) ON connectors.account TO aldgate_service;
GRANT SELECT, INSERT ON connectors.movement, connectors.ledger_entry TO aldgate_service;
