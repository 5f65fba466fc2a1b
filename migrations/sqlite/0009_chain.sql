-- The chain over the audit trail: its order, its heads, signed checkpoints. The twin of postgres/0009_chain.sql.
CREATE TABLE audit_log_with_n (
  -- A declared rowid, which VACUUM keeps: the full-text index points at it.
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  seq INTEGER,
  team_id BLOB,
  agent_id BLOB,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'agent', 'system')),
  actor_id BLOB NOT NULL,
  actor_name TEXT NOT NULL,
  event TEXT NOT NULL,
  action_type TEXT,
  action_data TEXT,
  description TEXT NOT NULL,
  approval_id BLOB,
  risk_level TEXT CHECK (risk_level IN ('low', 'medium', 'high', 'critical')),
  was_automatic INTEGER NOT NULL DEFAULT 0,
  success INTEGER,
  error TEXT,
  result TEXT,
  duration_ms INTEGER,
  executed_at INTEGER NOT NULL,
  prev_hash TEXT,
  hash TEXT,
  -- Words for the full-text index, written by the sealer, so that hot writes do not pay for them.
  search TEXT
) STRICT;
INSERT INTO audit_log_with_n (id, workspace_id, seq, team_id, agent_id, actor_kind, actor_id, actor_name, event, action_type, action_data, description, approval_id, risk_level, was_automatic, success, error, result, duration_ms, executed_at, prev_hash, hash)
  SELECT id, workspace_id, seq, team_id, agent_id, actor_kind, actor_id, actor_name, event, action_type, action_data, description, approval_id, risk_level, was_automatic, success, error, result, duration_ms, executed_at, prev_hash, hash FROM agent_action_audit_log ORDER BY executed_at, id;
DROP TABLE agent_action_audit_log;
ALTER TABLE audit_log_with_n RENAME TO agent_action_audit_log;
CREATE INDEX audit_by_time ON agent_action_audit_log (workspace_id, executed_at, id);
CREATE INDEX audit_by_team ON agent_action_audit_log (workspace_id, team_id, executed_at, id);
CREATE INDEX audit_by_agent ON agent_action_audit_log (workspace_id, agent_id, executed_at, id);
CREATE INDEX audit_by_event ON agent_action_audit_log (workspace_id, event, executed_at, id);
CREATE INDEX audit_by_approval ON agent_action_audit_log (workspace_id, approval_id, executed_at, id);
CREATE INDEX audit_by_actor ON agent_action_audit_log (workspace_id, actor_id, executed_at, id);
CREATE UNIQUE INDEX audit_by_seq ON agent_action_audit_log (workspace_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON agent_action_audit_log (workspace_id, executed_at, id) WHERE seq IS NULL;

CREATE VIRTUAL TABLE agent_action_audit_log_fts USING fts5 (search, content = 'agent_action_audit_log', content_rowid = 'n', tokenize = 'unicode61');
CREATE TRIGGER agent_action_audit_log_fts_insert AFTER INSERT ON agent_action_audit_log WHEN new.search IS NOT NULL BEGIN
  INSERT INTO agent_action_audit_log_fts (rowid, search) VALUES (new.n, new.search);
END;
CREATE TRIGGER agent_action_audit_log_fts_update AFTER UPDATE OF search ON agent_action_audit_log BEGIN
  INSERT INTO agent_action_audit_log_fts (agent_action_audit_log_fts, rowid, search) SELECT 'delete', old.n, old.search WHERE old.search IS NOT NULL;
  INSERT INTO agent_action_audit_log_fts (rowid, search) SELECT new.n, new.search WHERE new.search IS NOT NULL;
END;
CREATE TRIGGER agent_action_audit_log_fts_delete AFTER DELETE ON agent_action_audit_log WHEN old.search IS NOT NULL BEGIN
  INSERT INTO agent_action_audit_log_fts (agent_action_audit_log_fts, rowid, search) VALUES ('delete', old.n, old.search);
END;

-- Where each workspace's chain ends. Whoever seals moves it from what it saw: one at a time, without waiting for others.
CREATE TABLE audit_chain (
  workspace_id BLOB NOT NULL PRIMARY KEY REFERENCES workspaces (id),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  sealed_at INTEGER NOT NULL
) STRICT;

-- Signed statements about a chain: 'head', what its last row was; 'anchor', up to which row it was removed.
CREATE TABLE audit_checkpoints (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('head', 'anchor')),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (workspace_id, kind, seq)
) STRICT;

-- The key that signs them, of the whole installation: every node signs with the same one.
CREATE TABLE installation_keys (
  name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('audit')),
  secret_key TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- After how many days sealed rows are removed; NULL: never.
ALTER TABLE workspaces ADD COLUMN audit_retention_days INTEGER CHECK (audit_retention_days BETWEEN 1 AND 36500);
