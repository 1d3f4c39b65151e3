-- 0001: organisations, links, certificates, devices, lives, commands, facts,
-- policies, wipes. Times are Unix milliseconds; ids are UUIDs made by us; every
-- row names its organisation. One text for SQLite and PostgreSQL: {bytes} and
-- {bigint} are written by the migrator as the engine's own words.

CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  topic TEXT NOT NULL,
  created_at {bigint} NOT NULL
);

CREATE TABLE links (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person TEXT NOT NULL,
  serial TEXT NOT NULL,
  token_sha256 TEXT NOT NULL UNIQUE,
  challenge_sha256 TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  profile_at {bigint} NOT NULL,
  certificate_at {bigint} NOT NULL,
  enrolled_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX links_challenge ON links(challenge_sha256)
  WHERE challenge_sha256 <> '';
CREATE INDEX links_org ON links(org_id, created_at);

CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  udid TEXT NOT NULL,
  serial TEXT NOT NULL,
  name TEXT NOT NULL,
  person TEXT NOT NULL,
  model TEXT NOT NULL,
  product_name TEXT NOT NULL,
  os_version TEXT NOT NULL,
  build_version TEXT NOT NULL,
  imei TEXT NOT NULL,
  life_id TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  UNIQUE (org_id, udid)
);
CREATE INDEX devices_serial ON devices(org_id, serial);

CREATE TABLE lives (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  device_id TEXT NOT NULL REFERENCES devices(id),
  link_id TEXT NOT NULL REFERENCES links(id),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 3),
  topic TEXT NOT NULL,
  push_magic TEXT NOT NULL,
  push_token {bytes} NOT NULL,
  awaiting_configuration {bigint} NOT NULL
    CHECK (awaiting_configuration BETWEEN 0 AND 1),
  started_at {bigint} NOT NULL,
  enrolled_at {bigint} NOT NULL,
  ended_at {bigint} NOT NULL,
  last_seen_at {bigint} NOT NULL
);
-- One open life a device (invariant 3).
CREATE UNIQUE INDEX lives_open ON lives(device_id) WHERE state <= 1;

CREATE TABLE certificates (
  sha256 TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  link_id TEXT NOT NULL REFERENCES links(id),
  life_id TEXT NOT NULL,
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 3),
  issued_at {bigint} NOT NULL,
  not_after {bigint} NOT NULL
);
CREATE INDEX certificates_life ON certificates(life_id);
-- Only one certificate speaks for a life.
CREATE UNIQUE INDEX certificates_current ON certificates(life_id)
  WHERE state = 1;

CREATE TABLE secrets (
  life_id TEXT NOT NULL REFERENCES lives(id),
  kind TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  stored_at {bigint} NOT NULL,
  PRIMARY KEY (life_id, kind)
);

CREATE TABLE commands (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  device_id TEXT NOT NULL REFERENCES devices(id),
  life_id TEXT NOT NULL REFERENCES lives(id),
  request_type TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 7),
  priority {bigint} NOT NULL,
  place {bigint} NOT NULL,
  ordered_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  not_before {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  sent_at {bigint} NOT NULL,
  not_now_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL,
  sent_count {bigint} NOT NULL,
  not_now_count {bigint} NOT NULL
);
-- The queue: only open commands are in it, so history costs nothing.
CREATE UNIQUE INDEX commands_queue ON commands(life_id, priority DESC, place)
  WHERE state <= 2;
CREATE INDEX commands_device ON commands(device_id, created_at);
CREATE INDEX commands_org ON commands(org_id, created_at);
CREATE INDEX commands_expiry ON commands(expires_at)
  WHERE state <= 2 AND expires_at > 0;

-- Apart from the row, so that walking the queue does not read profiles.
CREATE TABLE command_payloads (
  command_id TEXT PRIMARY KEY REFERENCES commands(id),
  payload {bytes} NOT NULL
);

CREATE TABLE answers (
  id TEXT PRIMARY KEY,
  life_id TEXT NOT NULL REFERENCES lives(id),
  command_id TEXT NOT NULL,
  status TEXT NOT NULL,
  received_at {bigint} NOT NULL,
  body {bytes} NOT NULL
);
CREATE INDEX answers_command ON answers(command_id);

CREATE TABLE facts (
  life_id TEXT NOT NULL REFERENCES lives(id),
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  observed_at {bigint} NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (life_id, kind)
);

CREATE TABLE policies (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  pack TEXT NOT NULL,
  pack_hash TEXT NOT NULL,
  profile_identifier TEXT NOT NULL,
  profile_uuid TEXT NOT NULL,
  applied_at {bigint} NOT NULL,
  applied_by TEXT NOT NULL,
  PRIMARY KEY (org_id, applied_at)
);

CREATE TABLE wipes (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  device_id TEXT NOT NULL REFERENCES devices(id),
  life_id TEXT NOT NULL REFERENCES lives(id),
  command_id TEXT NOT NULL REFERENCES commands(id),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 5),
  ordered_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  warning TEXT NOT NULL,
  ordered_at {bigint} NOT NULL,
  acknowledged_at {bigint} NOT NULL,
  silent_at {bigint} NOT NULL,
  proven_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL
);
-- At most one erase a life that is not cancelled or failed (invariant 1).
CREATE UNIQUE INDEX wipes_once ON wipes(life_id) WHERE state <= 3;
CREATE UNIQUE INDEX wipes_command ON wipes(command_id);
CREATE INDEX wipes_device ON wipes(device_id, ordered_at);
-- The erases that a phone has acknowledged, to see whether it falls silent.
CREATE INDEX wipes_watched ON wipes(id) WHERE state IN (1, 2);
