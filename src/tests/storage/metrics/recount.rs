//! The figures again, from the raw rows and from nothing that the program adds up.

use super::walk::Walk;
use chrono::{DateTime, Utc};
use countersign::domain::metrics::{Figures, ReviewerFigures};
use countersign::domain::risk::RiskLevel;
use countersign::domain::workspace::Department;
use countersign::server::storage::Ts;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct AuditRow {
    event: String,
    team_id: Option<Uuid>,
    approval_id: Option<Uuid>,
    actor_id: Uuid,
    executed_at: Ts,
}

pub struct Happened {
    pub event: String,
    pub team: Option<Uuid>,
    pub at: DateTime<Utc>,
    approval: Option<Uuid>,
    actor: Uuid,
    /// Of a decision: since the request, and since the reviewer opened it.
    decided_after_ms: Option<i64>,
    opened_for_ms: Option<i64>,
    /// Whose approval was taken back, or failed.
    reviewer: Option<Uuid>,
}

pub struct Waiting {
    pub team: Option<Uuid>,
    pub risk: RiskLevel,
    pub expires_at: DateTime<Utc>,
}

pub struct Raw {
    pub happened: Vec<Happened>,
    pub waiting: Vec<Waiting>,
    departments: HashMap<Uuid, Department>,
}

impl Raw {
    pub async fn read(walk: &Walk) -> Self {
        let mut conn = walk.db.read().await.unwrap();
        let workspace = || vec![walk.acme.workspace.into()];
        let sql = "SELECT id, created_at, status, risk_level, team_id, expires_at FROM agent_pending_actions WHERE workspace_id = $1";
        let approvals: Vec<(Uuid, Ts, String, String, Option<Uuid>, Ts)> =
            conn.fetch_all(sql, workspace()).await.unwrap();
        let created: HashMap<Uuid, DateTime<Utc>> = approvals.iter().map(|row| (row.0, row.1.0)).collect();
        let sql = "SELECT approval_id, user_id, first_opened_at FROM approval_opens WHERE workspace_id = $1";
        let opens: Vec<(Uuid, Uuid, Ts)> = conn.fetch_all(sql, workspace()).await.unwrap();
        let mut first_opened: HashMap<(Uuid, Uuid), DateTime<Utc>> = HashMap::new();
        for (approval, user, at) in opens {
            let first = first_opened.entry((approval, user)).or_insert(at.0);
            *first = at.0.min(*first);
        }
        let sql = "SELECT event, team_id, approval_id, actor_id, executed_at FROM agent_action_audit_log \
             WHERE workspace_id = $1 ORDER BY executed_at, id";
        let rows: Vec<AuditRow> = conn.fetch_all(sql, workspace()).await.unwrap();
        let sql = "SELECT id, department FROM agent_teams WHERE workspace_id = $1";
        let departments: Vec<(Uuid, String)> = conn.fetch_all(sql, workspace()).await.unwrap();
        let (mut happened, mut approvers) = (Vec::new(), HashMap::new());
        for row in rows {
            let at = row.executed_at.0;
            let decision = row.event == "approval.approved" || row.event == "approval.rejected";
            let opened = decision.then(|| {
                first_opened.get(&(row.approval_id.unwrap(), row.actor_id)).filter(|opened| **opened <= at)
            });
            if row.event == "approval.approved" {
                approvers.insert(row.approval_id, row.actor_id);
            }
            happened.push(Happened {
                decided_after_ms: decision
                    .then(|| (at - created[&row.approval_id.unwrap()]).num_milliseconds()),
                opened_for_ms: opened.flatten().map(|opened| (at - *opened).num_milliseconds()),
                reviewer: approvers.get(&row.approval_id).copied(),
                event: row.event,
                team: row.team_id,
                approval: row.approval_id,
                actor: row.actor_id,
                at,
            });
        }
        let waiting = approvals.iter().filter(|row| row.2 == "pending");
        let waiting =
            waiting.map(|row| Waiting { team: row.4, risk: row.3.parse().unwrap(), expires_at: row.5.0 });
        Self {
            happened,
            waiting: waiting.collect(),
            departments: departments.into_iter().map(|(id, name)| (id, name.parse().unwrap())).collect(),
        }
    }

    pub fn is_in(&self, team: Option<Uuid>, department: Option<Department>) -> bool {
        let of = team.map_or(Department::General, |team| self.departments[&team]);
        department.is_none_or(|department| department == of)
    }

    /// What happened from one time to before another. It is in the order of time.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> &[Happened] {
        let start = self.happened.partition_point(|h| h.at < from);
        let end = self.happened.partition_point(|h| h.at < to);
        &self.happened[start..end.max(start)]
    }

    /// Of these, what is of a department.
    pub fn of<'a>(&self, rows: &'a [Happened], department: Option<Department>) -> Vec<&'a Happened> {
        rows.iter().filter(|h| self.is_in(h.team, department)).collect()
    }
}

/// How many of these have one of the events.
pub fn count(rows: &[&Happened], events: &[&str]) -> i64 {
    rows.iter().filter(|h| events.contains(&h.event.as_str())).count() as i64
}

/// Compares what the program says with these rows.
pub fn check(figures: &Figures, rows: &[&Happened], about: &str) {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for row in rows {
        *counts.entry(row.event.as_str()).or_default() += 1;
    }
    let n = |event: &str| counts.get(event).copied().unwrap_or_default();
    let expected = [
        ("automatic", n("action.auto_approved"), figures.automatic),
        ("asked", n("approval.requested"), figures.asked),
        ("denied", n("action.denied"), figures.denied),
        ("approved", n("approval.approved"), figures.approved),
        ("rejected", n("approval.rejected"), figures.rejected),
        ("succeeded", n("action.succeeded"), figures.succeeded),
        ("failed", n("action.failed"), figures.failed),
        ("unknown", n("action.unknown"), figures.unknown),
        ("expired", n("approval.expired"), figures.expired),
        ("withdrawn", n("approval.withdrawn"), figures.withdrawn),
        ("undone", n("approval.undone"), figures.undone),
        (
            "actions",
            n("action.auto_approved") + n("approval.requested") + n("action.denied"),
            figures.actions,
        ),
    ];
    for (name, counted, said) in expected {
        assert_eq!(said, counted, "{name} of {about}");
    }
    let times: Vec<i64> = rows.iter().filter_map(|h| h.decided_after_ms).collect();
    near(figures.median_decision_ms, &times, 0.5, about);
    near(figures.p95_decision_ms, &times, 0.95, about);
}

/// Decisions of a member who had not opened what they decided.
pub fn unopened(rows: &[&Happened], user: Uuid) -> i64 {
    let decisions = rows.iter().filter(|h| h.decided_after_ms.is_some());
    decisions.filter(|h| h.actor == user && h.opened_for_ms.is_none()).count() as i64
}

/// What happened to approvals that a member gave.
pub fn of_theirs(rows: &[&Happened], event: &str, user: Uuid) -> i64 {
    let of_theirs = |h: &&&Happened| h.approval.is_some() && h.reviewer == Some(user);
    rows.iter().filter(|h| h.event == event).filter(of_theirs).count() as i64
}

pub fn check_reviewer(said: &ReviewerFigures, rows: &[&Happened], about: &str) {
    let user = said.user_id.0;
    let own: Vec<&Happened> = rows.iter().copied().filter(|h| h.actor == user).collect();
    let decided = (count(&own, &["approval.approved"]), count(&own, &["approval.rejected"]));
    assert_eq!((said.approved, said.rejected), decided, "{about}");
    assert_eq!(said.unopened, unopened(rows, user), "unopened of {about}");
    assert_eq!(said.undone, of_theirs(rows, "approval.undone", user), "undone of {about}");
    assert_eq!(said.failed, of_theirs(rows, "action.failed", user), "failed of {about}");
    let opened: Vec<i64> = own.iter().filter_map(|h| h.opened_for_ms).collect();
    near(said.median_open_ms, &opened, 0.5, about);
}

/// As near as the classes of durations promise.
fn near(said: Option<i64>, times: &[i64], share: f64, about: &str) {
    let mut times = times.to_vec();
    times.sort_unstable();
    let rank = ((times.len() as f64 * share).ceil() as usize).max(1) - 1;
    match (said, times.get(rank)) {
        (None, None) => {}
        (Some(said), Some(&truth)) if truth < 1_000 => assert_eq!(said, 500, "{truth} in {about}"),
        (Some(said), Some(&truth)) => {
            assert!((said as f64 / truth as f64 - 1.0).abs() < 0.092, "{said} is not {truth} in {about}");
        }
        other => panic!("{other:?} in {about}"),
    }
}
