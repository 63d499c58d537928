-- What a node remembers of a client is compared with the truth in the transaction that acts on it: by this number, which
-- no two states of a client share, of its registration and of its keys together.
CREATE SEQUENCE oauth.client_revision;
ALTER TABLE oauth.client ADD COLUMN revision bigint NOT NULL DEFAULT pg_catalog.nextval('oauth.client_revision');

CREATE FUNCTION oauth.renew_client_revision() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.revision := pg_catalog.nextval('oauth.client_revision');
  RETURN NEW;
END
$$;
CREATE TRIGGER renew_revision BEFORE UPDATE ON oauth.client
  FOR EACH ROW EXECUTE FUNCTION oauth.renew_client_revision();

-- When a key was used last changes nothing of what the client may do.
CREATE FUNCTION oauth.renew_revision_of_the_keys_client() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE oauth.client SET revision = revision WHERE brand_id = OLD.brand_id AND client_id = OLD.client_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE oauth.client SET revision = revision WHERE brand_id = NEW.brand_id AND client_id = NEW.client_id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER renew_revision AFTER INSERT OR DELETE OR UPDATE OF brand_id, client_id, kid, jwk, thumbprint, status
  ON oauth.client_key FOR EACH ROW EXECUTE FUNCTION oauth.renew_revision_of_the_keys_client();

GRANT USAGE ON SEQUENCE oauth.client_revision TO aldgate_service;
GRANT UPDATE (revision) ON oauth.client TO aldgate_service;
