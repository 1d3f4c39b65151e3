-- 0003: fewer entries moved when a command changes its state, and an answer
-- without an id of its own.

-- A place is 0 once the command is in no queue. So the two indexes of open
-- commands do not depend on the state, and sending touches neither.
UPDATE commands SET place = 0 WHERE state > 2;
DROP INDEX commands_queue;
CREATE UNIQUE INDEX commands_queue ON commands(life_id, priority DESC, place)
  WHERE place > 0;
DROP INDEX commands_expiry;
CREATE INDEX commands_expiry ON commands(expires_at)
  WHERE place > 0 AND expires_at > 0;

-- First, second and later answers to a command: one index instead of two.
CREATE TABLE numbered_answers (
  command_id TEXT NOT NULL,
  number {bigint} NOT NULL,
  life_id TEXT NOT NULL REFERENCES lives(id),
  status TEXT NOT NULL,
  received_at {bigint} NOT NULL,
  body {bytes} NOT NULL,
  PRIMARY KEY (command_id, number)
);
INSERT INTO numbered_answers
  SELECT command_id,
    row_number() OVER (PARTITION BY command_id ORDER BY received_at, id),
    life_id, status, received_at, body
  FROM answers;
DROP TABLE answers;
ALTER TABLE numbered_answers RENAME TO answers;
