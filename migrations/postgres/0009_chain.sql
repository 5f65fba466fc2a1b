-- The chain over the audit trail: its order, its heads, signed checkpoints. The twin of sqlite/0009_chain.sql.
-- Words for the full-text index are written by the sealer, so that hot writes do not pay for them.
ALTER TABLE agent_action_audit_log ADD COLUMN search_words TSVECTOR;
CREATE UNIQUE INDEX audit_by_seq ON agent_action_audit_log (workspace_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON agent_action_audit_log (workspace_id, executed_at, id) WHERE seq IS NULL;
CREATE INDEX audit_search ON agent_action_audit_log USING GIN (search_words);

-- Where each workspace's chain ends. Whoever seals moves it from what it saw: one at a time, without waiting for others.
CREATE TABLE audit_chain (
  workspace_id UUID NOT NULL PRIMARY KEY REFERENCES workspaces (id),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  sealed_at TIMESTAMPTZ NOT NULL
);

-- Signed statements about a chain: 'head', what its last row was; 'anchor', up to which row it was removed.
CREATE TABLE audit_checkpoints (
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('head', 'anchor')),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (workspace_id, kind, seq)
);

-- The key that signs them, of the whole installation: every node signs with the same one.
CREATE TABLE installation_keys (
  name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('audit')),
  secret_key TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);

-- After how many days sealed rows are removed; NULL: never.
ALTER TABLE workspaces ADD COLUMN audit_retention_days BIGINT CHECK (audit_retention_days BETWEEN 1 AND 36500);
