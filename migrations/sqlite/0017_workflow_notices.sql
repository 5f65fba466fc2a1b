-- People are told of workflows, too. SQLite changes no CHECK, so the table is made anew.
CREATE TABLE notices_new (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('approval_needed', 'approval_waiting', 'approval_expiring', 'many_waiting', 'request_decided', 'outcome', 'team_changed', 'trust', 'webhook_off', 'message', 'workflow')),
  event TEXT NOT NULL,
  actor_id BLOB NOT NULL,
  approval_id BLOB,
  team_id BLOB,
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  execution_id BLOB
) STRICT;
INSERT INTO notices_new (id, workspace_id, kind, event, actor_id, approval_id, team_id, description, created_at)
  SELECT id, workspace_id, kind, event, actor_id, approval_id, team_id, description, created_at FROM notices;
DROP TABLE notices;
ALTER TABLE notices_new RENAME TO notices;
CREATE INDEX notices_waiting ON notices (workspace_id, id);
CREATE INDEX notices_age ON notices (created_at);
