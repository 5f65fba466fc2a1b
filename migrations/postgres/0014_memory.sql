-- Memory (DESIGN.md, Memory): who may see each one, what it is found by, how often it was read. The twin of
-- sqlite/0014_memory.sql.
ALTER TABLE agent_shared_memory
  -- The execution in which it was stored.
  ADD COLUMN workflow_execution_id UUID,
  ADD COLUMN visibility TEXT CHECK (visibility IN ('agent', 'team', 'workspace')),
  ADD COLUMN tags TEXT NOT NULL DEFAULT '[]',
  ADD COLUMN created_by_kind TEXT CHECK (created_by_kind IN ('user', 'agent', 'system')),
  ADD COLUMN created_by_id UUID,
  ADD COLUMN created_by_name TEXT,
  ADD COLUMN read_count BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_read_at TIMESTAMPTZ,
  ADD COLUMN version BIGINT NOT NULL DEFAULT 1,
  ADD COLUMN updated_at TIMESTAMPTZ,
  ADD COLUMN search TEXT;
-- What was stored before was for the team it named, else for its agent alone, and by that agent.
UPDATE agent_shared_memory m SET
  visibility = CASE WHEN m.team_id IS NOT NULL THEN 'team' WHEN m.agent_id IS NOT NULL THEN 'agent' ELSE 'workspace' END,
  importance = least(greatest(m.importance, 0), 100),
  created_by_kind = CASE WHEN m.agent_id IS NULL THEN 'system' ELSE 'agent' END,
  created_by_id = COALESCE(m.agent_id, '00000000-0000-0000-0000-000000000000'),
  created_by_name = COALESCE((SELECT g.name FROM agents g WHERE g.id = m.agent_id), 'Countersign'),
  updated_at = m.created_at,
  search = lower(left(m.content, 20000));
ALTER TABLE agent_shared_memory
  ALTER COLUMN visibility SET NOT NULL,
  ALTER COLUMN created_by_kind SET NOT NULL,
  ALTER COLUMN created_by_id SET NOT NULL,
  ALTER COLUMN created_by_name SET NOT NULL,
  ALTER COLUMN updated_at SET NOT NULL,
  ALTER COLUMN search SET NOT NULL,
  ADD CHECK (importance BETWEEN 0 AND 100),
  -- Of 'team', the team that sees it; of 'agent', the only agent that does; else where it came from.
  ADD CHECK (visibility <> 'team' OR team_id IS NOT NULL),
  ADD CHECK (visibility <> 'agent' OR agent_id IS NOT NULL),
  ADD COLUMN search_words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', left(search, 100000))) STORED;
DROP INDEX memory_list;
CREATE INDEX memory_newest ON agent_shared_memory (workspace_id, created_at, id);
CREATE INDEX memory_important ON agent_shared_memory (workspace_id, importance, created_at, id);
CREATE INDEX memory_by_tier ON agent_shared_memory (workspace_id, tier, created_at, id);
CREATE INDEX memory_by_team ON agent_shared_memory (workspace_id, team_id, created_at, id);
CREATE INDEX memory_by_agent ON agent_shared_memory (workspace_id, agent_id, created_at, id);
CREATE INDEX memory_by_expiry ON agent_shared_memory (workspace_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX memory_used ON agent_shared_memory (workspace_id, tier, id) WHERE read_count > 0 AND tier <> 'long_term';
CREATE INDEX memory_search ON agent_shared_memory USING GIN (search_words);
