-- Endpoints of TPPs. Owner first in every key: the brand, then the client. A deleted endpoint stays as a row, so that its
-- history can be told; its secrets go.
CREATE TABLE webhooks.endpoint (
  brand_id         text        NOT NULL REFERENCES base.brand,
  bank_id          text        NOT NULL,
  client_id        text        NOT NULL,
  endpoint_id      uuid        NOT NULL UNIQUE,
  url              text        NOT NULL,
  description      text        NOT NULL,
  event_types      text[]      NOT NULL CHECK (cardinality(event_types) > 0),
  status           text        NOT NULL CHECK (status IN ('enabled', 'disabled', 'deleted')),
  disabled_reason  text        CHECK (disabled_reason IN ('by_owner', 'gone', 'failing', 'asked_by_receiver')),
  disabled_at      timestamptz,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  wrapped_data_key bytea,
  kek_id           text        NOT NULL,
  PRIMARY KEY (brand_id, client_id, endpoint_id),
  CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)),
  CHECK ((status = 'deleted') = (wrapped_data_key IS NULL))
);

-- How the endpoint has been doing. Written at each attempt, so it lies apart from what the owner reads.
CREATE TABLE webhooks.endpoint_health (
  brand_id           text        NOT NULL,
  client_id          text        NOT NULL,
  endpoint_id        uuid        NOT NULL,
  failures_in_row    integer     NOT NULL,
  window_from        timestamptz,
  failures_in_window integer     NOT NULL,
  failing_since      timestamptz,
  throttled_until    timestamptz,
  PRIMARY KEY (endpoint_id),
  FOREIGN KEY (brand_id, client_id, endpoint_id) REFERENCES webhooks.endpoint
) WITH (fillfactor = 70);

-- Signing secrets, sealed under the endpoint's data key. signs_until NULL: the current one.
CREATE TABLE webhooks.signing_key (
  brand_id    text        NOT NULL,
  client_id   text        NOT NULL,
  endpoint_id uuid        NOT NULL,
  key_id      uuid        NOT NULL,
  sealed      bytea       NOT NULL,
  created_at  timestamptz NOT NULL,
  signs_until timestamptz,
  PRIMARY KEY (brand_id, client_id, endpoint_id, key_id),
  FOREIGN KEY (brand_id, client_id, endpoint_id) REFERENCES webhooks.endpoint
);
CREATE UNIQUE INDEX signing_key_current ON webhooks.signing_key (endpoint_id) WHERE signs_until IS NULL;

-- What is sent, as the exact bytes that every attempt signs. message_id is the event's id.
CREATE TABLE webhooks.message (
  brand_id    text        NOT NULL,
  client_id   text        NOT NULL,
  message_id  uuid        NOT NULL UNIQUE,
  event_type  text        NOT NULL,
  subject     text        NOT NULL,
  body        text        NOT NULL,
  occurred_at timestamptz NOT NULL,
  interaction text        NOT NULL,
  PRIMARY KEY (brand_id, client_id, message_id)
);

-- One message to one endpoint, once.
CREATE TABLE webhooks.delivery (
  brand_id    text        NOT NULL,
  client_id   text        NOT NULL,
  delivery_id uuid        NOT NULL UNIQUE,
  endpoint_id uuid        NOT NULL,
  message_id  uuid        NOT NULL,
  place       bigint      NOT NULL,
  status      text        NOT NULL CHECK (status IN ('pending', 'succeeded', 'dead', 'cancelled')),
  dead_reason text,
  attempts    integer     NOT NULL,
  created_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (brand_id, client_id, delivery_id),
  UNIQUE (message_id, endpoint_id),
  FOREIGN KEY (brand_id, client_id, endpoint_id) REFERENCES webhooks.endpoint,
  FOREIGN KEY (brand_id, client_id, message_id) REFERENCES webhooks.message,
  CHECK ((status = 'pending') = (finished_at IS NULL)),
  CHECK ((status = 'dead') = (dead_reason IS NOT NULL))
);
CREATE INDEX delivery_by_endpoint ON webhooks.delivery (brand_id, client_id, endpoint_id, delivery_id);
CREATE INDEX delivery_dead ON webhooks.delivery (brand_id, client_id, delivery_id) WHERE status = 'dead';

-- The hot queue: small and narrow, a row only while a delivery is pending. `place` orders the deliveries of one subject.
CREATE TABLE webhooks.queue (
  brand_id    text        NOT NULL,
  client_id   text        NOT NULL,
  delivery_id uuid        PRIMARY KEY,
  endpoint_id uuid        NOT NULL,
  subject     text        NOT NULL,
  place       bigint      NOT NULL,
  round       integer     NOT NULL,
  due_at      timestamptz NOT NULL,
  lease_until timestamptz,
  lease_id    uuid
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX queue_due ON webhooks.queue (endpoint_id, due_at, place);
CREATE INDEX queue_order ON webhooks.queue (endpoint_id, subject, place);
CREATE INDEX queue_leased ON webhooks.queue (endpoint_id, lease_until) WHERE lease_until IS NOT NULL;

-- History: what was tried, when, and what came back. Append-only.
CREATE TABLE webhooks.attempt (
  brand_id      text        NOT NULL,
  client_id     text        NOT NULL,
  delivery_id   uuid        NOT NULL,
  endpoint_id   uuid        NOT NULL,
  attempt_id    uuid        NOT NULL,
  number        integer     NOT NULL,
  started_at    timestamptz NOT NULL,
  http_status   integer     NOT NULL,
  failure       text,
  detail        text        NOT NULL,
  excerpt       text        NOT NULL,
  resolved_us   bigint      NOT NULL,
  connected_us  bigint      NOT NULL,
  secured_us    bigint      NOT NULL,
  first_byte_us bigint      NOT NULL,
  total_us      bigint      NOT NULL,
  signatures    integer     NOT NULL,
  node          text        NOT NULL,
  PRIMARY KEY (brand_id, client_id, delivery_id, attempt_id, started_at)
) PARTITION BY RANGE (started_at);
CREATE TABLE webhooks.attempt_default PARTITION OF webhooks.attempt DEFAULT;
INSERT INTO base.partitioned (parent, step, keep) VALUES ('webhooks.attempt', 'day', '90 days');

-- How far the outbox has been read: everything up to (xid, position), and no position above top_position. Ordered by
-- transaction and not by position, because a transaction that took a low position may commit after one with a higher.
-- Positions up to floor_position bear the transaction ids of a cluster this database was restored from.
CREATE TABLE webhooks.relay_cursor (
  only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  xid            xid8    NOT NULL,
  position       bigint  NOT NULL,
  top_position   bigint  NOT NULL,
  floor_position bigint  NOT NULL
);
INSERT INTO webhooks.relay_cursor (xid, position, top_position, floor_position) VALUES ('0', 0, 0, 0);
CREATE INDEX outbox_by_xid ON base.outbox (xid, position);

GRANT SELECT, INSERT ON webhooks.endpoint, webhooks.endpoint_health, webhooks.signing_key, webhooks.message,
  webhooks.delivery, webhooks.queue, webhooks.attempt TO aldgate_service;
GRANT UPDATE (url, description, event_types, status, disabled_reason, disabled_at, updated_at, wrapped_data_key, kek_id)
  ON webhooks.endpoint TO aldgate_service;
GRANT UPDATE (failures_in_row, window_from, failures_in_window, failing_since, throttled_until)
  ON webhooks.endpoint_health TO aldgate_service;
GRANT UPDATE (signs_until), DELETE ON webhooks.signing_key TO aldgate_service;
GRANT UPDATE (status, dead_reason, attempts, finished_at) ON webhooks.delivery TO aldgate_service;
GRANT UPDATE (round, due_at, lease_until, lease_id), DELETE ON webhooks.queue TO aldgate_service;
GRANT SELECT, UPDATE (xid, position, top_position, floor_position) ON webhooks.relay_cursor TO aldgate_service;
