-- 0009: the audit log: who did what, when and why. Rows are only added; each is
-- bound to the one before it in its organisation (docs/audit.md says how). The
-- body may be emptied when a person is purged: the chain covers its salted hash.

CREATE TABLE audit_entries (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  seq {bigint} NOT NULL CHECK (seq > 0),
  at {bigint} NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  body TEXT NOT NULL,
  salt {bytes} NOT NULL,
  body_sha256 {bytes} NOT NULL,
  sha256 {bytes} NOT NULL,
  PRIMARY KEY (org_id, seq)
);
CREATE INDEX audit_entries_person ON audit_entries(person_id, seq)
  WHERE person_id <> '';
CREATE INDEX audit_entries_device ON audit_entries(device_id, seq)
  WHERE device_id <> '';
CREATE INDEX audit_entries_case ON audit_entries(case_id, seq)
  WHERE case_id <> '';

-- The newest entry of each chain: an append reads and moves it.
CREATE TABLE audit_heads (
  org_id TEXT PRIMARY KEY REFERENCES organisations(id),
  seq {bigint} NOT NULL,
  sha256 {bytes} NOT NULL
);

-- Signed by the keeper; also written to the log, out of the database's reach.
CREATE TABLE audit_checkpoints (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  seq {bigint} NOT NULL CHECK (seq > 0),
  at {bigint} NOT NULL,
  sha256 {bytes} NOT NULL,
  signature {bytes} NOT NULL,
  PRIMARY KEY (org_id, seq)
);
