-- The approvals list's filters and order under a name: a member's own, or shared with the workspace.
CREATE TABLE saved_views (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id),
  user_id UUID NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX saved_views_seen ON saved_views (workspace_id, shared, user_id);
CREATE UNIQUE INDEX saved_views_own_name ON saved_views (workspace_id, user_id, name) WHERE shared = FALSE;
CREATE UNIQUE INDEX saved_views_shared_name ON saved_views (workspace_id, name) WHERE shared = TRUE;
-- Reasons that are offered to who rejects, as a JSON list; NULL for the usual ones.
ALTER TABLE workspaces ADD COLUMN preset_reasons TEXT;
