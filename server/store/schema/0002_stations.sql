-- 0002: bench stations, what they reported, the phones on their ports, and the
-- work orders for them.

CREATE TABLE stations (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  name TEXT NOT NULL,
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 2),
  code_sha256 TEXT NOT NULL,
  code_expires_at {bigint} NOT NULL,
  certificate_sha256 TEXT NOT NULL,
  public_key TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  joined_at {bigint} NOT NULL,
  not_after {bigint} NOT NULL,
  revoked_at {bigint} NOT NULL,
  revoked_by TEXT NOT NULL,
  last_report_at {bigint} NOT NULL,
  last_sequence {bigint} NOT NULL,
  gaps {bigint} NOT NULL,
  skew_ms {bigint} NOT NULL
);
CREATE INDEX stations_org ON stations(org_id, created_at);
-- A code is good for one station, a certificate speaks for one.
CREATE UNIQUE INDEX stations_code ON stations(code_sha256)
  WHERE code_sha256 <> '';
CREATE UNIQUE INDEX stations_certificate ON stations(certificate_sha256)
  WHERE certificate_sha256 <> '';

-- Seen at a bench, alive, after it had acknowledged its erase.
ALTER TABLE wipes ADD COLUMN caught_at {bigint} NOT NULL DEFAULT 0;

-- As they came, with the signature: the evidence itself.
CREATE TABLE station_reports (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  station_id TEXT NOT NULL REFERENCES stations(id),
  sequence {bigint} NOT NULL,
  kind TEXT NOT NULL,
  udid TEXT NOT NULL,
  serial TEXT NOT NULL,
  at {bigint} NOT NULL,
  received_at {bigint} NOT NULL,
  body {bytes} NOT NULL,
  signature {bytes} NOT NULL
);
CREATE INDEX station_reports_station ON station_reports(station_id, sequence);
CREATE INDEX station_reports_phone ON station_reports(org_id, serial, at);

-- Where each phone was seen last.
CREATE TABLE bench_phones (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  udid TEXT NOT NULL,
  serial TEXT NOT NULL,
  station_id TEXT NOT NULL REFERENCES stations(id),
  port TEXT NOT NULL,
  mode TEXT NOT NULL,
  is_attached {bigint} NOT NULL CHECK (is_attached BETWEEN 0 AND 1),
  seen_at {bigint} NOT NULL,
  facts_at {bigint} NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (org_id, udid)
);
CREATE INDEX bench_phones_serial ON bench_phones(org_id, serial);

CREATE TABLE work_orders (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 6),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 7),
  serial TEXT NOT NULL,
  udid TEXT NOT NULL,
  device_id TEXT NOT NULL,
  wipe_id TEXT NOT NULL,
  link_id TEXT NOT NULL,
  station_id TEXT NOT NULL,
  preserve_data_plan {bigint} NOT NULL
    CHECK (preserve_data_plan BETWEEN 0 AND 1),
  disallow_proximity_setup {bigint} NOT NULL
    CHECK (disallow_proximity_setup BETWEEN 0 AND 1),
  ordered_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  handed_at {bigint} NOT NULL,
  lease_until {bigint} NOT NULL,
  started_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL,
  sealed {bytes} NOT NULL
);
-- What may be handed out; history costs nothing.
CREATE INDEX work_orders_waiting ON work_orders(org_id, serial)
  WHERE state <= 2;
-- One erase and one look at a time for one wipe (invariant 1).
CREATE UNIQUE INDEX work_orders_wipe ON work_orders(wipe_id, kind)
  WHERE state <= 2 AND wipe_id <> '';
CREATE INDEX work_orders_of_wipe ON work_orders(wipe_id, created_at)
  WHERE wipe_id <> '';
CREATE INDEX work_orders_org ON work_orders(org_id, created_at);
CREATE INDEX work_orders_expiry ON work_orders(expires_at)
  WHERE state <= 1;
CREATE INDEX work_orders_begun ON work_orders(lease_until) WHERE state = 2;
