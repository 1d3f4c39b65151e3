-- 0013: what a directory said over SCIM, and its groups. The people themselves
-- are in the ledger; person_id '' is a user whom nothing employs yet.

CREATE TABLE scim_users (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  source_key TEXT NOT NULL,
  person_id TEXT NOT NULL,
  user_key TEXT NOT NULL,
  user_name TEXT NOT NULL,
  external_id TEXT NOT NULL,
  display_name TEXT NOT NULL,
  formatted TEXT NOT NULL,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  mail TEXT NOT NULL,
  number TEXT NOT NULL,
  language TEXT NOT NULL,
  employee_number TEXT NOT NULL,
  department TEXT NOT NULL,
  manager TEXT NOT NULL,
  is_active {bigint} NOT NULL CHECK (is_active BETWEEN 0 AND 1),
  version {bigint} NOT NULL,
  created_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL
);
CREATE UNIQUE INDEX scim_users_name ON scim_users(org_id, user_key);
CREATE UNIQUE INDEX scim_users_source ON scim_users(org_id, source_key);
CREATE INDEX scim_users_external ON scim_users(org_id, external_id)
  WHERE external_id <> '';
CREATE UNIQUE INDEX scim_users_person ON scim_users(org_id, person_id)
  WHERE person_id <> '';
CREATE INDEX scim_users_department ON scim_users(org_id, department)
  WHERE department <> '';
CREATE INDEX scim_users_listed ON scim_users(org_id, id);

CREATE TABLE scim_groups (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisations(id),
  display_name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  external_id TEXT NOT NULL,
  version {bigint} NOT NULL,
  created_at {bigint} NOT NULL,
  changed_at {bigint} NOT NULL
);
CREATE INDEX scim_groups_name ON scim_groups(org_id, name_key);
CREATE INDEX scim_groups_external ON scim_groups(org_id, external_id)
  WHERE external_id <> '';
CREATE INDEX scim_groups_listed ON scim_groups(org_id, id);

-- member_id: a user's, or another group's.
CREATE TABLE scim_members (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  group_id TEXT NOT NULL REFERENCES scim_groups(id),
  member_id TEXT NOT NULL,
  PRIMARY KEY (org_id, group_id, member_id)
);
CREATE INDEX scim_members_of ON scim_members(org_id, member_id);
