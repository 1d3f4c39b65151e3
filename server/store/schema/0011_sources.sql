-- 0011: where people come from. A source knows a person by a key of its own;
-- what a full file no longer holds ends only what that source itself began.

CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  name TEXT NOT NULL,
  map TEXT NOT NULL,
  changed_at {bigint} NOT NULL,
  changed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX sources_name ON sources(org_id, name);

CREATE TABLE source_people (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  source TEXT NOT NULL,
  source_key TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES people(id),
  made_at {bigint} NOT NULL,
  gone_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX source_people_key
  ON source_people(org_id, source, source_key);
CREATE INDEX source_people_person ON source_people(org_id, person_id);

ALTER TABLE employments ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE absences ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- With the id behind it, one subject's tasks come in their order from the index
-- itself: without it, all tasks of the organisation were walked for each.
DROP INDEX tasks_subject;
CREATE INDEX tasks_subject
  ON tasks(org_id, subject_kind, subject_id, rule, id);
