-- Adds clients, consents, grants and refresh tokens :first to :last to a sandbox that is measured. Each is a copy of the
-- row of one real client (:template) with its own ids and keys, so that it holds whatever columns such rows have.
-- bench.key (number, kid, jwk) holds the keys; clients share them in turn when there are fewer.
SET session_replication_role = replica;  -- no triggers: the rows are complete
CREATE TEMP TABLE batch AS
  SELECT n, 'filled-' || n AS client_id, gen_random_uuid() AS consent_id, gen_random_uuid() AS grant_id
    FROM generate_series(:first, :last) AS n;

INSERT INTO oauth.client
  SELECT (jsonb_populate_record(c, jsonb_build_object('client_id', b.client_id))).*
    FROM oauth.client c, batch b WHERE c.client_id = :'template';

INSERT INTO oauth.client_key
  SELECT (jsonb_populate_record(t, jsonb_build_object('client_id', b.client_id, 'kid', k.kid, 'jwk', k.jwk, 'thumbprint', k.kid))).*
    FROM batch b
    JOIN bench.key k ON k.number = 1 + (b.n - 1) % (SELECT count(*) FROM bench.key)
    JOIN oauth.client_key t ON t.ctid = (SELECT ctid FROM oauth.client_key WHERE client_id = :'template' LIMIT 1);

INSERT INTO consent.consent
  SELECT (jsonb_populate_record(t, jsonb_build_object('client_id', b.client_id, 'consent_id', b.consent_id))).*
    FROM batch b
    JOIN consent.consent t
      ON t.ctid = (SELECT ctid FROM consent.consent WHERE client_id = :'template' AND status = 'authorised' LIMIT 1);

INSERT INTO oauth.authorization_grant
  SELECT (jsonb_populate_record(t, jsonb_build_object('client_id', b.client_id, 'consent_id', b.consent_id, 'grant_id', b.grant_id))).*
    FROM batch b
    JOIN oauth.authorization_grant t
      ON t.ctid = (SELECT ctid FROM oauth.authorization_grant WHERE client_id = :'template' AND status = 'live' LIMIT 1);

INSERT INTO oauth.refresh_token
  SELECT (jsonb_populate_record(t, jsonb_build_object('client_id', b.client_id, 'grant_id', b.grant_id,
            'token_hash', sha256(convert_to('filled-token-' || b.n, 'UTF8'))))).*
    FROM batch b
    JOIN oauth.refresh_token t ON t.ctid = (SELECT ctid FROM oauth.refresh_token WHERE client_id = :'template' LIMIT 1);

DROP TABLE batch;
ANALYZE oauth.client;
ANALYZE oauth.client_key;
ANALYZE oauth.authorization_grant;
ANALYZE oauth.refresh_token;
ANALYZE consent.consent;
CHECKPOINT;
