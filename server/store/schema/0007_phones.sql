-- 0007: the register of phones: what kind each is and where in its service,
-- with every step; accessories and who had them; Lost Mode and, while it lasts,
-- where a lost phone is; what must outlive a phone's record (escrow).
-- A phone that has no UDID (not managed, or not enrolled yet) stands in
-- devices.udid as '-' and its own id: the store gives "" for it.

ALTER TABLE devices ADD COLUMN kind {bigint} NOT NULL DEFAULT 0
  CHECK (kind BETWEEN 0 AND 3);
ALTER TABLE devices ADD COLUMN state {bigint} NOT NULL DEFAULT 0
  CHECK (state BETWEEN 0 AND 10);
ALTER TABLE devices ADD COLUMN state_at {bigint} NOT NULL DEFAULT 0;
-- The phone that the repairer gave for this one.
ALTER TABLE devices ADD COLUMN replaced_by TEXT NOT NULL DEFAULT '';
CREATE INDEX devices_state ON devices(org_id, state, serial, id);

-- What is known of those that are there: managed, held, proven empty, once
-- enrolled and gone with somebody, or in stock.
UPDATE devices SET kind = 1 WHERE product_name LIKE 'iPad%';
UPDATE devices SET state_at = created_at, state = CASE
  WHEN EXISTS (SELECT 1 FROM wipes WHERE wipes.device_id = devices.id
    AND wipes.life_id = devices.life_id AND wipes.state = 3) THEN 8
  WHEN EXISTS (SELECT 1 FROM lives WHERE lives.device_id = devices.id
    AND lives.state <= 1) THEN 3
  WHEN EXISTS (SELECT 1 FROM assignments
    WHERE assignments.device_id = devices.id AND assignments.kind = 0
    AND assignments.to_at = 0 AND assignments.voided_at = 0) THEN 2
  WHEN life_id <> '' THEN 2
  ELSE 1 END;

-- Every step of a phone, oldest first. Never written over.
CREATE TABLE phone_steps (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  device_id TEXT NOT NULL,
  number {bigint} NOT NULL,
  event {bigint} NOT NULL CHECK (event BETWEEN 0 AND 16),
  from_state {bigint} NOT NULL CHECK (from_state BETWEEN 0 AND 10),
  to_state {bigint} NOT NULL CHECK (to_state BETWEEN 0 AND 10),
  at {bigint} NOT NULL,
  made_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (device_id, number)
);
CREATE INDEX phone_steps_org ON phone_steps(org_id, at);

-- A charger, a case, a headset: what is handed out and asked back with a phone.
CREATE TABLE accessories (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  order_id TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  ended_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX accessories_org ON accessories(org_id, id);
CREATE UNIQUE INDEX accessories_label ON accessories(org_id, label)
  WHERE label <> '' AND ended_at = 0;

CREATE TABLE accessory_holdings (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  accessory_id TEXT NOT NULL REFERENCES accessories(id),
  person_id TEXT NOT NULL REFERENCES people(id),
  device_id TEXT NOT NULL,
  from_at {bigint} NOT NULL,
  to_at {bigint} NOT NULL CHECK (to_at = 0 OR to_at >= from_at),
  opened_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  close_reason TEXT NOT NULL
);
CREATE INDEX accessory_holdings_thing
  ON accessory_holdings(org_id, accessory_id, from_at);
CREATE INDEX accessory_holdings_person
  ON accessory_holdings(org_id, person_id, from_at);
-- One holder at a time.
CREATE UNIQUE INDEX accessory_holdings_once ON accessory_holdings(accessory_id)
  WHERE to_at = 0;

CREATE TABLE lost_modes (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  device_id TEXT NOT NULL REFERENCES devices(id),
  life_id TEXT NOT NULL REFERENCES lives(id),
  -- The return case that ordered it, '' when a person did.
  case_id TEXT NOT NULL,
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 6),
  enable_id TEXT NOT NULL,
  disable_id TEXT NOT NULL,
  message TEXT NOT NULL,
  number TEXT NOT NULL,
  footnote TEXT NOT NULL,
  reason TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  lifted_by TEXT NOT NULL,
  lift_reason TEXT NOT NULL,
  warning TEXT NOT NULL,
  ordered_at {bigint} NOT NULL,
  on_at {bigint} NOT NULL,
  lift_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL
);
CREATE INDEX lost_modes_device ON lost_modes(org_id, device_id, ordered_at);
-- One at a time.
CREATE UNIQUE INDEX lost_modes_open ON lost_modes(device_id) WHERE state <= 2;

-- Who asked where a lost phone is, and why: this stays. What it said goes when
-- the phone is found: -1 at known_at's place. Millionths of a degree.
CREATE TABLE phone_places (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  device_id TEXT NOT NULL,
  lost_mode_id TEXT NOT NULL,
  command_id TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked_at {bigint} NOT NULL,
  answered_at {bigint} NOT NULL,
  known_at {bigint} NOT NULL,
  latitude {bigint} NOT NULL,
  longitude {bigint} NOT NULL,
  accuracy_m {bigint} NOT NULL,
  forgotten_at {bigint} NOT NULL
);
CREATE INDEX phone_places_device ON phone_places(org_id, device_id, asked_at);
CREATE UNIQUE INDEX phone_places_command ON phone_places(command_id);

-- Sealed by the keeper and kept past the deletion of the phone's record: no
-- row of another table is needed to find and open it again.
CREATE TABLE escrow (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  serial TEXT NOT NULL,
  udid TEXT NOT NULL,
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 1),
  life_id TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  mark TEXT NOT NULL,
  stored_at {bigint} NOT NULL,
  seen_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX escrow_mark ON escrow(org_id, serial, udid, kind, mark);
CREATE INDEX escrow_serial ON escrow(org_id, serial, kind, stored_at);

-- Each time a sealed thing was opened for somebody, or tried at Apple.
CREATE TABLE escrow_uses (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  escrow_id TEXT NOT NULL,
  serial TEXT NOT NULL,
  use {bigint} NOT NULL CHECK (use BETWEEN 0 AND 1),
  asked_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  status {bigint} NOT NULL,
  at {bigint} NOT NULL
);
CREATE INDEX escrow_uses_serial ON escrow_uses(org_id, serial, at);
