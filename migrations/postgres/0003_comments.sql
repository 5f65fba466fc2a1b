-- What people and the agent say about an approval. Kept as said: nobody edits or removes a comment.
CREATE TABLE approval_comments (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  approval_id UUID NOT NULL REFERENCES agent_pending_actions (id),
  author_kind TEXT NOT NULL CHECK (author_kind IN ('user', 'agent')),
  author_id UUID NOT NULL,
  author_name TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('everyone', 'members')),
  body TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX comments_of ON approval_comments (workspace_id, approval_id, id);
-- Counted as they are written: the list shows the number, and an approval holds only so many.
ALTER TABLE agent_pending_actions ADD COLUMN comment_count BIGINT NOT NULL DEFAULT 0;
