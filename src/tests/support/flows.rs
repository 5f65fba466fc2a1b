//! One workflow of twenty steps for the tests of durability: what becomes of it for every input, and the account of what
//! did, however often the programs that ran it were killed or stopped. Shared by two suites.

#[path = "flows_account.rs"]
mod account;

pub use account::account;

use countersign::args;
use countersign::domain::agent::{AgentKind, NewAgent};
use countersign::domain::canonical::Data;
use countersign::domain::ids::{UserId, WorkflowId, WorkspaceId};
use countersign::domain::member::Role;
use countersign::domain::record::RecordKind;
use countersign::domain::workflow::PublishWorkflow;
use countersign::server::services::ctx::{
    Allowed, Credential, Holder, Permit, Principal, RequestCtx, WriteWorkflows,
};
use countersign::server::services::workflows::{workflow_create, workflow_publish};
use countersign::server::storage::Db;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

const AGENT: &str = "flow agent";
/// A record that there never was.
const GONE: &str = "019523e0-0000-7000-8000-000000000001";
/// The steps on the paths of `fork`.
static INSIDE: [&str; 9] =
    ["ask", "agreed", "refused", "task", "no_task", "read", "missing", "pause", "after"];

/// Who starts executions, an operator of the workspace.
pub const STARTER: &str = "grace@example.com";

/// Where the workflow runs: in a workspace with a team that asks before `create_task` and nothing else.
pub struct Stage {
    pub workspace: WorkspaceId,
    pub workflow: WorkflowId,
    /// An operator. Somebody else decides: what one started one does not.
    starter: UserId,
    /// A record that can be read.
    record: String,
}

/// The input of one execution.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub n: usize,
    total: i64,
    /// Whether the person says yes to going on.
    go: bool,
    /// And to the task.
    task: bool,
    /// Whether the record that is read is there; if not, it is read twice.
    there: bool,
    ends: Ends,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Well,
    /// By a step whose failure nothing answers.
    Badly,
    /// By a failure on one path, which ends the others wherever they are.
    Early,
}

/// What is to be found at the end.
struct Expected {
    status: &'static str,
    /// How each step ends that there must be, and in which attempt.
    sure: BTreeMap<&'static str, (&'static str, i64)>,
    /// Steps that there may be, ended in any way: how far these paths came is a matter of time.
    perhaps: &'static [&'static str],
}

/// What the person says to a question or a request.
pub fn says(action_type: &str, data: &Value) -> bool {
    match action_type {
        "continue_workflow" => data["details"]["answer"] == "yes",
        "create_task" => data["description"] == "yes",
        other => panic!("nobody should be asked for {other}: {data}"),
    }
}

/// The right of a member, held for a second where they decide.
pub fn allowed<P: Permit>(workspace_id: WorkspaceId, user_id: UserId, role: Role) -> Allowed<P> {
    let holder = Holder::Human { user_id, name: format!("The {}", role.as_str()), role, hold_seconds: 1 };
    let principal = Principal { workspace_id, holder, credential: Credential::Session(Uuid::nil().into()) };
    RequestCtx { principal, request_id: "test".to_owned(), idempotency_key: None }.allow().unwrap()
}

impl Stage {
    /// Sets it up in a workspace. No server has to run.
    pub async fn set(db: &Db, workspace: WorkspaceId) -> Self {
        let mut tx = db.begin().await.unwrap();
        let starter = tx.user_insert(STARTER, "Grace", "none").await.unwrap();
        tx.member_insert(workspace, starter, Role::Operator).await.unwrap();
        let agent = NewAgent {
            name: AGENT.to_owned(),
            description: String::new(),
            kind: AgentKind::External,
            owner_id: None,
        };
        let agent = tx.agent_insert(workspace, &agent).await.unwrap();
        let team = json!({"name": "Flow", "department": "operations", "autonomyLevel": "autonomous",
            "approvalRequired": ["create_task"]});
        let team = tx.team_insert(workspace, &serde_json::from_value(team).unwrap()).await.unwrap();
        let member = serde_json::from_value(json!({"agentId": agent})).unwrap();
        tx.team_member_insert(workspace, team, &member).await.unwrap();
        let record =
            tx.record_insert(workspace, RecordKind::Contact, "there", &Data::default()).await.unwrap();
        tx.commit().await.unwrap();
        let mut stage =
            Self { workspace, workflow: WorkflowId(Uuid::nil()), starter, record: record.id.to_string() };
        let by = stage.allowed::<WriteWorkflows>();
        let new = json!({"name": "Twenty steps", "teamId": team, "definition": definition()});
        let made = workflow_create(&by, db, serde_json::from_value(new).unwrap()).await.unwrap();
        assert!(made.faults.is_empty(), "{:?}", made.faults);
        stage.workflow = made.workflow.id;
        workflow_publish(&by, db, stage.workflow, PublishWorkflow::default(), None).await.unwrap();
        stage
    }

    /// The right of who starts.
    pub fn allowed<P: Permit>(&self) -> Allowed<P> {
        allowed(self.workspace, self.starter, Role::Operator)
    }

    pub fn input(&self, case: &Case) -> Value {
        let yes = |it: bool| if it { "yes" } else { "no" };
        let record = |there: bool| if there { self.record.as_str() } else { GONE };
        json!({
            "n": case.n, "a": case.total - 3, "b": 3, "go": yes(case.go), "task": yes(case.task),
            "record": record(case.there), "check": record(case.ends != Ends::Early),
            "ends": if case.ends == Ends::Well { "well" } else { "badly" },
        })
    }
}

/// Inputs by chance.
pub fn cases(dice: &mut StdRng, count: usize) -> Vec<Case> {
    let ends = [Ends::Badly, Ends::Early, Ends::Well, Ends::Well, Ends::Well];
    (0..count)
        .map(|n| Case {
            n,
            total: dice.random_range(3..20),
            go: dice.random_bool(0.7),
            task: dice.random_bool(0.7),
            there: dice.random_bool(0.6),
            ends: ends[dice.random_range(0..ends.len())],
        })
        .collect()
}

fn step(key: &str, run: Value, then: Option<&str>, fails: Option<&str>) -> Value {
    json!({"key": key, "name": key, "run": run, "onSuccess": then, "onFailure": fails})
}

fn set(key: &str, values: Value, then: Option<&str>) -> Value {
    step(key, json!({"set": {"values": values}}), then, None)
}

fn act(key: &str, action_type: &str, data: Value, then: Option<&str>, fails: Option<&str>) -> Value {
    let action = json!({"agent": AGENT, "actionType": action_type, "actionData": data});
    step(key, json!({"action": action}), then, fails)
}

fn choose(key: &str, left: &str, operator: &str, right: Value, ways: [&str; 2]) -> Value {
    let when = json!({"compare": {"left": left, "operator": operator, "right": right}});
    step(key, json!({"condition": {"when": when, "onTrue": ways[0], "onFalse": ways[1]}}), None, None)
}

fn definition() -> Value {
    let meet = Some("meet");
    let question = json!({"approval": {"agent": AGENT, "question": "Go on with case {{ input.n }}?",
        "details": {"case": "{{ input.n }}", "answer": "{{ input.go }}"}}});
    let mut ask = step("ask", question, Some("agreed"), Some("refused"));
    // Never reached: its timer waits beside the others.
    ask["timeoutSeconds"] = json!(3600);
    let read = json!({"recordId": "{{ input.record }}"});
    let mut read = act("read", "read_data", read, meet, Some("missing"));
    read["retry"] = json!({"maxAttempts": 2, "backoffSeconds": 1});
    let last = json!({
        "n": "{{ input.n }}", "total": "{{ steps.sum.output.total }}", "asked": "{{ steps.ask.status }}",
        "task": "{{ steps.task.status }}", "read": "{{ steps.read.status }}",
        "note": "{{ steps.note.output.actionData.title }}",
    });
    let note = json!({"title": "note {{ input.n }}", "body": "It is {{ steps.sum.output.total }}."});
    let task = json!({"title": "task {{ input.n }}", "description": "{{ input.task }}"});
    let no_task = json!({"title": "no task {{ input.n }}", "body": "{{ steps.task.error }}"});
    let fork = json!({"parallel": {"branches": ["ask", "task", "read", "pause"], "join": "meet"}});
    let steps = vec![
        set("sum", json!({"total": "{{ input.a + input.b }}"}), Some("size")),
        choose("size", "{{ steps.sum.output.total }}", "greater_than", json!(10), ["big", "note"]),
        set("big", json!({"is": "big"}), Some("note")),
        act("note", "create_note", note, Some("log"), None),
        act("log", "log_activity", json!({"message": "case {{ input.n }}"}), Some("fork"), None),
        step("fork", fork, None, Some("sorry")),
        ask,
        act("agreed", "log_activity", json!({"message": "agreed {{ input.n }}"}), meet, None),
        set("refused", json!({"why": "{{ steps.ask.error }}"}), meet),
        act("task", "create_task", task, meet, Some("no_task")),
        act("no_task", "create_note", no_task, meet, None),
        read,
        set("missing", json!({"why": "{{ steps.read.error }}"}), meet),
        step("pause", json!({"wait": {"seconds": 1}}), Some("after"), None),
        act("after", "read_data", json!({"recordId": "{{ input.check }}"}), meet, None),
        step("meet", json!({"join": {}}), Some("check"), None),
        choose("check", "{{ input.ends }}", "equals", json!("well"), ["last", "strict"]),
        act("strict", "read_data", json!({"recordId": GONE}), None, None),
        set("last", last, None),
        set("sorry", json!({"why": "{{ steps.after.error }}"}), None),
    ];
    json!({"start": "sum", "steps": steps})
}

impl Case {
    fn expected(&self) -> Expected {
        const OK: (&str, i64) = ("completed", 1);
        const NOT: (&str, i64) = ("failed", 1);
        let mut sure = BTreeMap::from(["sum", "size", "note", "log", "pause"].map(|key| (key, OK)));
        if self.total > 10 {
            sure.insert("big", OK);
        }
        if self.ends == Ends::Early {
            sure.extend([("fork", NOT), ("after", NOT), ("sorry", OK)]);
            return Expected { status: "completed", sure, perhaps: &INSIDE[..7] };
        }
        sure.extend([("fork", OK), ("after", OK), ("meet", OK), ("check", OK)]);
        sure.extend(if self.go { [("ask", OK), ("agreed", OK)] } else { [("ask", NOT), ("refused", OK)] });
        match self.task {
            true => sure.extend([("task", OK)]),
            false => sure.extend([("task", NOT), ("no_task", OK)]),
        }
        match self.there {
            true => sure.extend([("read", OK)]),
            false => sure.extend([("read", ("failed", 2)), ("missing", OK)]),
        }
        let (status, last) = match self.ends {
            Ends::Well => ("completed", ("last", OK)),
            _ => ("failed", ("strict", NOT)),
        };
        sure.extend([last]);
        Expected { status, sure, perhaps: &[] }
    }

    /// Whether this is what the execution gave or said.
    fn gave(&self, output: Option<&str>, error: Option<&str>) -> bool {
        let output: Option<Value> = output.map(|text| serde_json::from_str(text).unwrap());
        let word = |well: bool| if well { "completed" } else { "failed" };
        match self.ends {
            Ends::Badly => {
                output.is_none() && error.is_some_and(|text| text.starts_with("strict: There is no"))
            }
            Ends::Early => {
                let why = output.as_ref().and_then(|output| output["why"].as_str());
                error.is_none() && why.is_some_and(|why| why.starts_with("There is no record"))
            }
            Ends::Well => {
                let (asked, task, read) = (word(self.go), word(self.task), word(self.there));
                let all = json!({"n": self.n, "total": self.total, "asked": asked, "task": task, "read": read,
                    "note": format!("note {}", self.n)});
                error.is_none() && output == Some(all)
            }
        }
    }
}

/// Waits until nothing of the workspace is open or due any more. Whoever decides has to be at it meanwhile.
pub async fn settled(db: &Db, stage: &Stage, limit: Duration, name: &str) {
    let began = Instant::now();
    loop {
        let left = left(db, stage).await;
        if left.is_empty() {
            return;
        }
        assert!(began.elapsed() < limit, "{name}: still open after {limit:?}:\n{}", left.join("\n"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Executions that have not ended, with what they wait for, and the jobs that would take them further.
async fn left(db: &Db, stage: &Stage) -> Vec<String> {
    type Open = (Uuid, String, Option<String>, Option<String>, Option<String>, Option<String>);
    let open = "SELECT e.id, e.status, s.step_key, s.waits_for, a.status, a.outcome \
        FROM agent_workflow_executions e LEFT JOIN agent_workflow_steps s ON s.execution_id = e.id \
        AND s.status IN ('pending', 'running', 'waiting') LEFT JOIN agent_pending_actions a \
        ON a.id = s.approval_id WHERE e.workspace_id = $1 AND e.finished_at IS NULL ORDER BY e.id, s.seq LIMIT 40";
    let jobs = "SELECT kind, state, payload, last_error FROM jobs WHERE state IN ('ready', 'running') \
        AND (kind IN ('execution.advance', 'execution.cancel', 'action.perform') \
        OR (kind = 'execution.timer' AND run_at <= $1)) LIMIT 20";
    let now = db.now().await.unwrap();
    let mut conn = db.read().await.unwrap();
    let open: Vec<Open> = conn.fetch_all(open, args![stage.workspace]).await.unwrap();
    let jobs: Vec<(String, String, String, Option<String>)> = conn.fetch_all(jobs, args![now]).await.unwrap();
    open.iter().map(|row| format!("{row:?}")).chain(jobs.iter().map(|row| format!("{row:?}"))).collect()
}
