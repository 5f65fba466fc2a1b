//! The account of the twenty steps: what the database says of every execution, against what its input must bring about.

use super::{Case, Expected, INSIDE, Stage};
use chrono::{DateTime, TimeDelta, Utc};
use countersign::args;
use countersign::server::storage::{Db, Ts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

#[derive(Debug, sqlx::FromRow)]
struct ExecutionRow {
    id: Uuid,
    status: String,
    output: Option<String>,
    error: Option<String>,
    steps_made: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct StepRow {
    id: Uuid,
    execution_id: Uuid,
    seq: i64,
    step_key: String,
    status: String,
    attempt: i64,
    approval_id: Option<Uuid>,
    created_at: Ts,
    started_at: Option<Ts>,
    finished_at: Option<Ts>,
}

#[derive(Debug, sqlx::FromRow)]
struct AttemptRow {
    step_id: Uuid,
    number: i64,
    approval_id: Option<Uuid>,
    finished_at: Ts,
}

/// What a step asked the gate for.
#[derive(Debug, sqlx::FromRow)]
struct AskedRow {
    id: Uuid,
    workflow_execution_id: Uuid,
    action_type: String,
    action_data: String,
    status: String,
    outcome: String,
    outcome_attempts: i64,
}

impl StepRow {
    fn began(&self) -> DateTime<Utc> {
        self.started_at.unwrap_or_else(|| panic!("{self:?} never began")).0
    }

    fn ended(&self) -> DateTime<Utc> {
        self.finished_at.unwrap_or_else(|| panic!("{self:?} never ended")).0
    }
}

struct Found {
    executions: HashMap<Uuid, ExecutionRow>,
    /// By execution, in their order.
    steps: HashMap<Uuid, Vec<StepRow>>,
    /// By step, in their order.
    attempts: HashMap<Uuid, Vec<AttemptRow>>,
    asked: HashMap<Uuid, Vec<AskedRow>>,
    /// How often the trail tells each event of each execution, step or approval.
    told: HashMap<(Uuid, String), usize>,
    /// The titles of notes and tasks.
    titles: BTreeMap<String, usize>,
}

/// Everything that was started ended as its input says; each step and each effect came once, and the trail says so.
pub async fn account(db: &Db, stage: &Stage, started: &[(Case, Uuid)], name: &str) {
    let found = Found::read(db, stage).await;
    assert_eq!(found.executions.len(), started.len(), "{name}: one execution for each start");
    for (case, id) in started {
        let execution = found.executions.get(id);
        let execution =
            execution.unwrap_or_else(|| panic!("{name}: an acknowledged start is gone: {case:?}"));
        let steps = found.steps.get(id).map(Vec::as_slice).unwrap_or_default();
        let look = Look { found: &found, case, execution, steps, name };
        look.ended_as_it_must();
        look.each_step_once();
        look.asked_once();
        look.in_time();
    }
    found.effects_once(name);
    let lost = "SELECT kind, state, last_error FROM jobs WHERE state = 'dead' OR (state = 'running' \
        AND (kind LIKE 'execution.%' OR kind LIKE 'action.%'))";
    let lost: Vec<(String, String, Option<String>)> =
        db.read().await.unwrap().fetch_all(lost, args![]).await.unwrap();
    assert!(lost.is_empty(), "{name}: jobs that were given up or never ended: {lost:?}");
    let tried: usize = found.attempts.values().map(Vec::len).sum();
    let steps: usize = found.steps.values().map(Vec::len).sum();
    let cancelled = found.steps.values().flatten().filter(|step| step.status == "cancelled").count();
    eprintln!(
        "{name}: {} executions, {steps} steps, {cancelled} of them cancelled, {tried} failed attempts before another",
        started.len()
    );
}

impl Found {
    async fn read(db: &Db, stage: &Stage) -> Self {
        let mut conn = db.read().await.unwrap();
        let here = || args![stage.workspace];
        let sql = "SELECT id, status, output, error, steps_made FROM agent_workflow_executions \
            WHERE workspace_id = $1 AND workflow_id = $2";
        let executions: Vec<ExecutionRow> =
            conn.fetch_all(sql, args![stage.workspace, stage.workflow]).await.unwrap();
        let sql = "SELECT id, execution_id, seq, step_key, status, attempt, approval_id, created_at, started_at, \
            finished_at FROM agent_workflow_steps WHERE workspace_id = $1 ORDER BY seq";
        let steps: Vec<StepRow> = conn.fetch_all(sql, here()).await.unwrap();
        let sql = "SELECT step_id, number, approval_id, finished_at FROM agent_workflow_attempts \
            WHERE workspace_id = $1 ORDER BY number";
        let attempts: Vec<AttemptRow> = conn.fetch_all(sql, here()).await.unwrap();
        let sql = "SELECT id, workflow_execution_id, action_type, action_data, status, outcome, outcome_attempts \
            FROM agent_pending_actions WHERE workspace_id = $1 AND workflow_execution_id IS NOT NULL";
        let asked: Vec<AskedRow> = conn.fetch_all(sql, here()).await.unwrap();
        let sql = "SELECT approval_id, event, result FROM agent_action_audit_log WHERE workspace_id = $1";
        let audit: Vec<(Option<Uuid>, String, Option<String>)> = conn.fetch_all(sql, here()).await.unwrap();
        let sql = "SELECT title FROM records WHERE workspace_id = $1 AND kind IN ('document', 'task')";
        let records: Vec<(String,)> = conn.fetch_all(sql, here()).await.unwrap();
        let mut found = Self {
            executions: executions.into_iter().map(|row| (row.id, row)).collect(),
            steps: HashMap::new(),
            attempts: HashMap::new(),
            asked: HashMap::new(),
            told: HashMap::new(),
            titles: BTreeMap::new(),
        };
        steps.into_iter().for_each(|row| found.steps.entry(row.execution_id).or_default().push(row));
        attempts.into_iter().for_each(|row| found.attempts.entry(row.step_id).or_default().push(row));
        asked.into_iter().for_each(|row| found.asked.entry(row.workflow_execution_id).or_default().push(row));
        records.into_iter().for_each(|(title,)| *found.titles.entry(title).or_default() += 1);
        for (approval, event, result) in audit {
            let of = match event.split('.').next() {
                Some("step") => within(result, "stepId"),
                Some("execution") => within(result, "executionId"),
                _ => approval,
            };
            if let Some(of) = of {
                *found.told.entry((of, event)).or_default() += 1;
            }
        }
        found
    }

    /// How often the trail tells these events of a thing.
    fn told(&self, of: Uuid, events: &[&str]) -> usize {
        events.iter().filter_map(|event| self.told.get(&(of, (*event).to_owned()))).sum()
    }

    /// A note or a task for each action that counts as done, and no other.
    fn effects_once(&self, name: &str) {
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for asked in self.asked.values().flatten().filter(|asked| asked.outcome == "succeeded") {
            let data: Value = serde_json::from_str(&asked.action_data).unwrap();
            if asked.action_type.starts_with("create_") {
                *wanted.entry(data["title"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        let doubled: Vec<_> = self.titles.iter().filter(|(_, times)| **times > 1).collect();
        assert!(doubled.is_empty(), "{name}: effects that happened twice: {doubled:?}");
        assert_eq!(self.titles, wanted, "{name}: the effects are those of the actions");
    }
}

/// An id in the result of an audit row.
fn within(result: Option<String>, key: &str) -> Option<Uuid> {
    let result: Value = serde_json::from_str(&result?).unwrap();
    Some(result[key].as_str()?.parse().unwrap())
}

/// One execution.
struct Look<'a> {
    found: &'a Found,
    case: &'a Case,
    execution: &'a ExecutionRow,
    steps: &'a [StepRow],
    name: &'a str,
}

impl Look<'_> {
    fn says(&self, what: &str) -> String {
        let asked = self.found.asked.get(&self.execution.id);
        format!("{}: {what}\n{:?}\n{:?}\n{:#?}\n{asked:#?}", self.name, self.case, self.execution, self.steps)
    }

    fn attempts(&self, step: &StepRow) -> &[AttemptRow] {
        self.found.attempts.get(&step.id).map(Vec::as_slice).unwrap_or_default()
    }

    fn step(&self, key: &str) -> Option<&StepRow> {
        self.steps.iter().find(|step| step.step_key == key)
    }

    fn ended_as_it_must(&self) {
        let (id, status) = (self.execution.id, self.execution.status.as_str());
        assert_eq!(status, self.case.expected().status, "{}", self.says("another end"));
        let gave = self.case.gave(self.execution.output.as_deref(), self.execution.error.as_deref());
        assert!(gave, "{}", self.says("another output"));
        let ends = ["execution.completed", "execution.failed", "execution.cancelled"];
        let told = (self.found.told(id, &["execution.started"]), self.found.told(id, &ends));
        assert_eq!(told, (1, 1), "{}", self.says("began and ended once in the trail"));
        assert_eq!(
            self.found.told(id, &[format!("execution.{status}").as_str()]),
            1,
            "{}",
            self.says("ended so")
        );
    }

    fn each_step_once(&self) {
        let Expected { sure, perhaps, .. } = self.case.expected();
        let in_order = self.steps.iter().map(|step| step.seq).eq(1..=self.execution.steps_made);
        assert!(in_order, "{}", self.says("steps are missing or numbered twice"));
        let keys: BTreeSet<&str> = self.steps.iter().map(|step| step.step_key.as_str()).collect();
        assert_eq!(keys.len(), self.steps.len(), "{}", self.says("a step that came twice"));
        for key in sure.keys() {
            assert!(keys.contains(key), "{}", self.says(&format!("no step {key}")));
        }
        for step in self.steps {
            let (key, status) = (step.step_key.as_str(), step.status.as_str());
            match sure.get(key) {
                Some(wanted) => {
                    assert_eq!(
                        (status, step.attempt),
                        *wanted,
                        "{}",
                        self.says(&format!("{key} ended otherwise"))
                    )
                }
                None => assert!(perhaps.contains(&key), "{}", self.says(&format!("{key} was not to come"))),
            }
            let open = ["pending", "running", "waiting"].contains(&status);
            assert!(!open, "{}", self.says(&format!("{key} is open in an execution that ended")));
            let all = self.found.told(step.id, &["step.completed", "step.failed", "step.cancelled"]);
            let so = self.found.told(step.id, &[format!("step.{status}").as_str()]);
            assert_eq!((all, so), (1, 1), "{}", self.says(&format!("the end of {key} in the trail")));
            let numbers = self.attempts(step).iter().map(|attempt| attempt.number);
            // What was cancelled before its next attempt has its last one among those that failed.
            let rested = status == "cancelled" && self.attempts(step).len() as i64 == step.attempt;
            let last = if rested { step.attempt } else { step.attempt.max(1) - 1 };
            assert!(numbers.eq(1..=last), "{}", self.says(&format!("the attempts of {key}")));
        }
    }

    /// What was asked for is what the steps name, each once, and it came to what the step came to.
    fn asked_once(&self) {
        let asked = self.found.asked.get(&self.execution.id).map(Vec::as_slice).unwrap_or_default();
        let of_steps = self.steps.iter().filter_map(|step| step.approval_id);
        let tried = self.steps.iter().flat_map(|step| self.attempts(step)).filter_map(|one| one.approval_id);
        let mut named: Vec<Uuid> = of_steps.chain(tried).collect();
        let mut found: Vec<Uuid> = asked.iter().map(|asked| asked.id).collect();
        named.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, named, "{}", self.says("requests beside those of the steps"));
        for one in asked {
            let told = |events: &[&str]| self.found.told(one.id, events);
            let says = |what: &str| self.says(&format!("{what}: {one:?}"));
            assert_eq!(told(&["approval.requested", "action.auto_approved"]), 1, "{}", says("asked once"));
            // What was approved and taken back inside its hold was withdrawn after that.
            let decided = told(&["approval.approved", "approval.rejected", "approval.withdrawn"]);
            let undone = told(&["approval.undone"]);
            assert_eq!(
                decided - undone,
                usize::from(one.status != "auto_approved"),
                "{}",
                says("decided once")
            );
            assert!(undone == 0 || one.status == "withdrawn", "{}", says("taken back for good"));
            let ends = told(&["action.succeeded", "action.failed", "action.unknown"]);
            match (one.status.as_str(), one.outcome.as_str()) {
                ("rejected" | "withdrawn", "none") => assert_eq!(ends, 0, "{}", says("nothing happened")),
                ("approved" | "auto_approved", "succeeded" | "failed") => {
                    let so = told(&[format!("action.{}", one.outcome).as_str()]);
                    assert_eq!((ends, so), (1, 1), "{}", says("one outcome"));
                    assert!(one.outcome_attempts <= 1, "{}", says("tried once"));
                }
                _ => panic!("{}", says("left open")),
            }
        }
        for step in self.steps.iter().filter(|step| step.status != "cancelled") {
            let Some(one) = asked.iter().find(|asked| Some(asked.id) == step.approval_id) else { continue };
            let done = one.outcome == "succeeded";
            assert_eq!(
                done,
                step.status == "completed",
                "{}",
                self.says(&format!("{} against {one:?}", step.step_key))
            );
        }
    }

    /// Nothing before its time: the paths meet when all have ended, a wait lasts, an attempt comes after its pause.
    fn in_time(&self) {
        if let Some(meet) = self.step("meet") {
            let inside = self.steps.iter().filter(|step| INSIDE.contains(&step.step_key.as_str()));
            for step in inside {
                assert!(
                    step.ended() <= meet.created_at.0,
                    "{}",
                    self.says(&format!("{} ended late", step.step_key))
                );
            }
        }
        if let Some(pause) = self.step("pause") {
            let waited = pause.ended() - pause.began();
            assert!(waited >= TimeDelta::seconds(1), "{}", self.says(&format!("it waited {waited}")));
        }
        if let Some(read) = self.step("read").filter(|read| read.attempt == 2) {
            // A second, give or take a fifth.
            let rested = read.began() - self.attempts(read)[0].finished_at.0;
            assert!(rested >= TimeDelta::milliseconds(800), "{}", self.says(&format!("it rested {rested}")));
        }
    }
}
