-- The model that an agent works with, and how far it may use it.
ALTER TABLE agents ADD COLUMN model TEXT;
ALTER TABLE agents ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE workspaces ADD COLUMN model_limits TEXT NOT NULL DEFAULT '{}';

-- Each call of a model that was begun, whether it answered or not.
CREATE TABLE model_calls (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  agent_id UUID NOT NULL REFERENCES agents (id),
  execution_id UUID NOT NULL REFERENCES agent_workflow_executions (id),
  model TEXT NOT NULL,
  input_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  cost_micros BIGINT NOT NULL,
  milliseconds BIGINT NOT NULL,
  error TEXT,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX model_calls_list ON model_calls (workspace_id, created_at, id);
CREATE INDEX model_calls_of_agent ON model_calls (workspace_id, agent_id, created_at);
CREATE INDEX model_calls_of_execution ON model_calls (execution_id);

-- Short-term memory is forgotten with the execution that it is of.
CREATE INDEX memory_of_execution ON agent_shared_memory (workflow_execution_id) WHERE workflow_execution_id IS NOT NULL;
