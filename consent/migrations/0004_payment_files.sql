-- The file of a file payment consent, as the TPP uploaded it: once, and for good.
CREATE TABLE consent.payment_file (
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  consent_id  uuid        NOT NULL,
  content     bytea       NOT NULL,
  uploaded_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, bank_id, consent_id),
  FOREIGN KEY (brand_id, bank_id, consent_id) REFERENCES consent.consent
);
GRANT SELECT, INSERT ON consent.payment_file TO aldgate_service;

-- What the payments of a file come to is known when the file is there: until then nobody can agree to anything.
DROP TRIGGER consent_terms_stay ON consent.consent;
CREATE TRIGGER consent_terms_stay BEFORE UPDATE ON consent.consent FOR EACH ROW
  WHEN (OLD.kind IS DISTINCT FROM NEW.kind OR OLD.request IS DISTINCT FROM NEW.request
        OR ((OLD.terms IS DISTINCT FROM NEW.terms OR OLD.terms_hash IS DISTINCT FROM NEW.terms_hash)
            AND OLD.status <> 'awaiting_upload'))
  EXECUTE FUNCTION consent.refuse_other_terms();
