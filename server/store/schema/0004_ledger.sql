-- 0004: the ledger of people, units, employments, absences, subscriptions and
-- who had what when; evidence and statements; tasks and their one-time links;
-- orders of equipment; tokens of programs; verdicts as judged last.
-- Days are counted from 1970-01-01 in the organisation's own calendar; 0: none.
-- What was so once stays: a period is ended or voided, never written over.

ALTER TABLE organisations ADD COLUMN slug TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN pack TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX organisations_slug ON organisations(slug)
  WHERE slug <> '';

-- Nothing about the SIM or the place of a private phone (invariant 9).
ALTER TABLE devices ADD COLUMN is_private {bigint} NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN person_id TEXT NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN person_id TEXT NOT NULL DEFAULT '';
CREATE INDEX devices_org ON devices(org_id, id);
CREATE INDEX devices_imei ON devices(org_id, imei) WHERE imei <> '';
CREATE INDEX lives_org ON lives(org_id, id);

-- Both slots of our own phones; none of a private one.
CREATE TABLE device_imeis (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  imei TEXT NOT NULL,
  device_id TEXT NOT NULL REFERENCES devices(id),
  PRIMARY KEY (org_id, imei)
);
CREATE INDEX device_imeis_device ON device_imeis(org_id, device_id);

-- What a row was before it was changed, as JSON; purged with its row.
CREATE TABLE ledger_history (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  row_id TEXT NOT NULL,
  number {bigint} NOT NULL,
  kind TEXT NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL,
  was TEXT NOT NULL,
  PRIMARY KEY (org_id, row_id, number)
);

CREATE TABLE units (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  external_id TEXT NOT NULL,
  name TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  manager_id TEXT NOT NULL,
  coordinator_id TEXT NOT NULL,
  number TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  ended_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX units_org ON units(org_id, id);
CREATE UNIQUE INDEX units_external ON units(org_id, external_id)
  WHERE external_id <> '';
CREATE INDEX units_parent ON units(org_id, parent_id);
CREATE INDEX units_name ON units(org_id, name);

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  external_id TEXT NOT NULL,
  name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  mail TEXT NOT NULL,
  number TEXT NOT NULL,
  language TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  purged_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX people_org ON people(org_id, id);
CREATE UNIQUE INDEX people_external ON people(org_id, external_id)
  WHERE external_id <> '';
CREATE UNIQUE INDEX people_mail ON people(org_id, mail) WHERE mail <> '';
CREATE INDEX people_name ON people(org_id, name);
CREATE INDEX people_unit ON people(org_id, unit_id, id);

-- [from_day, to_day): the first day no longer employed ends it.
CREATE TABLE employments (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  external_id TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES people(id),
  unit_id TEXT NOT NULL,
  roles {bigint} NOT NULL,
  from_day {bigint} NOT NULL,
  to_day {bigint} NOT NULL CHECK (to_day = 0 OR to_day >= from_day),
  made_at {bigint} NOT NULL,
  made_by TEXT NOT NULL,
  ended_at {bigint} NOT NULL,
  ended_by TEXT NOT NULL,
  voided_at {bigint} NOT NULL,
  voided_by TEXT NOT NULL
);
CREATE INDEX employments_org ON employments(org_id, id);
CREATE INDEX employments_person ON employments(org_id, person_id, from_day)
  WHERE voided_at = 0;
CREATE INDEX employments_unit ON employments(org_id, unit_id, id)
  WHERE voided_at = 0;
CREATE INDEX employments_end ON employments(org_id, to_day, id)
  WHERE voided_at = 0 AND to_day > 0;
CREATE UNIQUE INDEX employments_external
  ON employments(org_id, external_id, from_day)
  WHERE external_id <> '' AND voided_at = 0;

-- Dates only: there is no column for a reason, and none may come.
CREATE TABLE absences (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person_id TEXT NOT NULL REFERENCES people(id),
  deputy_id TEXT NOT NULL,
  from_day {bigint} NOT NULL,
  until_day {bigint} NOT NULL CHECK (until_day = 0 OR until_day >= from_day),
  made_at {bigint} NOT NULL,
  made_by TEXT NOT NULL,
  ended_at {bigint} NOT NULL,
  ended_by TEXT NOT NULL,
  voided_at {bigint} NOT NULL,
  voided_by TEXT NOT NULL
);
CREATE INDEX absences_org ON absences(org_id, id);
CREATE INDEX absences_person ON absences(org_id, person_id, from_day)
  WHERE voided_at = 0;

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  number TEXT NOT NULL,
  iccid TEXT NOT NULL,
  eid TEXT NOT NULL,
  operator TEXT NOT NULL,
  flags {bigint} NOT NULL,
  expected_imeis TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  ended_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX subscriptions_org ON subscriptions(org_id, id);
CREATE UNIQUE INDEX subscriptions_iccid ON subscriptions(org_id, iccid)
  WHERE iccid <> '' AND ended_at = 0;
CREATE INDEX subscriptions_number ON subscriptions(org_id, number);

-- kind 0: a phone, 1: a subscription (device_id: the phone it belongs in).
CREATE TABLE assignments (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 1),
  person_id TEXT NOT NULL REFERENCES people(id),
  employment_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  is_shared {bigint} NOT NULL CHECK (is_shared BETWEEN 0 AND 1),
  life_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  from_at {bigint} NOT NULL,
  to_at {bigint} NOT NULL CHECK (to_at = 0 OR to_at >= from_at),
  opened_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  close_reason TEXT NOT NULL,
  voided_at {bigint} NOT NULL,
  voided_by TEXT NOT NULL
);
CREATE INDEX assignments_org ON assignments(org_id, id);
CREATE INDEX assignments_person ON assignments(org_id, person_id, from_at);
CREATE INDEX assignments_device ON assignments(org_id, device_id, from_at)
  WHERE device_id <> '';
CREATE INDEX assignments_subscription
  ON assignments(org_id, subscription_id, from_at)
  WHERE subscription_id <> '';
-- One holder at a time.
CREATE UNIQUE INDEX assignments_phone_once ON assignments(device_id)
  WHERE kind = 0 AND to_at = 0 AND voided_at = 0;
CREATE UNIQUE INDEX assignments_subscription_once
  ON assignments(subscription_id)
  WHERE kind = 1 AND to_at = 0 AND voided_at = 0;

CREATE TABLE exceptions (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  rule TEXT NOT NULL,
  subject_kind {bigint} NOT NULL CHECK (subject_kind BETWEEN 0 AND 4),
  subject_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  until_at {bigint} NOT NULL,
  revoked_at {bigint} NOT NULL,
  revoked_by TEXT NOT NULL
);
CREATE INDEX exceptions_org ON exceptions(org_id, id);
CREATE INDEX exceptions_subject
  ON exceptions(org_id, subject_kind, subject_id)
  WHERE revoked_at = 0;

CREATE TABLE evidence_keys (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  name TEXT NOT NULL,
  public_key {bytes} NOT NULL,
  facts TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  last_seq {bigint} NOT NULL,
  last_report_at {bigint} NOT NULL,
  created_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  revoked_at {bigint} NOT NULL,
  revoked_by TEXT NOT NULL
);
CREATE INDEX evidence_keys_org ON evidence_keys(org_id, id);

-- As they came, with the signature: the evidence itself.
CREATE TABLE evidence_reports (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  key_id TEXT NOT NULL REFERENCES evidence_keys(id),
  run TEXT NOT NULL,
  seq {bigint} NOT NULL,
  body_sha256 TEXT NOT NULL,
  observed_at {bigint} NOT NULL,
  received_at {bigint} NOT NULL,
  accepted {bigint} NOT NULL,
  refused {bigint} NOT NULL,
  answer TEXT NOT NULL,
  signature {bytes} NOT NULL,
  body {bytes} NOT NULL,
  UNIQUE (key_id, seq)
);
CREATE INDEX evidence_reports_org ON evidence_reports(org_id, id);

-- The newest of each fact and source about a subject.
CREATE TABLE evidence_items (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  subject_kind {bigint} NOT NULL CHECK (subject_kind BETWEEN 0 AND 4),
  subject_id TEXT NOT NULL,
  fact TEXT NOT NULL,
  source TEXT NOT NULL,
  method TEXT NOT NULL,
  word TEXT NOT NULL,
  number {bigint} NOT NULL,
  until_at {bigint} NOT NULL,
  observed_at {bigint} NOT NULL,
  valid_until {bigint} NOT NULL,
  received_at {bigint} NOT NULL,
  report_id TEXT NOT NULL,
  PRIMARY KEY (org_id, subject_kind, subject_id, fact, source)
);

-- The very words a person was shown; one row for all who saw the same.
CREATE TABLE shown_texts (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  sha256 TEXT NOT NULL,
  language TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (org_id, sha256)
);

CREATE TABLE statements (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person_id TEXT NOT NULL REFERENCES people(id),
  rule TEXT NOT NULL,
  subject_kind {bigint} NOT NULL CHECK (subject_kind BETWEEN 0 AND 4),
  subject_id TEXT NOT NULL,
  is_yes {bigint} NOT NULL CHECK (is_yes BETWEEN 0 AND 1),
  at {bigint} NOT NULL,
  valid_until {bigint} NOT NULL,
  text_sha256 TEXT NOT NULL,
  pack_hash TEXT NOT NULL,
  language TEXT NOT NULL,
  task_id TEXT NOT NULL,
  stated_by TEXT NOT NULL
);
CREATE INDEX statements_org ON statements(org_id, id);
CREATE INDEX statements_subject
  ON statements(org_id, subject_kind, subject_id, rule, at);
CREATE INDEX statements_person ON statements(org_id, person_id, id);

CREATE TABLE acknowledgements (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person_id TEXT NOT NULL REFERENCES people(id),
  pack TEXT NOT NULL,
  pack_hash TEXT NOT NULL,
  language TEXT NOT NULL,
  text_sha256 TEXT NOT NULL,
  task_id TEXT NOT NULL,
  at {bigint} NOT NULL
);
CREATE INDEX acknowledgements_org ON acknowledgements(org_id, id);
CREATE INDEX acknowledgements_person
  ON acknowledgements(org_id, person_id, at);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 5),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 5),
  rule TEXT NOT NULL,
  person_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  subject_kind {bigint} NOT NULL CHECK (subject_kind BETWEEN 0 AND 4),
  subject_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  absence_id TEXT NOT NULL,
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
CREATE INDEX tasks_org ON tasks(org_id, id);
CREATE INDEX tasks_person ON tasks(org_id, person_id, id);
CREATE INDEX tasks_subject ON tasks(org_id, subject_kind, subject_id, rule);
CREATE INDEX tasks_unit ON tasks(org_id, unit_id, id) WHERE state <= 2;
-- What is open: history costs nothing. The same is asked once at a time.
CREATE UNIQUE INDEX tasks_open ON tasks(
  org_id, person_id, kind, rule, subject_kind, subject_id, order_id,
  absence_id) WHERE state <= 2;
CREATE INDEX tasks_next ON tasks(org_id, next_at, id)
  WHERE state <= 2 AND next_at > 0;

CREATE TABLE page_links (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  token_sha256 TEXT NOT NULL UNIQUE,
  form_sha256 TEXT NOT NULL,
  page TEXT NOT NULL,
  task_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  opened_at {bigint} NOT NULL,
  used_at {bigint} NOT NULL,
  revoked_at {bigint} NOT NULL
);
CREATE INDEX page_links_org ON page_links(org_id, id);
CREATE INDEX page_links_task ON page_links(org_id, task_id, id);
CREATE INDEX page_links_person ON page_links(org_id, person_id, id);

CREATE TABLE equipment_catalogue (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  what {bigint} NOT NULL CHECK (what BETWEEN 0 AND 5),
  name TEXT NOT NULL,
  operator TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  retired_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE INDEX equipment_catalogue_org ON equipment_catalogue(org_id, id);
CREATE UNIQUE INDEX equipment_catalogue_name
  ON equipment_catalogue(org_id, what, name) WHERE retired_at = 0;

CREATE TABLE equipment_orders (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  what {bigint} NOT NULL CHECK (what BETWEEN 0 AND 5),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 5),
  catalogue_id TEXT NOT NULL,
  item TEXT NOT NULL,
  need TEXT NOT NULL,
  person_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_by_person_id TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_by_person_id TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  decided_at {bigint} NOT NULL,
  ordered_at {bigint} NOT NULL,
  linked_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL
);
CREATE INDEX equipment_orders_org ON equipment_orders(org_id, id);
CREATE INDEX equipment_orders_person
  ON equipment_orders(org_id, person_id, id);
CREATE INDEX equipment_orders_open ON equipment_orders(org_id, id)
  WHERE state <= 2;

-- The token itself is nowhere.
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  name TEXT NOT NULL,
  token_sha256 TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  last_used_at {bigint} NOT NULL,
  revoked_at {bigint} NOT NULL,
  revoked_by TEXT NOT NULL
);
CREATE INDEX api_tokens_org ON api_tokens(org_id, id);

CREATE TABLE idempotency_keys (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  status {bigint} NOT NULL,
  content_type TEXT NOT NULL,
  body {bytes} NOT NULL,
  created_at {bigint} NOT NULL,
  expires_at {bigint} NOT NULL,
  PRIMARY KEY (org_id, caller, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys(expires_at);

-- All verdicts about one subject, packed.
CREATE TABLE judgements (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  subject_kind {bigint} NOT NULL CHECK (subject_kind BETWEEN 0 AND 4),
  subject_id TEXT NOT NULL,
  pack_hash TEXT NOT NULL,
  judged_at {bigint} NOT NULL,
  again_at {bigint} NOT NULL,
  packed {bytes} NOT NULL,
  PRIMARY KEY (org_id, subject_kind, subject_id)
);
CREATE INDEX judgements_again ON judgements(org_id, again_at)
  WHERE again_at > 0;

-- Phones that were there before the ledger: a person of each name, who holds
-- what is enrolled in it. The ids are those of a phone and of its life.
INSERT INTO people (id, org_id, external_id, name, first_name, last_name,
  mail, number, language, unit_id, created_at, purged_at, changed_at,
  changed_by)
  SELECT min(id), org_id, '', person, '', '', '', '', '', '',
    min(created_at), 0, 0, ''
  FROM devices WHERE person <> '' GROUP BY org_id, person;
INSERT INTO assignments (id, org_id, kind, person_id, employment_id,
  device_id, subscription_id, is_shared, life_id, order_id, from_at, to_at,
  opened_by, closed_by, close_reason, voided_at, voided_by)
  SELECT lives.id, lives.org_id, 0, people.id, '', devices.id, '', 0,
    lives.id, '', lives.started_at, 0, 'upgrade', '', '', 0, ''
  FROM lives
  JOIN devices ON devices.id = lives.device_id AND devices.life_id = lives.id
  JOIN people ON people.org_id = devices.org_id
    AND people.name = devices.person
  WHERE lives.state <= 1;
UPDATE devices SET person_id = (SELECT assignments.person_id FROM assignments
    WHERE assignments.device_id = devices.id)
  WHERE EXISTS (SELECT 1 FROM assignments
    WHERE assignments.device_id = devices.id);
