-- What a client registers beyond its credentials (RFC 7591 section 2; RFC 9101 section 10.5; FAPI 2.0 Message Signing).
ALTER TABLE oauth.client RENAME COLUMN tls_subject_dn TO tls_subject;
ALTER TABLE oauth.client
  -- Which of the five forms of RFC 8705 section 2.1.2 `tls_subject` is.
  ADD COLUMN tls_subject_kind text NOT NULL DEFAULT 'subject_dn'
    CHECK (tls_subject_kind IN ('subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email')),
  ADD COLUMN jwks_uri text NOT NULL DEFAULT '',                        -- keys are fetched; client_key has none then
  ADD COLUMN require_signed_request_object boolean NOT NULL DEFAULT false,
  ADD COLUMN require_dpop_nonce boolean NOT NULL DEFAULT false,        -- RFC 9449 section 8, as this client's policy
  ADD COLUMN response_modes text[] NOT NULL DEFAULT '{query}',         -- what it may ask for; the first one by default
  ADD COLUMN subject_type text NOT NULL DEFAULT 'public' CHECK (subject_type IN ('public', 'pairwise')),
  ADD COLUMN sector text NOT NULL DEFAULT '',                          -- host that pairwise subjects are made for
  ADD COLUMN encryption_jwk text NOT NULL DEFAULT '',                  -- its public key for ID tokens
  ADD COLUMN id_token_encrypted_response_alg text NOT NULL DEFAULT '',
  ADD COLUMN id_token_encrypted_response_enc text NOT NULL DEFAULT '',
  ADD COLUMN userinfo_signed_response_alg text NOT NULL DEFAULT '',
  ADD CONSTRAINT client_sector CHECK ((subject_type = 'pairwise') = (sector <> '')),
  ADD CONSTRAINT client_encryption CHECK ((id_token_encrypted_response_alg = '') = (id_token_encrypted_response_enc = ''));

ALTER TABLE oauth.pushed_request
  ADD COLUMN response_mode text NOT NULL DEFAULT 'query',
  ADD COLUMN acr_values text NOT NULL DEFAULT '',
  ADD COLUMN max_age bigint,
  ADD COLUMN login_hint text NOT NULL DEFAULT '',
  ADD COLUMN requested_claims text NOT NULL DEFAULT '';  -- claims parameter (OpenID Connect Core section 5.5), canonical

ALTER TABLE oauth.authorization_grant
  ADD COLUMN requested_claims text NOT NULL DEFAULT '';

-- Signed requests as they came (FAPI 2.0 Message Signing, NR1): what a client cannot deny having asked for. History.
CREATE TABLE oauth.signed_request (
  received_at    timestamptz NOT NULL,
  brand_id       text        NOT NULL,
  client_id      text        NOT NULL,
  request_hash   bytea       NOT NULL,  -- of the pushed request that came of it
  interaction    text        NOT NULL,
  request_object text        NOT NULL,
  PRIMARY KEY (received_at, brand_id, request_hash)
) PARTITION BY RANGE (received_at);
CREATE TABLE oauth.signed_request_default PARTITION OF oauth.signed_request DEFAULT;
INSERT INTO base.partitioned (parent, step, keep) VALUES ('oauth.signed_request', 'month', NULL);
GRANT SELECT, INSERT ON oauth.signed_request TO aldgate_service;
