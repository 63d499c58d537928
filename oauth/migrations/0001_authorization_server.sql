-- Clients and their keys. Owner first in every key: the brand, then the client.
CREATE TABLE oauth.client (
  brand_id       text        NOT NULL REFERENCES base.brand,
  client_id      text        NOT NULL,
  name           text        NOT NULL,
  on_behalf_of   text        NOT NULL,
  auth_method    text        NOT NULL CHECK (auth_method IN ('private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth')),
  binding        text        NOT NULL CHECK (binding IN ('dpop', 'mtls')),
  profile        text        NOT NULL,
  status         text        NOT NULL CHECK (status IN ('live', 'disabled')),
  redirect_uris  text[]      NOT NULL,
  scope          text        NOT NULL,
  tls_subject_dn text        NOT NULL,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (brand_id, client_id)
);

CREATE TABLE oauth.client_key (
  brand_id      text        NOT NULL,
  client_id     text        NOT NULL,
  kid           text        NOT NULL,
  jwk           text        NOT NULL,
  thumbprint    text        NOT NULL,
  status        text        NOT NULL CHECK (status IN ('live', 'retired')),
  added_at      timestamptz NOT NULL,
  retired_at    timestamptz,
  first_used_at timestamptz,
  last_used_at  timestamptz,
  PRIMARY KEY (brand_id, client_id, kid),
  UNIQUE (brand_id, client_id, thumbprint),
  FOREIGN KEY (brand_id, client_id) REFERENCES oauth.client
);

-- Ids of client assertions (RFC 7523 section 3 item 7), written in the transaction of their effect. Uniqueness holds for
-- ever, so the partitions are by hash; what is over is deleted in batches.
CREATE TABLE oauth.assertion_jti (
  brand_id   text        NOT NULL,
  client_id  text        NOT NULL,
  kind       text        NOT NULL,
  jti_hash   bytea       NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, client_id, kind, jti_hash)
) PARTITION BY HASH (jti_hash);

-- Ids of DPoP proofs while Redis is away (RFC 9449 section 11.1).
CREATE TABLE oauth.proof_jti (
  brand_id   text        NOT NULL,
  jkt        text        NOT NULL,
  jti_hash   bytea       NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, jkt, jti_hash)
) PARTITION BY HASH (jti_hash);

DO $$
BEGIN
  FOR i IN 0..7 LOOP
    EXECUTE format('CREATE TABLE oauth.assertion_jti_%s PARTITION OF oauth.assertion_jti FOR VALUES WITH (MODULUS 8, REMAINDER %s)', i, i);
    EXECUTE format('CREATE TABLE oauth.proof_jti_%s PARTITION OF oauth.proof_jti FOR VALUES WITH (MODULUS 8, REMAINDER %s)', i, i);
  END LOOP;
END
$$;
CREATE INDEX assertion_jti_by_expiry ON oauth.assertion_jti (expires_at);
CREATE INDEX proof_jti_by_expiry ON oauth.proof_jti (expires_at);

-- A pushed authorization request and the interaction it becomes: one row from PAR to the redirect back. `ends_at` stands
-- in the handles too, so that a look-up touches one partition.
CREATE TABLE oauth.pushed_request (
  ends_at               timestamptz NOT NULL,
  request_hash          bytea       NOT NULL,
  handle_hash           bytea       NOT NULL,
  brand_id              text        NOT NULL,
  client_id             text        NOT NULL,
  redirect_uri          text        NOT NULL,
  scope                 text        NOT NULL,
  state                 text,
  nonce                 text,
  code_challenge        text        NOT NULL,
  dpop_jkt              text,
  consent_id            text        NOT NULL,
  long_lived            boolean     NOT NULL,
  authorization_details text        NOT NULL,
  prompt                text        NOT NULL,
  ui_locales            text        NOT NULL,
  pushed_at             timestamptz NOT NULL,
  expires_at            timestamptz NOT NULL,
  opened_at             timestamptz,
  bound_at              timestamptz,
  browser_hash          bytea,
  psu_id                text,
  ended_at              timestamptz,
  outcome               text CHECK (outcome IN ('granted', 'refused')),
  PRIMARY KEY (ends_at, request_hash),
  CHECK ((bound_at IS NULL) = (browser_hash IS NULL) AND (bound_at IS NULL) = (psu_id IS NULL)),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
) PARTITION BY RANGE (ends_at);
CREATE TABLE oauth.pushed_request_default PARTITION OF oauth.pushed_request DEFAULT;
CREATE UNIQUE INDEX pushed_request_by_handle ON oauth.pushed_request (ends_at, handle_hash);

-- What a customer granted to a client. A token is worth what its grant is worth: live or ended.
CREATE TABLE oauth.authorization_grant (
  brand_id              text        NOT NULL,
  grant_id              uuid        NOT NULL,
  client_id             text        NOT NULL,
  psu_id                text        NOT NULL,
  consent_id            text        NOT NULL,
  scope                 text        NOT NULL,
  authorization_details text        NOT NULL,
  long_lived            boolean     NOT NULL,
  auth_time             timestamptz NOT NULL,
  acr                   text        NOT NULL,
  created_at            timestamptz NOT NULL,
  status                text        NOT NULL CHECK (status IN ('live', 'ended')),
  ended_at              timestamptz,
  ended_reason          text,
  PRIMARY KEY (brand_id, grant_id),
  FOREIGN KEY (brand_id, client_id) REFERENCES oauth.client,
  CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);
CREATE INDEX authorization_grant_by_consent ON oauth.authorization_grant (brand_id, consent_id) WHERE status = 'live';
CREATE INDEX authorization_grant_by_client ON oauth.authorization_grant (brand_id, client_id);

-- Authorization codes, by expiry. A row outlives its code, so that a second use is known for what it is.
CREATE TABLE oauth.authorization_code (
  expires_at     timestamptz NOT NULL,
  code_hash      bytea       NOT NULL,
  brand_id       text        NOT NULL,
  client_id      text        NOT NULL,
  grant_id       uuid        NOT NULL,
  redirect_uri   text        NOT NULL,
  code_challenge text        NOT NULL,
  dpop_jkt       text,
  nonce          text,
  state_hash     text,
  issued_at      timestamptz NOT NULL,
  consumed_at    timestamptz,
  PRIMARY KEY (expires_at, code_hash)
) PARTITION BY RANGE (expires_at);
CREATE TABLE oauth.authorization_code_default PARTITION OF oauth.authorization_code DEFAULT;

-- Refresh tokens: not rotated [FAPI2-SP-FINAL-5.3.2.1-9], alive as long as grant and consent are.
CREATE TABLE oauth.refresh_token (
  brand_id   text        NOT NULL,
  token_hash bytea       NOT NULL,
  client_id  text        NOT NULL,
  grant_id   uuid        NOT NULL,
  issued_at  timestamptz NOT NULL,
  PRIMARY KEY (brand_id, token_hash),
  FOREIGN KEY (brand_id, grant_id) REFERENCES oauth.authorization_grant
);
CREATE INDEX refresh_token_by_grant ON oauth.refresh_token (brand_id, grant_id);

-- Access tokens without a grant that were revoked before their time (RFC 7009).
CREATE TABLE oauth.revoked_access_token (
  brand_id   text        NOT NULL,
  jti_hash   bytea       NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, jti_hash)
);
CREATE INDEX revoked_access_token_by_expiry ON oauth.revoked_access_token (expires_at);

-- The server's signing keys; the private half sealed under the key-encryption key, and wiped when it is over.
CREATE TABLE oauth.signing_key (
  brand_id       text        NOT NULL,
  kid            text        NOT NULL,
  algorithm      text        NOT NULL,
  public_jwk     text        NOT NULL,
  sealed_private bytea,
  kek_id         text        NOT NULL,
  published_at   timestamptz NOT NULL,
  activates_at   timestamptz NOT NULL,
  retires_at     timestamptz,
  compromised_at timestamptz,
  PRIMARY KEY (brand_id, kid)
);

-- Requests: their row is of use until it ended. Codes: a day more, so that late reuse still ends the grant.
INSERT INTO base.partitioned (parent, step, keep) VALUES
  ('oauth.pushed_request', 'day', '1 day'),
  ('oauth.authorization_code', 'day', '2 days');

GRANT SELECT, INSERT ON oauth.client, oauth.client_key, oauth.pushed_request, oauth.authorization_grant,
  oauth.authorization_code, oauth.refresh_token, oauth.signing_key TO aldgate_service;
GRANT SELECT, INSERT, DELETE ON oauth.assertion_jti, oauth.proof_jti, oauth.revoked_access_token TO aldgate_service;
-- UPDATE (expires_at): the sweep locks what it deletes (FOR UPDATE SKIP LOCKED wants the right; no statement writes it).
GRANT UPDATE (expires_at) ON oauth.assertion_jti, oauth.proof_jti, oauth.revoked_access_token TO aldgate_service;
GRANT UPDATE (status) ON oauth.client TO aldgate_service;
GRANT UPDATE (status, retired_at, first_used_at, last_used_at) ON oauth.client_key TO aldgate_service;
GRANT UPDATE (opened_at, bound_at, browser_hash, psu_id, ended_at, outcome) ON oauth.pushed_request TO aldgate_service;
GRANT UPDATE (status, ended_at, ended_reason) ON oauth.authorization_grant TO aldgate_service;
GRANT UPDATE (consumed_at) ON oauth.authorization_code TO aldgate_service;
GRANT UPDATE (sealed_private, retires_at, compromised_at) ON oauth.signing_key TO aldgate_service;
