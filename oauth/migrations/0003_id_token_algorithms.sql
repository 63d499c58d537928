-- The algorithm of a client's ID tokens (OpenID Connect Registration section 2), and a line of signing keys for each.
ALTER TABLE oauth.client
  ADD COLUMN id_token_signed_response_alg text NOT NULL DEFAULT 'ES256'
    CHECK (id_token_signed_response_alg IN ('ES256', 'PS256', 'RS256')),
  ADD CONSTRAINT client_profile CHECK (profile IN ('fapi2', 'oidc')),
  -- FAPI 2.0 section 5.4.1 forbids RS256.
  ADD CONSTRAINT client_id_token_alg CHECK (profile = 'oidc' OR id_token_signed_response_alg <> 'RS256');

ALTER TABLE oauth.signing_key
  ADD CONSTRAINT signing_key_algorithm CHECK (algorithm IN ('ES256', 'PS256', 'RS256'));
