-- What changes counted, written with each change and not yet added up. `subject` is the workspace, a team or a
-- reviewer; `bucket` the quarter of an hour since 1970; `totals` JSON (src/domain/metrics).
CREATE TABLE metric_deltas (
  id BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL,
  subject TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  totals TEXT NOT NULL
) STRICT;
CREATE INDEX metric_deltas_workspace ON metric_deltas (workspace_id, id);
-- Running totals up to the end of a bucket; only buckets in which something was counted have a row.
CREATE TABLE metric_rollups (
  workspace_id BLOB NOT NULL,
  subject TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  totals TEXT NOT NULL,
  PRIMARY KEY (workspace_id, subject, bucket)
) STRICT, WITHOUT ROWID;
-- What happened before is counted once, from the audit trail, in the order of time; what waits, from the approvals
-- themselves. Times to decision and how people review are kept from here on.
INSERT INTO metric_deltas (id, workspace_id, subject, bucket, totals)
SELECT unhex(printf('%032x', row_number() OVER (ORDER BY s.bucket))), s.workspace_id,
  CASE WHEN s.team_id IS NULL THEN 'team' ELSE 'team/' || lower(substr(hex(s.team_id), 1, 8) || '-' || substr(hex(s.team_id), 9, 4) || '-' || substr(hex(s.team_id), 13, 4) || '-' || substr(hex(s.team_id), 17, 4) || '-' || substr(hex(s.team_id), 21)) END,
  s.bucket, '{"n":{"' || s.measure || '":' || s.n || '}}'
FROM (
  SELECT workspace_id, team_id, executed_at / 900000000 AS bucket,
    CASE event WHEN 'action.auto_approved' THEN 'automatic' WHEN 'approval.requested' THEN 'asked' ELSE substr(event, instr(event, '.') + 1) END AS measure,
    COUNT(*) AS n
  FROM agent_action_audit_log
  WHERE event IN ('action.auto_approved', 'action.denied', 'approval.requested', 'approval.approved', 'approval.rejected', 'approval.expired', 'approval.withdrawn', 'approval.undone', 'action.succeeded', 'action.failed', 'action.unknown')
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT workspace_id, team_id, created_at / 900000000, 'pending_' || risk_level, COUNT(*)
  FROM agent_pending_actions WHERE status = 'pending' GROUP BY 1, 2, 3, 4
) s;
