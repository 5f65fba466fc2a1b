-- How a team works beside its autonomy. `limited`: it has working hours or a number of tasks at once, so that its
-- executions wait in line.
ALTER TABLE agent_teams ADD COLUMN config TEXT NOT NULL DEFAULT '{}';
ALTER TABLE agent_teams ADD COLUMN limited BOOLEAN NOT NULL DEFAULT FALSE;

-- The executions that wait for their team, and those that it let in and that have not begun yet.
CREATE TABLE agent_team_line (
  execution_id UUID NOT NULL PRIMARY KEY REFERENCES agent_workflow_executions (id),
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  team_id UUID NOT NULL REFERENCES agent_teams (id),
  let_in BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX team_line_order ON agent_team_line (workspace_id, team_id, let_in, execution_id);
CREATE INDEX executions_of_team ON agent_workflow_executions (workspace_id, team_id) WHERE status IN ('queued', 'running', 'waiting', 'paused') AND started_at IS NOT NULL;
