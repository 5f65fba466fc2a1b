-- What people decided before on the same type of action: in the same team, or of the same agent where there is no team;
-- and of the type at all. Only decided rows are in them, so that a queue that fills pays nothing.
CREATE INDEX pending_similar ON agent_pending_actions (workspace_id, action_type, (COALESCE(team_id, agent_id)), status, reviewed_at, id) WHERE reviewed_by IS NOT NULL;
CREATE INDEX pending_similar_type ON agent_pending_actions (workspace_id, action_type, status, reviewed_at, id) WHERE reviewed_by IS NOT NULL;
