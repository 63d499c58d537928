-- A grant that ended, or whose one access token's life is long over, says nothing any more that the audit trail does not:
-- it goes, with its refresh tokens. The service itself may delete no grant; this function does, what is old enough by
-- the database's own clock too.
CREATE INDEX authorization_grant_by_end ON oauth.authorization_grant (ended_at) WHERE status = 'ended';
CREATE INDEX authorization_grant_short ON oauth.authorization_grant (created_at)
  WHERE status = 'live' AND NOT long_lived AND consent_id = '';

CREATE FUNCTION oauth.sweep_grants(p_now timestamptz, p_batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  v_now   timestamptz := least(p_now, pg_catalog.clock_timestamp());
  v_ended bigint;
  v_short bigint;
BEGIN
  WITH over_now AS (
         SELECT brand_id, grant_id FROM oauth.authorization_grant
          WHERE status = 'ended' AND ended_at < v_now - interval '30 days'
          ORDER BY ended_at LIMIT p_batch FOR UPDATE SKIP LOCKED),
       tokens AS (
         DELETE FROM oauth.refresh_token r USING over_now o WHERE r.brand_id = o.brand_id AND r.grant_id = o.grant_id)
  DELETE FROM oauth.authorization_grant g USING over_now o WHERE g.brand_id = o.brand_id AND g.grant_id = o.grant_id;
  GET DIAGNOSTICS v_ended = ROW_COUNT;
  -- No refresh token, and of no consent whose end would end it: its access token lives minutes.
  DELETE FROM oauth.authorization_grant g
   USING (SELECT brand_id, grant_id FROM oauth.authorization_grant
           WHERE status = 'live' AND NOT long_lived AND consent_id = '' AND created_at < v_now - interval '1 day'
           ORDER BY created_at LIMIT p_batch FOR UPDATE SKIP LOCKED) over_now
   WHERE g.brand_id = over_now.brand_id AND g.grant_id = over_now.grant_id;
  GET DIAGNOSTICS v_short = ROW_COUNT;
  RETURN v_ended + v_short;
END
$$;
REVOKE ALL ON FUNCTION oauth.sweep_grants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oauth.sweep_grants TO aldgate_service;
