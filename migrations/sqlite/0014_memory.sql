-- Memory (DESIGN.md, Memory): who may see each one, what it is found by, how often it was read. The twin of
-- postgres/0014_memory.sql.
CREATE TABLE agent_shared_memory_with_n (
  -- A declared rowid, which VACUUM keeps: the full-text index points at it.
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  -- The team it came from; with the visibility 'team', the one that sees it.
  team_id BLOB,
  -- The agent it came from; with the visibility 'agent', the only one that sees it.
  agent_id BLOB,
  -- The execution in which it was stored.
  workflow_execution_id BLOB,
  visibility TEXT NOT NULL CHECK (visibility IN ('agent', 'team', 'workspace')),
  tier TEXT NOT NULL CHECK (tier IN ('short_term', 'medium_term', 'long_term')),
  category TEXT NOT NULL CHECK (category IN ('context', 'pattern', 'preference', 'knowledge', 'relationship')),
  content TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]',
  importance INTEGER NOT NULL DEFAULT 50 CHECK (importance BETWEEN 0 AND 100),
  created_by_kind TEXT NOT NULL CHECK (created_by_kind IN ('user', 'agent', 'system')),
  created_by_id BLOB NOT NULL,
  created_by_name TEXT NOT NULL,
  read_count INTEGER NOT NULL DEFAULT 0,
  last_read_at INTEGER,
  expires_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  search TEXT NOT NULL,
  CHECK (visibility <> 'team' OR team_id IS NOT NULL),
  CHECK (visibility <> 'agent' OR agent_id IS NOT NULL)
) STRICT;
-- What was stored before was for the team it named, else for its agent alone, and by that agent.
INSERT INTO agent_shared_memory_with_n (id, workspace_id, team_id, agent_id, visibility, tier, category, content, importance, created_by_kind, created_by_id, created_by_name, expires_at, created_at, updated_at, search)
  SELECT m.id, m.workspace_id, m.team_id, m.agent_id,
    CASE WHEN m.team_id IS NOT NULL THEN 'team' WHEN m.agent_id IS NOT NULL THEN 'agent' ELSE 'workspace' END,
    m.tier, m.category, m.content, min(max(m.importance, 0), 100),
    CASE WHEN m.agent_id IS NULL THEN 'system' ELSE 'agent' END, COALESCE(m.agent_id, zeroblob(16)), COALESCE(g.name, 'Countersign'),
    m.expires_at, m.created_at, m.created_at, lower(substr(m.content, 1, 20000))
  FROM agent_shared_memory m LEFT JOIN agents g ON g.id = m.agent_id ORDER BY m.created_at, m.id;
DROP TABLE agent_shared_memory;
ALTER TABLE agent_shared_memory_with_n RENAME TO agent_shared_memory;
CREATE INDEX memory_newest ON agent_shared_memory (workspace_id, created_at, id);
CREATE INDEX memory_important ON agent_shared_memory (workspace_id, importance, created_at, id);
CREATE INDEX memory_by_tier ON agent_shared_memory (workspace_id, tier, created_at, id);
CREATE INDEX memory_by_team ON agent_shared_memory (workspace_id, team_id, created_at, id);
CREATE INDEX memory_by_agent ON agent_shared_memory (workspace_id, agent_id, created_at, id);
CREATE INDEX memory_by_expiry ON agent_shared_memory (workspace_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX memory_used ON agent_shared_memory (workspace_id, tier, id) WHERE read_count > 0 AND tier <> 'long_term';

CREATE VIRTUAL TABLE agent_shared_memory_fts USING fts5 (search, content = 'agent_shared_memory', content_rowid = 'n', tokenize = 'unicode61');
INSERT INTO agent_shared_memory_fts (rowid, search) SELECT n, search FROM agent_shared_memory;
CREATE TRIGGER agent_shared_memory_fts_insert AFTER INSERT ON agent_shared_memory BEGIN
  INSERT INTO agent_shared_memory_fts (rowid, search) VALUES (new.n, new.search);
END;
CREATE TRIGGER agent_shared_memory_fts_update AFTER UPDATE OF search ON agent_shared_memory BEGIN
  INSERT INTO agent_shared_memory_fts (agent_shared_memory_fts, rowid, search) VALUES ('delete', old.n, old.search);
  INSERT INTO agent_shared_memory_fts (rowid, search) VALUES (new.n, new.search);
END;
CREATE TRIGGER agent_shared_memory_fts_delete AFTER DELETE ON agent_shared_memory BEGIN
  INSERT INTO agent_shared_memory_fts (agent_shared_memory_fts, rowid, search) VALUES ('delete', old.n, old.search);
END;
