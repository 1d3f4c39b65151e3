-- 0012: what is to be told: notices to persons, gathered into mails; events to
-- programs, delivered to webhooks.

-- One thing to tell one person. state: 0 waiting, 1 mailed, 2 given up,
-- 3 dropped (no longer true), 4 nowhere to send it.
CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind {bigint} NOT NULL CHECK (kind BETWEEN 0 AND 255),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 4),
  person_id TEXT NOT NULL,
  about_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  case_id TEXT NOT NULL,
  receipt_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  what TEXT NOT NULL,
  day {bigint} NOT NULL,
  mail_id TEXT NOT NULL,
  due_at {bigint} NOT NULL,
  created_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX notices_once ON notices(org_id, person_id, kind, about_id,
  task_id, case_id, receipt_id, device_id, day) WHERE state = 0;
CREATE INDEX notices_waiting ON notices(org_id, person_id, due_at)
  WHERE state = 0 AND mail_id = '';
CREATE INDEX notices_task ON notices(org_id, task_id)
  WHERE state = 0 AND task_id <> '';
CREATE INDEX notices_case ON notices(org_id, case_id)
  WHERE state = 0 AND case_id <> '';
CREATE INDEX notices_mail ON notices(mail_id) WHERE mail_id <> '';

-- One mail to one person. state: 0 waiting, 1 sent, 2 given up, 3 dropped.
-- first_at: first attempt. trying_at: an attempt began, its end is not known.
CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  person_id TEXT NOT NULL,
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 3),
  attempts {bigint} NOT NULL,
  result TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  next_at {bigint} NOT NULL,
  first_at {bigint} NOT NULL,
  trying_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX mails_open ON mails(org_id, person_id) WHERE state = 0;
CREATE INDEX mails_due ON mails(next_at) WHERE state = 0;
CREATE INDEX mails_closed ON mails(closed_at) WHERE state > 0;
CREATE INDEX mails_org ON mails(org_id, id);
CREATE INDEX mails_person ON mails(org_id, person_id, closed_at)
  WHERE state = 1;

-- events: words with a blank before and behind each; "": every kind.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret {bytes} NOT NULL,
  former_secret {bytes} NOT NULL,
  former_until {bigint} NOT NULL,
  created_by TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  removed_by TEXT NOT NULL,
  removed_at {bigint} NOT NULL,
  stopped_why TEXT NOT NULL,
  stopped_at {bigint} NOT NULL,
  failures {bigint} NOT NULL,
  next_at {bigint} NOT NULL
);
CREATE INDEX webhooks_org ON webhooks(org_id, id);

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at {bigint} NOT NULL
);
CREATE INDEX events_org ON events(org_id, id);
CREATE INDEX events_age ON events(created_at);

-- state: 0 waiting, 1 delivered, 2 given up, 3 dropped (webhook removed).
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  webhook_id TEXT NOT NULL REFERENCES webhooks(id),
  event_id TEXT NOT NULL REFERENCES events(id),
  state {bigint} NOT NULL CHECK (state BETWEEN 0 AND 3),
  attempts {bigint} NOT NULL,
  status {bigint} NOT NULL,
  result TEXT NOT NULL,
  created_at {bigint} NOT NULL,
  next_at {bigint} NOT NULL,
  first_at {bigint} NOT NULL,
  closed_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries(webhook_id, event_id);
CREATE INDEX deliveries_due ON deliveries(webhook_id, next_at) WHERE state = 0;
CREATE INDEX deliveries_event ON deliveries(event_id);
CREATE INDEX deliveries_org ON deliveries(org_id, id);
