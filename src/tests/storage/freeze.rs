//! The freeze of a workspace and of a team, and the expiry clocks under it.

use crate::agents_and_teams::new_team;
use crate::db::databases;
use crate::identity::Fixture;
use chrono::{DateTime, TimeDelta, Utc};
use countersign::domain::AppError;
use countersign::domain::ids::{AgentId, ApprovalId, TeamId};
use countersign::domain::member::Role;
use countersign::domain::team::PatchTeam;
use countersign::domain::workspace::SetFreeze;
use countersign::server::services::{teams, workspaces};
use countersign::server::storage::{Arg, Db, Ts, Tx};

/// A pending approval before it is written.
pub struct Pending<'a> {
    acme: &'a Fixture,
    team: Option<TeamId>,
    agent: Option<AgentId>,
}

impl Pending<'_> {
    /// Writes it; it expires an hour from now.
    pub async fn await_in(&self, tx: &mut Tx, action_type: &str) -> ApprovalId {
        let id = ApprovalId(tx.id());
        let now = tx.now();
        let sql = "INSERT INTO agent_pending_actions (id, workspace_id, team_id, agent_id, action_type, action_data, \
             description, risk_level, risk_order, risk_reasons, gate_reasons, executor, status, expires_at, created_at, \
             args_hash, requested_by_kind, requested_by_id, requested_by_name, search) VALUES ($1, $2, $3, $4, $5, \
             '{}', '', 'low', 0, '[]', '[]', 'builtin', 'pending', $6, $7, '', 'agent', $8, '', '')";
        let args: Vec<Arg> = vec![
            id.into(),
            self.acme.workspace.into(),
            self.team.into(),
            self.agent.into(),
            action_type.into(),
            (now + TimeDelta::hours(1)).into(),
            now.into(),
            id.into(),
        ];
        tx.execute(sql, args).await.unwrap();
        id
    }
}

impl<'a> IntoFuture for Pending<'a> {
    type Output = ApprovalId;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = ApprovalId> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut tx = self.acme.db.begin().await.unwrap();
            let id = self.await_in(&mut tx, "log_activity").await;
            tx.commit().await.unwrap();
            id
        })
    }
}

/// A pending approval; awaited, it is written in a transaction of its own.
pub fn pending(acme: &Fixture, team: Option<TeamId>, agent: Option<AgentId>) -> Pending<'_> {
    Pending { acme, team, agent }
}

/// When an approval expires, and since when its clock stands still.
async fn clock(db: &Db, id: ApprovalId) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let sql = "SELECT expires_at, expiry_paused_at FROM agent_pending_actions WHERE id = $1";
    let row: (Ts, Option<Ts>) = db.read().await.unwrap().fetch_one(sql, vec![id.into()]).await.unwrap();
    (row.0.into(), row.1.map(Into::into))
}

async fn thaws(db: &Db) -> i64 {
    let sql =
        "SELECT COUNT(*) FROM jobs WHERE kind = 'approvals.thaw' AND queue = 'default' AND state = 'ready'";
    let (count,): (i64,) = db.read().await.unwrap().fetch_one(sql, Vec::new()).await.unwrap();
    count
}

#[tokio::test]
async fn clocks_stand_still_while_either_switch_is_on() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let team = teams::team_create(&acme.owner(), &db, new_team("Sales")).await.unwrap().id;
        let in_team = pending(&acme, Some(team), None).await;
        let alone = pending(&acme, None, None).await;
        let theirs = pending(&globex, None, None).await;
        let start = [clock(&db, in_team).await.0, clock(&db, alone).await.0, clock(&db, theirs).await.0];

        let freeze_all = |frozen| {
            let (allowed, db) = (acme.allow(Role::Admin), db.clone());
            async move { workspaces::workspace_freeze(&allowed, &db, SetFreeze { frozen }).await.unwrap() }
        };
        let freeze_team = |frozen| {
            let (allowed, db) = (acme.allow(Role::Operator), db.clone());
            let patch = PatchTeam { frozen: Some(frozen), ..PatchTeam::default() };
            async move { teams::team_patch(&allowed, &db, team, patch, None).await.unwrap() }
        };
        let minutes = |n| test.clock.advance(TimeDelta::minutes(n));
        let moved = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).num_minutes();

        let frozen = freeze_team(true).await;
        assert!(frozen.frozen_at.is_some());
        assert_eq!(frozen.version, 2);
        minutes(10);
        let before = acme.traces().await;
        assert!(freeze_all(true).await.frozen_at.is_some());
        freeze_all(true).await;
        assert_eq!(acme.traces().await, (before.0 + 1, before.1 + 1), "the second changed nothing");
        minutes(20);
        freeze_team(false).await;
        let (_, paused) = clock(&db, in_team).await;
        assert!(paused.is_some(), "{}: the workspace is still frozen", test.name);
        freeze_team(true).await;
        minutes(5);
        freeze_all(false).await;
        let (expires, paused) = clock(&db, alone).await;
        assert_eq!((moved(start[1], expires), paused), (25, None), "{}", test.name);
        let (_, paused) = clock(&db, in_team).await;
        assert!(paused.is_some(), "{}: the team is still frozen", test.name);
        minutes(5);
        freeze_team(false).await;
        let (expires, paused) = clock(&db, in_team).await;
        assert_eq!((moved(start[0], expires), paused), (40, None), "{}", test.name);
        assert_eq!(clock(&db, theirs).await, (start[2], None));
        assert_eq!(thaws(&db).await, 2, "one for the workspace, one for the team");

        let mut conn = db.read().await.unwrap();
        assert!(!conn.is_frozen(acme.workspace, Some(team)).await.unwrap());
        let foreign = PatchTeam { frozen: Some(true), ..PatchTeam::default() };
        let foreign = teams::team_patch(&globex.owner(), &db, team, foreign, None).await;
        assert_eq!(foreign, Err(AppError::not_found("team")));
        assert!(acme.ctx(Role::Operator).allow::<countersign::server::services::ctx::Administer>().is_err());
    }
}
