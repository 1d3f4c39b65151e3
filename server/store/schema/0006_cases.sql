-- 0006: departures, the return case of each phone with what was done in it, the
-- decision on each SIM; tasks of more kinds, and of a case; a wipe of a case.

CREATE TABLE departures (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person_id TEXT NOT NULL REFERENCES people(id),
  employment_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  reason {bigint} NOT NULL CHECK (reason BETWEEN 0 AND 7),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 4),
  last_day {bigint} NOT NULL,
  wipe_at {bigint} NOT NULL,
  review_day {bigint} NOT NULL,
  reminded_at {bigint} NOT NULL,
  step {bigint} NOT NULL,
  receiver_id TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  note TEXT NOT NULL,
  waits TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  said_at {bigint} NOT NULL,
  opened_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL,
  next_at {bigint} NOT NULL
);
CREATE INDEX departures_org ON departures(org_id, id);
CREATE INDEX departures_person ON departures(org_id, person_id, id);
-- One for a person, reason and employment at a time, beside those that are off
-- (DEPARTURE_OFF) and open only for what is under way.
CREATE UNIQUE INDEX departures_once
  ON departures(org_id, person_id, reason, employment_id)
  WHERE state <= 2 AND step & 1024 = 0;
CREATE INDEX departures_next ON departures(org_id, next_at, id)
  WHERE state <= 2 AND next_at > 0;

CREATE TABLE return_cases (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  departure_id TEXT NOT NULL REFERENCES departures(id),
  device_id TEXT NOT NULL REFERENCES devices(id),
  assignment_id TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES people(id),
  life_id TEXT NOT NULL,
  wipe_id TEXT NOT NULL,
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 4),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 11),
  marks {bigint} NOT NULL,
  needs {bigint} NOT NULL,
  preserve_data_plan {bigint} NOT NULL
    CHECK (preserve_data_plan BETWEEN 0 AND 1),
  receiver_id TEXT NOT NULL,
  proof TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  asked_at {bigint} NOT NULL,
  custody_at {bigint} NOT NULL,
  proven_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL
);
CREATE INDEX return_cases_org ON return_cases(org_id, id);
CREATE INDEX return_cases_departure ON return_cases(org_id, departure_id, id);
CREATE INDEX return_cases_person ON return_cases(org_id, person_id, id);
CREATE INDEX return_cases_device ON return_cases(org_id, device_id, id);
-- One way back for a phone at a time.
CREATE UNIQUE INDEX return_cases_once ON return_cases(device_id)
  WHERE state <= 8;

-- Only added to.
CREATE TABLE return_steps (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  case_id TEXT NOT NULL REFERENCES return_cases(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 31),
  at {bigint} NOT NULL,
  done_by TEXT NOT NULL,
  done_person_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  typed_name TEXT NOT NULL,
  codes {bigint} NOT NULL CHECK (codes BETWEEN 0 AND 3),
  note TEXT NOT NULL
);
CREATE INDEX return_steps_case ON return_steps(org_id, case_id, id);

CREATE TABLE sim_decisions (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  departure_id TEXT NOT NULL REFERENCES departures(id),
  subscription_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  decision {bigint} NOT NULL CHECK (decision BETWEEN 0 AND 7),
  order_id TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  decided_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX sim_decisions_once
  ON sim_decisions(org_id, departure_id, subscription_id);

-- At most one erase a case that is not cancelled or failed (invariant 1).
ALTER TABLE wipes ADD COLUMN case_id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX wipes_case ON wipes(case_id)
  WHERE state <= 3 AND case_id <> '';

-- An account that is a person's own: nobody confirms their own return with it.
ALTER TABLE api_tokens ADD COLUMN person_id TEXT NOT NULL DEFAULT '';
CREATE INDEX api_tokens_person ON api_tokens(org_id, person_id, id);

-- Room for more kinds of task, and for those of a departure or hand-out.
CREATE TABLE roomy_tasks (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 31),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 5),
  rule TEXT NOT NULL,
  person_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  subject_kind {bigint} NOT NULL CHECK (subject_kind BETWEEN 0 AND 4),
  subject_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  absence_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  pack_hash TEXT NOT NULL,
  result TEXT NOT NULL,
  created_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  due_at {bigint} NOT NULL,
  remind_at {bigint} NOT NULL,
  escalate_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  reminded_at {bigint} NOT NULL,
  escalated_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL,
  next_at {bigint} NOT NULL
);
INSERT INTO roomy_tasks
  SELECT id, org_id, kind, state, rule, person_id, unit_id, subject_kind,
    subject_id, order_id, absence_id, '', cause, pack_hash, result,
    created_by, closed_by, created_at, due_at, remind_at, escalate_at,
    expires_at, reminded_at, escalated_at, closed_at, next_at
  FROM tasks;
DROP TABLE tasks;
ALTER TABLE roomy_tasks RENAME TO tasks;
CREATE INDEX tasks_org ON tasks(org_id, id);
CREATE INDEX tasks_person ON tasks(org_id, person_id, id);
CREATE INDEX tasks_subject ON tasks(org_id, subject_kind, subject_id, rule);
CREATE INDEX tasks_unit ON tasks(org_id, unit_id, id) WHERE state <= 2;
CREATE INDEX tasks_case ON tasks(org_id, case_id, id) WHERE case_id <> '';
-- What is open: history costs nothing. The same is asked once at a time.
CREATE UNIQUE INDEX tasks_open ON tasks(
  org_id, person_id, kind, rule, subject_kind, subject_id, order_id,
  absence_id, case_id) WHERE state <= 2;
CREATE INDEX tasks_next ON tasks(org_id, next_at, id)
  WHERE state <= 2 AND next_at > 0;
