-- What changes counted, written with each change and not yet added up. `subject` is the workspace, a team or a
-- reviewer; `bucket` the quarter of an hour since 1970; `totals` JSON (src/domain/metrics).
CREATE TABLE metric_deltas (
  id UUID NOT NULL PRIMARY KEY,
  workspace_id UUID NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  bucket BIGINT NOT NULL,
  totals TEXT NOT NULL
);
CREATE INDEX metric_deltas_workspace ON metric_deltas (workspace_id, id);
-- Running totals up to the end of a bucket; only buckets in which something was counted have a row.
CREATE TABLE metric_rollups (
  workspace_id UUID NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  bucket BIGINT NOT NULL,
  totals TEXT NOT NULL,
  PRIMARY KEY (workspace_id, subject, bucket)
);
-- What happened before is counted once, from the audit trail, in the order of time; what waits, from the approvals
-- themselves. Times to decision and how people review are kept from here on.
INSERT INTO metric_deltas (id, workspace_id, subject, bucket, totals)
SELECT lpad(to_hex(row_number() OVER (ORDER BY s.bucket)), 32, '0')::uuid, s.workspace_id,
  CASE WHEN s.team_id IS NULL THEN 'team' ELSE 'team/' || s.team_id::text END,
  s.bucket, '{"n":{"' || s.measure || '":' || s.n || '}}'
FROM (
  SELECT workspace_id, team_id, CAST(floor(extract(epoch FROM executed_at) / 900) AS BIGINT) AS bucket,
    CASE event WHEN 'action.auto_approved' THEN 'automatic' WHEN 'approval.requested' THEN 'asked' ELSE split_part(event, '.', 2) END AS measure,
    COUNT(*) AS n
  FROM agent_action_audit_log
  WHERE event IN ('action.auto_approved', 'action.denied', 'approval.requested', 'approval.approved', 'approval.rejected', 'approval.expired', 'approval.withdrawn', 'approval.undone', 'action.succeeded', 'action.failed', 'action.unknown')
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT workspace_id, team_id, CAST(floor(extract(epoch FROM created_at) / 900) AS BIGINT), 'pending_' || risk_level, COUNT(*)
  FROM agent_pending_actions WHERE status = 'pending' GROUP BY 1, 2, 3, 4
) s;
