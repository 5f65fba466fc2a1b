//! A random walk through everything that may happen to actions, by the services, over most of a year of the injected
//! clock: across many days and both changes of the clocks of every zone that has them.

use crate::db::TestDb;
use crate::identity::Fixture;
use chrono::{DateTime, TimeDelta, Utc};
use countersign::domain::AppError;
use countersign::domain::action::{SubmitAction, SubmitVerdict};
use countersign::domain::action_type::{CustomExecutor, NewActionType};
use countersign::domain::agent::{AgentKind, NewAgent};
use countersign::domain::approval::{Approval, Decide, Withdraw};
use countersign::domain::autonomy::AutonomyLevel;
use countersign::domain::canonical::Data;
use countersign::domain::ids::{AgentId, ApprovalId, TeamId};
use countersign::domain::member::Role;
use countersign::domain::outcome::{OutcomeStatus, ReportOutcome, ReportedStatus};
use countersign::domain::risk::RiskLevel;
use countersign::domain::team::NewTeam;
use countersign::domain::workspace::Department;
use countersign::server::actions::perform::Executors;
use countersign::server::config::Config;
use countersign::server::engine::{self, Handler};
use countersign::server::services::approvals::{
    QUEUE_ACTIONS, QUEUE_DEFAULT, decide, lifecycle, opening, read, submit,
};
use countersign::server::services::{action_types, teams};
use countersign::server::storage::Db;
use countersign::server::{folder, runtime};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::sync::Arc;

const REVIEWERS: [Role; 3] = [Role::Reviewer, Role::Admin, Role::Owner];

pub struct Walk {
    pub db: Db,
    pub acme: Fixture,
    pub teams: Vec<TeamId>,
    paused: AgentId,
    handlers: Vec<Arc<dyn Handler>>,
    dice: StdRng,
    open: Vec<ApprovalId>,
    decided: Vec<ApprovalId>,
    _outbox: tempfile::TempDir,
}

impl Walk {
    pub async fn start(test: &TestDb, seed: u64, at: DateTime<Utc>) -> Self {
        let db = test.node().await;
        db.clock.advance(at - db.clock.now());
        let acme = Fixture::new(&db, "acme").await;
        let mut made = Vec::new();
        for (name, department, autonomy_level) in [
            ("Sales", Department::Sales, AutonomyLevel::SemiAutonomous),
            ("Support", Department::Support, AutonomyLevel::Autonomous),
            ("More sales", Department::Sales, AutonomyLevel::Supervised),
            ("Office", Department::General, AutonomyLevel::SemiAutonomous),
        ] {
            let new = NewTeam {
                name: name.to_owned(),
                description: String::new(),
                department,
                autonomy_level,
                approval_required: Vec::new(),
                required_approvals: if name == "More sales" { 2 } else { 1 },
            };
            made.push(teams::team_create(&acme.owner(), &db, new).await.unwrap().id);
        }
        let own = NewActionType {
            name: "deploy".to_owned(),
            title: "Deploy".to_owned(),
            risk_level: RiskLevel::Medium,
            schema: None,
            executor: CustomExecutor::Agent,
            webhook_id: None,
            required_approvals: 1,
        };
        action_types::action_type_create(&acme.owner(), &db, own).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let idle = NewAgent {
            name: "idle".to_owned(),
            description: String::new(),
            kind: AgentKind::External,
            owner_id: None,
        };
        let paused = tx.agent_insert(acme.workspace, &idle).await.unwrap();
        let sql = "UPDATE agents SET status = 'paused' WHERE id = $1";
        tx.execute(sql, vec![paused.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let outbox = tempfile::tempdir().unwrap();
        let config = Config { data_dir: outbox.path().to_owned(), ..Config::default() };
        Self {
            handlers: runtime::handlers(Executors::from_config(&config, &db).unwrap()),
            db,
            acme,
            teams: made,
            paused,
            dice: StdRng::seed_from_u64(seed),
            open: Vec::new(),
            decided: Vec::new(),
            _outbox: outbox,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.dice.random_range(0..n.max(1))
    }

    pub async fn steps(&mut self, count: usize, most_seconds: i64) {
        for step in 0..count {
            // Mostly a little, so that holds are met, and now and then a night.
            let seconds = match self.below(10) {
                0 => self.dice.random_range(0..most_seconds),
                1..4 => self.dice.random_range(0..most_seconds / 100),
                _ => self.dice.random_range(0..5),
            };
            self.db.clock.advance(TimeDelta::seconds(seconds));
            self.step().await;
            if step % 1_301 == 700 {
                folder::fold_all(&self.db).await.unwrap();
            }
        }
    }

    async fn step(&mut self) {
        match self.below(100) {
            0..38 => self.submit().await,
            38..68 => self.decide().await,
            68..76 => self.undo().await,
            76..80 => self.withdraw().await,
            80..92 => self.perform().await,
            _ => {
                engine::run_due(&self.db, &[QUEUE_ACTIONS, QUEUE_DEFAULT], &self.handlers).await.unwrap();
            }
        }
    }

    fn action(&mut self) -> (&'static str, Value) {
        let to = |n: usize| (0..n).map(|n| format!("buyer{n}@example.org")).collect::<Vec<_>>();
        match self.below(9) {
            0 | 1 => ("log_activity", json!({"message": "Called the customer"})),
            2 | 3 => ("create_task", json!({"title": "Send the quote"})),
            // Nobody has this record: performing it fails.
            4 => ("update_task", json!({"recordId": self.db.clock.id(), "changes": {"status": "done"}})),
            5 | 6 => ("deploy", json!({"version": 3})),
            7 => ("send_email", json!({"to": to(12), "subject": "News", "body": "It is here."})),
            _ => (
                "publish_content",
                json!({"title": "Spring release", "body": "It is here.", "channel": "blog"}),
            ),
        }
    }

    async fn submit(&mut self) {
        let (action_type, data) = self.action();
        let team = self.below(self.teams.len() + 1);
        let denied = self.below(20) == 0;
        let action = SubmitAction {
            action_type: action_type.to_owned(),
            action_data: Data::from_value(data).unwrap(),
            team_id: self.teams.get(team).copied(),
            agent_id: denied.then_some(self.paused),
            description: None,
            expires_in_seconds: Some([60, 3_600, 86_400][self.below(3)]),
            required_approvals: None,
            workflow_execution_id: None,
            external_ref: None,
        };
        let submitted = if denied {
            submit::submit(&self.acme.owner(), &self.db, action).await
        } else {
            submit::submit(&self.acme.agent_ctx().allow().unwrap(), &self.db, action).await
        };
        let submitted = submitted.unwrap();
        assert_eq!(denied, submitted.verdict == SubmitVerdict::Denied);
        let Some(approval) = submitted.approval else { return };
        match submitted.verdict {
            SubmitVerdict::Pending => self.open.push(approval.id),
            _ => self.decided.push(approval.id),
        }
    }

    fn pick(&mut self, decided: bool) -> Option<(usize, ApprovalId)> {
        let count = if decided { self.decided.len() } else { self.open.len() };
        // The newest mostly, which are still inside their times.
        let back = if self.below(4) == 0 { self.below(count) } else { self.below(count.min(6)) };
        let at = count.checked_sub(back + 1)?;
        Some((at, if decided { self.decided[at] } else { self.open[at] }))
    }

    async fn decide(&mut self) {
        let Some((at, id)) = self.pick(false) else { return };
        let role = REVIEWERS[self.below(REVIEWERS.len())];
        let reads = self.acme.allow(role);
        let found = read::get(&reads, &self.db, id).await.unwrap();
        if self.below(3) > 0 {
            opening::open(&reads, &self.db, id).await.unwrap();
            self.db.clock.advance(TimeDelta::seconds(self.dice.random_range(0..90)));
        }
        let (approved, edits) = (self.below(5) > 0, self.below(2) == 0);
        let decision = self.decision(&found, approved, edits, role).await;
        match decide::decide(&self.acme.allow(role), &self.db, id, decision).await {
            Ok(done) if done.votes_missing > 0 => {}
            Ok(_) => {
                self.open.swap_remove(at);
                self.decided.push(id);
            }
            Err(AppError::Conflict { conflict, .. }) if conflict.status == "pending" => {}
            Err(AppError::Conflict { .. }) => {
                self.open.swap_remove(at);
            }
            Err(other) => panic!("{other}: {found:?}"),
        }
    }

    async fn decision(&self, found: &Approval, approved: bool, edits: bool, role: Role) -> Decide {
        let mut decision = Decide {
            approved,
            args_hash: found.args_hash.clone(),
            review_notes: None,
            edited_action_data: None,
            confirmation: None,
            records_hash: None,
        };
        if approved && edits && found.action_type == "send_email" {
            // Fewer recipients: no longer critical.
            let less = json!({"to": ["buyer@example.org"], "subject": "News", "body": "It is here."});
            decision.edited_action_data = Some(Data::from_value(less).unwrap());
        } else if approved && found.risk_level == RiskLevel::Critical {
            let detail = read::detail(&self.acme.allow(role), &self.db, found.id).await.unwrap();
            decision.confirmation = Some(detail.preview.target);
        }
        decision
    }

    async fn undo(&mut self) {
        let Some((at, id)) = self.pick(true) else { return };
        match lifecycle::undo(&self.acme.allow(Role::Reviewer), &self.db, id).await {
            Ok(_) => {
                self.decided.swap_remove(at);
                self.open.push(id);
            }
            Err(AppError::Conflict { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }

    async fn withdraw(&mut self) {
        let Some((at, id)) = self.pick(false) else { return };
        let by = self.acme.agent_ctx().allow().unwrap();
        match lifecycle::withdraw(&by, &self.db, id, Withdraw { reason: None }).await {
            Ok(_) | Err(AppError::Conflict { .. }) => {
                self.open.swap_remove(at);
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// The next step of something that was decided: claimed, reported on, tried again.
    async fn perform(&mut self) {
        let Some((_, id)) = self.pick(true) else { return };
        let found = read::get(&self.acme.allow(Role::Viewer), &self.db, id).await.unwrap();
        let (agent, db) = (self.acme.agent_ctx(), &self.db);
        let failed = self.dice.random_range(0..4) == 0;
        let report = ReportOutcome {
            status: if failed { ReportedStatus::Failed } else { ReportedStatus::Succeeded },
            error: failed.then(|| "It did not work.".to_owned()),
            result: None,
        };
        let done = match found.outcome.status {
            OutcomeStatus::Queued => lifecycle::claim(&agent.allow().unwrap(), db, id).await,
            OutcomeStatus::Running => lifecycle::report(&agent.allow().unwrap(), db, id, report).await,
            OutcomeStatus::Unknown if failed => {
                lifecycle::report(&self.acme.allow(Role::Operator), db, id, report).await
            }
            OutcomeStatus::Failed | OutcomeStatus::Unknown => {
                lifecycle::retry(&self.acme.allow(Role::Reviewer), db, id).await
            }
            _ => return,
        };
        match done {
            Ok(_)
            | Err(AppError::Conflict { .. } | AppError::Refused { .. } | AppError::Forbidden { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}
