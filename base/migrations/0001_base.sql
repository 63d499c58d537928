-- Tenants, evidence, events. aldgate_owner runs this and owns it; aldgate_service uses it. base.migration and the schema
-- itself are made by `aldgate migrate` beforehand.
CREATE TABLE base.brand (
  brand_id text PRIMARY KEY
);
CREATE TABLE base.bank (
  brand_id text NOT NULL REFERENCES base.brand,
  bank_id  text NOT NULL,
  PRIMARY KEY (brand_id, bank_id)
);

-- Evidence. xid is the inserting transaction: a sealer may take only rows below pg_snapshot_xmin (DESIGN decision 9).
CREATE TABLE base.audit (
  seq         bigint GENERATED ALWAYS AS IDENTITY,
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  at          timestamptz NOT NULL,
  xid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
  actor_kind  text        NOT NULL CHECK (actor_kind IN ('tpp', 'psu', 'bank', 'staff', 'system')),
  actor       text        NOT NULL,
  action      text        NOT NULL,
  object_kind text        NOT NULL,
  object      text        NOT NULL,
  outcome     text        NOT NULL,
  reason      text        NOT NULL,
  interaction text        NOT NULL,
  facts       jsonb       NOT NULL,
  PRIMARY KEY (at, seq)
) PARTITION BY RANGE (at);
CREATE TABLE base.audit_default PARTITION OF base.audit DEFAULT;
CREATE INDEX audit_by_object ON base.audit (object_kind, object, at);
CREATE INDEX audit_by_interaction ON base.audit (interaction, at) WHERE interaction <> '';

-- Domain events, append-only; `position` orders them, `xid` tells the relay which are certainly visible.
CREATE TABLE base.outbox (
  position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
  id          uuid        NOT NULL UNIQUE,
  brand_id    text        NOT NULL,
  bank_id     text        NOT NULL,
  client_id   text        NOT NULL,
  type        text        NOT NULL,
  subject     text        NOT NULL,
  occurred_at timestamptz NOT NULL,
  data        jsonb       NOT NULL,
  interaction text        NOT NULL
);

-- One row a finished request, written in batches by each node: what `aldgate explain request` reads beside the audit.
CREATE TABLE base.request_journal (
  at          timestamptz NOT NULL,
  interaction text        NOT NULL,
  event       jsonb       NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE base.request_journal_default PARTITION OF base.request_journal DEFAULT;
CREATE INDEX request_journal_by_interaction ON base.request_journal (interaction, at);

-- The sandbox's business clock, one row; absent in production.
CREATE TABLE base.sandbox_clock (
  only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  offset_seconds bigint NOT NULL
);

-- Tables partitioned by time: step is the width of a partition (UTC), keep how long one stays (NULL: for ever). Modules
-- register theirs in their own migrations; base.keep_partitions does the work.
CREATE TABLE base.partitioned (
  parent text PRIMARY KEY CHECK (parent ~ '^[a-z_]+\.[a-z_]+$'),
  step   text NOT NULL CHECK (step IN ('day', 'week', 'month')),
  keep   interval
);
INSERT INTO base.partitioned (parent, step, keep) VALUES
  ('base.audit', 'month', NULL),
  ('base.request_journal', 'day', '30 days');

-- Makes the partition of p_now and p_ahead more of every registered table, drops those that ended before p_now - keep. Runs
-- as the owner, because the service role has no DDL: hence the closed list of tables, and hence the server's own clock as an
-- upper bound, so that a stolen service role cannot drop history by naming a time in the far future.
CREATE FUNCTION base.keep_partitions(p_now timestamptz, p_ahead integer, OUT made text[], OUT dropped text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET timezone = 'UTC' AS $body$
DECLARE
  t        record;
  v_now    timestamptz := least(p_now, pg_catalog.clock_timestamp());
  v_schema text;
  v_table  text;
  v_column text;
  v_from   timestamptz;
  v_to     timestamptz;
  v_name   text;
  v_found  boolean;
  p        record;
BEGIN
  made := '{}';
  dropped := '{}';
  PERFORM pg_catalog.pg_advisory_xact_lock(7310294412011);
  FOR t IN SELECT parent, step, keep FROM base.partitioned ORDER BY parent LOOP
    v_schema := pg_catalog.split_part(t.parent, '.', 1);
    v_table := pg_catalog.split_part(t.parent, '.', 2);
    SELECT a.attname INTO STRICT v_column
      FROM pg_catalog.pg_partitioned_table pt
      JOIN pg_catalog.pg_attribute a ON a.attrelid = pt.partrelid AND a.attnum = pt.partattrs[0]
     WHERE pt.partrelid = t.parent::pg_catalog.regclass;
    v_from := pg_catalog.date_trunc(t.step, v_now);
    FOR i IN 0 .. least(greatest(p_ahead, 0), 60) LOOP
      v_to := v_from + ('1 ' || t.step)::interval;
      v_name := v_table || '_p' || pg_catalog.to_char(v_from, 'YYYYMMDD');
      IF pg_catalog.to_regclass(pg_catalog.format('%I.%I', v_schema, v_name)) IS NULL THEN
        -- Rows that came before their partition lie in the default one: a new partition takes them over.
        EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %I.%I WHERE %I >= %L AND %I < %L)', v_schema,
                                  v_table || '_default', v_column, v_from, v_column, v_to) INTO v_found;
        IF v_found THEN
          EXECUTE pg_catalog.format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_schema,
                                    v_name, v_schema, v_table);
          EXECUTE pg_catalog.format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', v_schema, v_table || '_default');
          EXECUTE pg_catalog.format(
            'WITH moved AS (DELETE FROM %I.%I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I.%I SELECT * FROM moved',
            v_schema, v_table || '_default', v_column, v_from, v_column, v_to, v_schema, v_name);
          EXECUTE pg_catalog.format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)', v_schema,
                                    v_table, v_schema, v_name, v_from, v_to);
        ELSE
          EXECUTE pg_catalog.format('CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)', v_schema, v_name,
                                    v_schema, v_table, v_from, v_to);
        END IF;
        made := made || (v_schema || '.' || v_name);
      END IF;
      v_from := v_to;
    END LOOP;
    IF t.keep IS NOT NULL THEN
      FOR p IN
        SELECT c.relname,
               pg_catalog.to_date(pg_catalog.right(c.relname, 8), 'YYYYMMDD')::timestamptz + ('1 ' || t.step)::interval AS ends
          FROM pg_catalog.pg_inherits h
          JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid
         WHERE h.inhparent = t.parent::pg_catalog.regclass AND c.relname ~ ('^' || v_table || '_p[0-9]{8}$')
         ORDER BY c.relname
      LOOP
        IF p.ends <= v_now - t.keep THEN
          EXECUTE pg_catalog.format('DROP TABLE %I.%I', v_schema, p.relname);
          dropped := dropped || (v_schema || '.' || p.relname);
        END IF;
      END LOOP;
    END IF;
  END LOOP;
END
$body$;
REVOKE ALL ON FUNCTION base.keep_partitions(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION base.keep_partitions(timestamptz, integer) TO aldgate_service;

GRANT SELECT ON base.brand, base.bank, base.migration, base.partitioned TO aldgate_service;
GRANT SELECT, INSERT ON base.audit, base.outbox, base.request_journal TO aldgate_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON base.sandbox_clock TO aldgate_service;
