-- What signs the webhooks that start a workflow; `former`, the secret before it, counts too until `former_until`.
CREATE TABLE workflow_secrets (
  workflow_id BLOB NOT NULL PRIMARY KEY REFERENCES agent_workflows (id) ON DELETE CASCADE,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  secret TEXT NOT NULL,
  former TEXT,
  former_until INTEGER,
  created_at INTEGER NOT NULL,
  CHECK ((former IS NULL) = (former_until IS NULL))
) STRICT;
