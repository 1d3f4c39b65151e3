-- 0010: hand-outs and receipts. A receipt's text (JSON) is written with what it
-- is about; PDF and signed twin are made from it afterwards, once.

CREATE TABLE handouts (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person_id TEXT NOT NULL REFERENCES people(id),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 7),
  task_id TEXT NOT NULL,
  receipt_id TEXT NOT NULL,
  note TEXT NOT NULL,
  made_at {bigint} NOT NULL,
  made_by TEXT NOT NULL,
  closed_at {bigint} NOT NULL,
  closed_by TEXT NOT NULL,
  answer TEXT NOT NULL
);
CREATE UNIQUE INDEX handouts_org ON handouts(org_id, id);
CREATE INDEX handouts_person ON handouts(org_id, person_id, id);
CREATE INDEX handouts_task ON handouts(org_id, task_id) WHERE task_id <> '';
CREATE INDEX handouts_open ON handouts(org_id, id) WHERE state = 0;

CREATE TABLE handout_things (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  handout_id TEXT NOT NULL REFERENCES handouts(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 7),
  thing_id TEXT NOT NULL,
  assignment_id TEXT NOT NULL,
  name TEXT NOT NULL
);
CREATE INDEX handout_things_of ON handout_things(org_id, handout_id, id);
CREATE INDEX handout_things_thing ON handout_things(org_id, thing_id, id)
  WHERE thing_id <> '';

CREATE TABLE receipts (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 7),
  year {bigint} NOT NULL,
  running {bigint} NOT NULL,
  language TEXT NOT NULL,
  person_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  handout_id TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '',
  body_sha256 TEXT NOT NULL,
  issued_at {bigint} NOT NULL,
  issued_by TEXT NOT NULL,
  signed_at {bigint} NOT NULL,
  voided_at {bigint} NOT NULL,
  void_reason TEXT NOT NULL,
  purged_at {bigint} NOT NULL,
  UNIQUE (org_id, year, running)
);
CREATE UNIQUE INDEX receipts_org ON receipts(org_id, id);
CREATE INDEX receipts_person ON receipts(org_id, person_id, id)
  WHERE person_id <> '';
CREATE INDEX receipts_device ON receipts(org_id, device_id, id)
  WHERE device_id <> '';
CREATE UNIQUE INDEX receipts_case ON receipts(org_id, case_id, kind)
  WHERE case_id <> '' AND voided_at = 0;
CREATE INDEX receipts_unsigned ON receipts(id)
  WHERE signed_at = 0 AND purged_at = 0;

CREATE TABLE receipt_files (
  receipt_id TEXT PRIMARY KEY REFERENCES receipts(id),
  org_id TEXT NOT NULL REFERENCES organisations(id),
  pdf {bytes} NOT NULL,
  twin {bytes} NOT NULL
);
