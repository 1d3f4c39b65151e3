-- 0005: the files of packs that were applied, so that a policy in force does not
-- hang on a folder. `pushed` 0: its profile has still to be brought to phones.

CREATE TABLE policy_files (
  org_id TEXT NOT NULL REFERENCES organisations(id),
  pack_hash TEXT NOT NULL,
  files {bytes} NOT NULL,
  stored_at {bigint} NOT NULL,
  pushed {bigint} NOT NULL CHECK (pushed BETWEEN 0 AND 1),
  PRIMARY KEY (org_id, pack_hash)
);
CREATE INDEX policy_files_unpushed ON policy_files(org_id) WHERE pushed = 0;
