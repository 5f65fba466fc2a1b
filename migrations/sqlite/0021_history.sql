-- After how many days executions that ended and threads that fell silent are removed; NULL: never. The twin of
-- postgres/0021_history.sql.
ALTER TABLE workspaces ADD COLUMN history_retention_days INTEGER CHECK (history_retention_days BETWEEN 7 AND 36500);

-- Those that no other waits for, by when they ended.
CREATE INDEX executions_ended ON agent_workflow_executions (workspace_id, finished_at, id) WHERE parent_id IS NULL AND finished_at IS NOT NULL;
CREATE INDEX pending_of_execution ON agent_pending_actions (workflow_execution_id) WHERE workflow_execution_id IS NOT NULL;

-- The named starts of executions that were removed, so that a repeat of one starts nothing.
CREATE TABLE agent_workflow_starts (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  start_key TEXT NOT NULL,
  execution_id BLOB NOT NULL,
  removed_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, start_key)
) STRICT;
CREATE INDEX workflow_starts_age ON agent_workflow_starts (removed_at);
