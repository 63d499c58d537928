-- What the sandbox sent to customers' telephones and mailboxes: shown instead of delivered. In the sandbox only.
CREATE TABLE connectors.sandbox_message (
  seq       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  brand_id  text        NOT NULL,
  bank_id   text        NOT NULL,
  psu_id    text        NOT NULL,
  channel   text        NOT NULL CHECK (channel IN ('sms', 'email')),
  recipient text        NOT NULL,
  body      text        NOT NULL,
  sent_at   timestamptz NOT NULL
);
CREATE INDEX sandbox_message_by_psu ON connectors.sandbox_message (brand_id, bank_id, psu_id, seq);
GRANT SELECT, INSERT, DELETE ON connectors.sandbox_message TO aldgate_service;
