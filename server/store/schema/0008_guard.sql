-- 0008: what holds destructive orders back: a second person's yes, a count of
-- what was ordered, legal holds; and who was purged of personal data.

-- asked_key, decided_key: who it was, beyond a name that may be used again;
-- asked_person_id, decided_person_id: whose account that is; ''.
-- caused_by: whose doing it was that it is asked at all, one a line.
CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  what {bigint} NOT NULL CHECK (what BETWEEN 0 AND 15),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 5),
  params_sha256 TEXT NOT NULL,
  things {bigint} NOT NULL,
  things_used {bigint} NOT NULL CHECK (things_used BETWEEN 0 AND things),
  case_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_key TEXT NOT NULL,
  asked_person_id TEXT NOT NULL,
  asked_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  decided_by TEXT NOT NULL,
  decided_key TEXT NOT NULL,
  decided_person_id TEXT NOT NULL,
  decided_at {bigint} NOT NULL,
  note TEXT NOT NULL,
  closed_at {bigint} NOT NULL,
  caused_by TEXT NOT NULL
);
CREATE INDEX approvals_org ON approvals(org_id, id);
CREATE INDEX approvals_open ON approvals(org_id, what, id) WHERE state <= 1;
CREATE INDEX approvals_due ON approvals(expires_at, id) WHERE state <= 1;

-- What a request names: each is done once.
CREATE TABLE approval_things (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  approval_id TEXT NOT NULL REFERENCES approvals(id),
  thing_id TEXT NOT NULL,
  used_at {bigint} NOT NULL,
  used_by TEXT NOT NULL
);
CREATE UNIQUE INDEX approval_things_once
  ON approval_things(approval_id, thing_id);
CREATE INDEX approval_things_thing ON approval_things(org_id, thing_id)
  WHERE used_at = 0;

-- Everything destructive that was let through: what the limits count.
-- budget 0: by hand, 1: leavers' own.
CREATE TABLE guard_orders (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  budget {bigint} NOT NULL CHECK (budget BETWEEN 0 AND 1),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 15),
  cause {bigint} NOT NULL CHECK (cause BETWEEN 0 AND 15),
  device_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  ordered_key TEXT NOT NULL,
  ordered_person_id TEXT NOT NULL,
  at {bigint} NOT NULL
);
CREATE INDEX guard_orders_window ON guard_orders(org_id, budget, at);

-- kind 0: a person, 1: a phone; lifted, never removed.
CREATE TABLE legal_holds (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 1),
  subject_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at {bigint} NOT NULL,
  lifted_by TEXT NOT NULL,
  lifted_at {bigint} NOT NULL,
  lift_reason TEXT NOT NULL
);
CREATE INDEX legal_holds_org ON legal_holds(org_id, id);
CREATE INDEX legal_holds_subject ON legal_holds(org_id, subject_id, id)
  WHERE lifted_at = 0;

-- How many phones are enrolled, for the share of them that may leave in a day.
CREATE INDEX lives_enrolled_of ON lives(org_id, state) WHERE state = 1;

-- The time that was believed last, of the one clock of this server.
CREATE TABLE clock_seen (
  id TEXT PRIMARY KEY,
  seen_at {bigint} NOT NULL,
  is_doubted {bigint} NOT NULL CHECK (is_doubted BETWEEN 0 AND 1)
);
