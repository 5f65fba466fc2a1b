-- Who sent a message, and the thread it belongs to: the first message of a thread is its own thread and keeps when the
-- thread was last added to, and how often.
ALTER TABLE agent_messages ADD COLUMN thread_id BLOB;
ALTER TABLE agent_messages ADD COLUMN reply_to_id BLOB;
ALTER TABLE agent_messages ADD COLUMN from_user_id BLOB;
ALTER TABLE agent_messages ADD COLUMN thread_at INTEGER;
ALTER TABLE agent_messages ADD COLUMN replies INTEGER NOT NULL DEFAULT 0;
UPDATE agent_messages SET thread_id = id, thread_at = created_at;
CREATE INDEX messages_threads ON agent_messages (workspace_id, thread_at, id) WHERE thread_at IS NOT NULL;
CREATE INDEX messages_thread ON agent_messages (workspace_id, thread_id, created_at, id);
CREATE INDEX messages_list ON agent_messages (workspace_id, created_at, id);

-- A message on its way to one agent: each agent of a team has a delivery of its own. `urgency` is the message's
-- priority as a number, `due_at` when it may be handed out (again).
CREATE TABLE agent_message_deliveries (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  message_id BLOB NOT NULL REFERENCES agent_messages (id) ON DELETE CASCADE,
  agent_id BLOB NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
  status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'read', 'processed', 'dead')),
  urgency INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, agent_id)
) STRICT;
CREATE INDEX message_deliveries_inbox ON agent_message_deliveries (workspace_id, agent_id, urgency DESC, created_at, message_id) WHERE status IN ('pending', 'delivered', 'read');
CREATE INDEX message_deliveries_of_agent ON agent_message_deliveries (workspace_id, agent_id, message_id);
CREATE INDEX message_deliveries_age ON agent_message_deliveries (created_at) WHERE status IN ('pending', 'delivered', 'read');

INSERT INTO agent_message_deliveries (workspace_id, message_id, agent_id, status, urgency, due_at, created_at, updated_at)
  SELECT m.workspace_id, m.id, g.id, 'pending',
    CASE m.priority WHEN 'low' THEN 0 WHEN 'normal' THEN 1 WHEN 'high' THEN 2 ELSE 3 END, m.created_at, m.created_at, m.created_at
  FROM agent_messages m JOIN agents g ON g.workspace_id = m.workspace_id
  WHERE g.id = m.to_agent_id OR g.id IN (SELECT t.agent_id FROM agent_team_members t WHERE t.team_id = m.team_id AND (m.from_agent_id IS NULL OR t.agent_id <> m.from_agent_id));
