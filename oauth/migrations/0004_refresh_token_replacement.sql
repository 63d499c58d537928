-- The day a policy replaces refresh tokens (FAPI 2.0 section 5.3.2.1 item 9): of a client's tokens, those issued before
-- the instant are replaced at their next use; the old one remembers when that was, for the retry of a lost reply.
ALTER TABLE oauth.client ADD COLUMN replace_refresh_tokens_before timestamptz;
ALTER TABLE oauth.refresh_token ADD COLUMN replaced_at timestamptz;
GRANT UPDATE (replace_refresh_tokens_before) ON oauth.client TO aldgate_service;
GRANT UPDATE (replaced_at) ON oauth.refresh_token TO aldgate_service;
