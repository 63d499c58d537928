-- How many of an account's holders must agree, to show its data and to pay from it.
ALTER TABLE connectors.account
  ADD COLUMN signatures_for_access   integer NOT NULL DEFAULT 1 CHECK (signatures_for_access > 0),
  ADD COLUMN signatures_for_payments integer NOT NULL DEFAULT 1 CHECK (signatures_for_payments > 0);
