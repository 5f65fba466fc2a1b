-- What an agent is told, what it is good at, what it may use, and what it does without a model.
ALTER TABLE agents ADD COLUMN instructions TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN capabilities TEXT NOT NULL DEFAULT '[]';
ALTER TABLE agents ADD COLUMN tools TEXT NOT NULL DEFAULT '[]';
ALTER TABLE agents ADD COLUMN playbook TEXT;

-- A workflow with its draft. `published` is the number of the version that new executions run, `active_since` when its
-- trigger began to count.
CREATE TABLE agent_workflows (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  team_id BLOB REFERENCES agent_teams (id),
  status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'archived')),
  trigger_kind TEXT NOT NULL CHECK (trigger_kind IN ('manual', 'event', 'schedule', 'agent_request', 'webhook')),
  trigger_data TEXT NOT NULL,
  max_running INTEGER CHECK (max_running BETWEEN 1 AND 1000),
  draft TEXT NOT NULL,
  step_count INTEGER NOT NULL,
  published INTEGER,
  changed INTEGER NOT NULL,
  active_since INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX workflows_name ON agent_workflows (workspace_id, name);
CREATE INDEX workflows_triggered ON agent_workflows (trigger_kind, id) WHERE status = 'active';

-- Versions are never changed.
CREATE TABLE agent_workflow_versions (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  workflow_id BLOB NOT NULL REFERENCES agent_workflows (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  definition TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  published_by BLOB NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, number)
) STRICT;

-- One run of a workflow's version, of a team's objective or of a delegated task; the latter two carry their own
-- definition. `parent_id` and `parent_step_id`: what waits for it.
CREATE TABLE agent_workflow_executions (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('workflow', 'team_run', 'task')),
  title TEXT NOT NULL,
  workflow_id BLOB REFERENCES agent_workflows (id),
  workflow_version INTEGER,
  definition TEXT,
  team_id BLOB REFERENCES agent_teams (id),
  agent_id BLOB REFERENCES agents (id),
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')),
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  parent_id BLOB,
  parent_step_id BLOB,
  depth INTEGER NOT NULL DEFAULT 0,
  started_by_kind TEXT NOT NULL CHECK (started_by_kind IN ('user', 'agent', 'system')),
  started_by_id BLOB NOT NULL,
  started_by_name TEXT NOT NULL,
  start_key TEXT,
  steps_made INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  CHECK ((workflow_id IS NULL) = (definition IS NOT NULL)),
  CHECK ((finished_at IS NULL) = (status IN ('queued', 'running', 'waiting', 'paused')))
) STRICT;
CREATE INDEX executions_list ON agent_workflow_executions (workspace_id, created_at, id);
CREATE INDEX executions_of_workflow ON agent_workflow_executions (workspace_id, workflow_id, created_at, id);
CREATE INDEX executions_open ON agent_workflow_executions (workspace_id, workflow_id, id) WHERE status IN ('queued', 'running', 'waiting', 'paused');
CREATE UNIQUE INDEX executions_start_key ON agent_workflow_executions (workspace_id, start_key) WHERE start_key IS NOT NULL;
CREATE INDEX executions_of_step ON agent_workflow_executions (workspace_id, parent_id) WHERE parent_id IS NOT NULL;

-- One node of an execution, each time that a path comes to it.
CREATE TABLE agent_workflow_steps (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  execution_id BLOB NOT NULL REFERENCES agent_workflow_executions (id),
  seq INTEGER NOT NULL,
  step_key TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  scope_id BLOB,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled')),
  attempt INTEGER NOT NULL DEFAULT 0,
  waits_for TEXT CHECK (waits_for IN ('approval', 'outcome', 'timer', 'retry', 'event', 'child', 'paths')),
  event TEXT,
  input TEXT,
  output TEXT,
  error TEXT,
  approval_id BLOB,
  child_id BLOB,
  due_at INTEGER,
  timeout_at INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX steps_order ON agent_workflow_steps (execution_id, seq);
CREATE INDEX steps_open ON agent_workflow_steps (execution_id) WHERE status IN ('pending', 'running', 'waiting');
CREATE INDEX steps_key ON agent_workflow_steps (execution_id, step_key, seq);
CREATE INDEX steps_event ON agent_workflow_steps (workspace_id, event) WHERE event IS NOT NULL AND status = 'waiting';

-- The attempts that failed; the present one is the step's own row.
CREATE TABLE agent_workflow_attempts (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  step_id BLOB NOT NULL REFERENCES agent_workflow_steps (id),
  number INTEGER NOT NULL,
  error TEXT NOT NULL,
  approval_id BLOB,
  child_id BLOB,
  started_at INTEGER,
  finished_at INTEGER NOT NULL,
  PRIMARY KEY (step_id, number)
) STRICT;

-- How far the audit trail was read for workflows that an event starts or that wait for one.
CREATE TABLE workflow_event_cursors (
  workspace_id BLOB NOT NULL PRIMARY KEY REFERENCES workspaces (id),
  seq INTEGER NOT NULL
) STRICT;
