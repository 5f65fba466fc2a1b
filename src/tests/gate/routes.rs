//! Every route of the API and every server function, with who may use it: the one table behind the suites that go
//! over all of them. What has no row here fails `every_route_has_its_row`.

use crate::support::app::{App, BASE, Jobs, apps};
use axum::http::Method;
use countersign::domain::member::Role::{self, Admin, Operator, Owner, Reviewer, Viewer};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the id of a call names. The suites make one for each call that may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    Nothing,
    Pending,
    /// Approved, and its hold is not over.
    Held,
    /// Approved, and its agent may take it.
    Claimable,
    Claimed,
    Failed,
    Agent,
    Team,
    /// A team and an agent in it.
    Membership,
    Record,
    /// From the operator to the agent.
    Message,
    /// A memory that the agent keeps to itself.
    Memory,
    Member,
    /// A token of an agent.
    Token,
    Webhook,
    /// A notice that was delivered to a webhook.
    Delivery,
    /// A type of the workspace's own; its id is its name.
    ActionType,
    /// A saved view that its owner keeps to themselves.
    View,
    /// A notification of its owner's.
    Notification,
    /// A browser in which its owner gets notifications.
    Browser,
    /// The link of an e-mail to its owner; its id is its token.
    Link,
    /// A suggestion of trust.
    Suggestion,
    /// A suggestion that was accepted.
    Grant,
    Workspace,
    /// Published, and agents may start it.
    Workflow,
    /// It waits for an hour.
    Execution,
}

/// A thing that a call is about.
#[derive(Clone, Debug)]
pub struct Thing {
    pub id: String,
    /// The thing as the API gives it.
    pub value: Value,
}

pub struct Row {
    /// Method, path with `{id}`, and a query if the id is there.
    pub call: &'static str,
    /// The members who may.
    pub roles: &'static [Role],
    /// Whether an agent with every scope that agents may have may.
    pub agent: bool,
    pub about: About,
    /// The answers to an id of another workspace, which are those to one of nobody.
    pub elsewhere: &'static [u16],
    /// What a member gets who may not.
    pub refused: u16,
    /// Whom it lets in is decided by what is sent, not by a credential.
    pub is_open: bool,
    /// It ends the credential that it is called with.
    pub ends: bool,
    /// Only the agent that asked may, so that people who hold the permission get 403 for an id of their workspace.
    pub agents_own: bool,
    pub body: fn(&Thing) -> Value,
}

const ALL: &[Role] = &[Owner, Admin, Operator, Reviewer, Viewer];
const DECIDE: &[Role] = &[Owner, Admin, Operator, Reviewer];
const ADMIN: &[Role] = &[Owner, Admin];
const WORK: &[Role] = &[Owner, Admin, Operator];
const OWNER: &[Role] = &[Owner];
const NOBODY: &[Role] = &[];

fn none(_: &Thing) -> Value {
    Value::Null
}

fn empty(_: &Thing) -> Value {
    json!({})
}

const ROW: Row = Row {
    call: "",
    roles: ALL,
    agent: false,
    about: About::Nothing,
    elsewhere: &[404],
    refused: 403,
    is_open: false,
    ends: false,
    agents_own: false,
    body: none,
};

fn a_task() -> Value {
    json!({"actionType": "create_task", "actionData": {"title": "Send the quote"}})
}

/// Keys of a browser: those of the example of RFC 8291.
pub const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
pub const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn a_browser(thing: &Thing) -> Value {
    let endpoint = format!("https://push.example.test/{}", thing.id);
    json!({"endpoint": endpoint, "p256dh": P256DH, "auth": AUTH, "browser": "Firefox on Linux"})
}

fn with(mut value: Value, key: &str, other: &str) -> Value {
    value[key] = json!(other);
    value
}

pub const ROWS: &[Row] = &[
    Row { call: "POST /actions", roles: WORK, agent: true, body: |_| a_task(), ..ROW },
    Row {
        call: "POST /actions",
        roles: WORK,
        agent: true,
        about: About::Team,
        elsewhere: &[422],
        body: |thing| with(a_task(), "teamId", &thing.id),
        ..ROW
    },
    // An agent's own token names no other agent: 403 whichever id it is.
    Row {
        call: "POST /actions",
        roles: WORK,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| with(a_task(), "agentId", &thing.id),
        ..ROW
    },
    Row { call: "GET /approvals", agent: true, ..ROW },
    Row {
        call: "GET /approvals?status=all&teamId={id}",
        agent: true,
        about: About::Team,
        elsewhere: &[200],
        ..ROW
    },
    Row {
        call: "GET /approvals?status=all&agentId={id}",
        agent: true,
        about: About::Agent,
        elsewhere: &[200],
        ..ROW
    },
    Row { call: "POST /approvals", roles: WORK, agent: true, body: |_| a_task(), ..ROW },
    Row {
        call: "POST /approvals",
        roles: WORK,
        agent: true,
        about: About::Team,
        elsewhere: &[422],
        body: |thing| with(a_task(), "teamId", &thing.id),
        ..ROW
    },
    Row { call: "GET /approvals/{id}", agent: true, about: About::Pending, ..ROW },
    Row {
        call: "POST /approvals/{id}",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"approved": true, "argsHash": thing.value["argsHash"]}),
        ..ROW
    },
    Row {
        call: "POST /approvals/bulk",
        roles: DECIDE,
        about: About::Pending,
        elsewhere: &[200],
        body: |thing| json!({"approved": false, "reviewNotes": "No", "items": [{"id": thing.id, "argsHash": thing.value["argsHash"]}]}),
        ..ROW
    },
    Row { call: "POST /approvals/{id}/undo", roles: DECIDE, about: About::Held, ..ROW },
    Row {
        call: "POST /approvals/{id}/withdraw",
        roles: WORK,
        agent: true,
        about: About::Pending,
        agents_own: true,
        body: empty,
        ..ROW
    },
    Row {
        call: "POST /approvals/{id}/extend",
        roles: DECIDE,
        about: About::Pending,
        body: |_| json!({"seconds": 600}),
        ..ROW
    },
    Row { call: "POST /approvals/{id}/claim", roles: NOBODY, agent: true, about: About::Claimable, ..ROW },
    Row {
        call: "POST /approvals/{id}/outcome",
        roles: WORK,
        agent: true,
        about: About::Claimed,
        body: |_| json!({"status": "succeeded"}),
        ..ROW
    },
    Row { call: "POST /approvals/{id}/retry", roles: DECIDE, about: About::Failed, ..ROW },
    Row {
        call: "POST /approvals/{id}/attend",
        roles: DECIDE,
        about: About::Pending,
        body: |_| json!({"takeOver": true}),
        ..ROW
    },
    Row { call: "POST /approvals/{id}/leave", roles: DECIDE, about: About::Pending, ..ROW },
    Row { call: "POST /approvals/{id}/open", agent: true, about: About::Pending, ..ROW },
    Row { call: "GET /approvals/opened", agent: true, ..ROW },
    Row {
        call: "GET /approvals/opened?ids={id}",
        agent: true,
        about: About::Pending,
        elsewhere: &[200],
        ..ROW
    },
    Row {
        call: "POST /approvals/{id}/snooze",
        roles: DECIDE,
        about: About::Pending,
        body: |_| json!({"seconds": 600}),
        ..ROW
    },
    Row { call: "POST /approvals/{id}/wake", roles: DECIDE, about: About::Pending, ..ROW },
    Row { call: "GET /approvals/{id}/comments", agent: true, about: About::Pending, ..ROW },
    Row {
        call: "POST /approvals/{id}/comments",
        roles: DECIDE,
        agent: true,
        about: About::Pending,
        body: |_| json!({"text": "Whose budget is it?"}),
        ..ROW
    },
    Row { call: "GET /approvals/{id}/evidence", agent: true, about: About::Pending, ..ROW },
    Row { call: "GET /audit", agent: true, ..ROW },
    Row { call: "GET /audit?format=csv", agent: true, ..ROW },
    Row {
        call: "GET /audit?format=ndjson&approvalId={id}",
        agent: true,
        about: About::Pending,
        elsewhere: &[200],
        ..ROW
    },
    Row { call: "GET /audit?actorId={id}", agent: true, about: About::Agent, elsewhere: &[200], ..ROW },
    // With a query: what stands at `/metrics` beside the API is another thing.
    Row { call: "GET /metrics?range=today", agent: true, ..ROW },
    Row { call: "GET /metrics?department=sales&range=30d&tz=Europe/Vienna", agent: true, ..ROW },
    Row { call: "GET /audit/{team_id}", agent: true, about: About::Team, ..ROW },
    Row { call: "GET /audit/chain", agent: true, ..ROW },
    Row { call: "GET /audit/chain/verify", agent: true, ..ROW },
    Row { call: "GET /audit/checkpoints", agent: true, ..ROW },
    Row { call: "POST /audit/checkpoints", roles: ADMIN, ..ROW },
    Row { call: "GET /audit/public-key", agent: true, is_open: true, ..ROW },
    Row { call: "GET /agents", ..ROW },
    Row {
        call: "POST /agents",
        roles: WORK,
        body: |thing| json!({"name": format!("New {}", thing.id)}),
        ..ROW
    },
    Row { call: "GET /agents/{id}", about: About::Agent, ..ROW },
    Row {
        call: "PATCH /agents/{id}",
        roles: WORK,
        about: About::Agent,
        body: |_| json!({"description": "Changed"}),
        ..ROW
    },
    Row { call: "DELETE /agents/{id}", roles: WORK, about: About::Agent, ..ROW },
    Row { call: "GET /teams", agent: true, ..ROW },
    Row {
        call: "POST /teams",
        roles: WORK,
        body: |thing| json!({"name": format!("New {}", thing.id), "department": "sales"}),
        ..ROW
    },
    Row { call: "GET /teams/{id}", agent: true, about: About::Team, ..ROW },
    Row {
        call: "PATCH /teams/{id}",
        roles: WORK,
        about: About::Team,
        body: |_| json!({"description": "Changed"}),
        ..ROW
    },
    Row { call: "DELETE /teams/{id}", roles: WORK, about: About::Team, ..ROW },
    Row { call: "GET /teams/{id}/config", agent: true, about: About::Team, ..ROW },
    Row {
        call: "PUT /teams/{id}/config",
        roles: WORK,
        about: About::Team,
        body: |_| json!({"concurrentTasks": 2}),
        ..ROW
    },
    Row { call: "GET /teams/{id}/members", agent: true, about: About::Membership, ..ROW },
    Row {
        call: "POST /teams/{id}/members",
        roles: WORK,
        about: About::Membership,
        body: |thing| json!({"agentId": thing.value["spare"]}),
        ..ROW
    },
    Row {
        call: "DELETE /teams/{id}/members",
        roles: WORK,
        about: About::Membership,
        body: |thing| json!({"agentId": thing.value["agentId"]}),
        ..ROW
    },
    Row { call: "GET /records", agent: true, ..ROW },
    // Agents change records by actions, which pass the gate.
    Row {
        call: "POST /records",
        roles: WORK,
        body: |_| json!({"kind": "contact", "title": "Ada", "data": {"company": "Northwind"}}),
        ..ROW
    },
    Row { call: "GET /records/{id}", agent: true, about: About::Record, ..ROW },
    Row {
        call: "PATCH /records/{id}",
        roles: WORK,
        about: About::Record,
        body: |_| json!({"data": {"company": "Contoso"}}),
        ..ROW
    },
    Row { call: "DELETE /records/{id}", roles: WORK, about: About::Record, ..ROW },
    Row { call: "GET /messages", agent: true, ..ROW },
    Row { call: "GET /messages?threads=true", agent: true, ..ROW },
    Row {
        call: "POST /messages",
        roles: WORK,
        agent: true,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| json!({"toAgentId": thing.id, "subject": "Quote", "content": "Which price list?"}),
        ..ROW
    },
    // An inbox is an agent's.
    Row { call: "POST /messages/take", roles: NOBODY, agent: true, body: empty, ..ROW },
    Row { call: "GET /messages/{id}", agent: true, about: About::Message, ..ROW },
    Row {
        call: "POST /messages/{id}/acknowledge",
        roles: NOBODY,
        agent: true,
        about: About::Message,
        body: |_| json!({"status": "processed"}),
        ..ROW
    },
    Row {
        call: "POST /messages/{id}/redeliver",
        roles: WORK,
        about: About::Message,
        body: |thing| json!({"agentId": thing.value["toAgentId"]}),
        ..ROW
    },
    Row { call: "GET /memory", agent: true, ..ROW },
    Row { call: "GET /memory?teamId={id}", agent: true, about: About::Team, elsewhere: &[200], ..ROW },
    Row { call: "GET /memory?agentId={id}", agent: true, about: About::Agent, elsewhere: &[200], ..ROW },
    Row {
        call: "POST /memory",
        roles: WORK,
        agent: true,
        body: |_| json!({"content": "Ada prefers mail", "tags": ["ada"]}),
        ..ROW
    },
    // An agent names no team that it is not in, and no other agent (403 whichever id it is).
    Row {
        call: "POST /memory",
        roles: WORK,
        agent: true,
        about: About::Team,
        elsewhere: &[422],
        body: |thing| json!({"content": "Ada prefers mail", "teamId": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /memory",
        roles: WORK,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| json!({"content": "Ada prefers mail", "agentId": thing.id}),
        ..ROW
    },
    Row { call: "GET /memory/{id}", agent: true, about: About::Memory, ..ROW },
    Row {
        call: "PATCH /memory/{id}",
        roles: WORK,
        agent: true,
        about: About::Memory,
        body: |_| json!({"importance": 70}),
        ..ROW
    },
    Row { call: "DELETE /memory/{id}", roles: WORK, agent: true, about: About::Memory, ..ROW },
    Row {
        call: "POST /memory/{id}/share",
        roles: WORK,
        agent: true,
        about: About::Memory,
        body: empty,
        ..ROW
    },
    Row {
        call: "POST /memory/recall",
        roles: WORK,
        agent: true,
        body: |_| json!({"query": "Ada mail"}),
        ..ROW
    },
    Row { call: "GET /models", ..ROW },
    Row { call: "GET /models/limits", ..ROW },
    Row { call: "PUT /models/limits", roles: ADMIN, body: empty, ..ROW },
    Row { call: "GET /agents/{id}/profile", about: About::Agent, ..ROW },
    Row { call: "PUT /agents/{id}/profile", roles: WORK, about: About::Agent, body: empty, ..ROW },
    Row {
        call: "POST /route",
        roles: WORK,
        agent: true,
        body: |_| json!({"objective": "Judge a lead"}),
        ..ROW
    },
    Row {
        call: "POST /delegate",
        roles: WORK,
        agent: true,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| json!({"agentId": thing.id, "objective": "Judge a lead"}),
        ..ROW
    },
    Row {
        call: "POST /teams/{id}/run",
        roles: WORK,
        agent: true,
        about: About::Team,
        body: |_| json!({"objective": "Judge a lead"}),
        ..ROW
    },
    Row { call: "GET /teams/templates", agent: true, ..ROW },
    Row {
        call: "POST /teams/templates",
        roles: WORK,
        body: |thing| json!({"template": "sales", "name": format!("New {}", thing.id)}),
        ..ROW
    },
    Row { call: "GET /workflows", agent: true, ..ROW },
    // People make workflows; agents start what says that they may.
    Row {
        call: "POST /workflows",
        roles: WORK,
        body: |thing| json!({"name": format!("New {}", thing.id), "definition": {"start": "a", "steps": []}}),
        ..ROW
    },
    Row {
        call: "POST /workflows",
        roles: WORK,
        about: About::Team,
        elsewhere: &[422],
        body: |thing| json!({"name": format!("New {}", thing.id), "teamId": thing.id, "definition": {"start": "a", "steps": []}}),
        ..ROW
    },
    Row { call: "GET /workflows/templates", agent: true, ..ROW },
    Row {
        call: "POST /workflows/templates",
        roles: WORK,
        body: |thing| json!({"template": "lead-to-customer", "name": format!("New {}", thing.id)}),
        ..ROW
    },
    Row { call: "GET /workflows/{id}", agent: true, about: About::Workflow, ..ROW },
    Row {
        call: "PATCH /workflows/{id}",
        roles: WORK,
        about: About::Workflow,
        body: |_| json!({"description": "Changed"}),
        ..ROW
    },
    Row { call: "DELETE /workflows/{id}", roles: WORK, about: About::Workflow, ..ROW },
    Row { call: "GET /workflows/{id}/export", agent: true, about: About::Workflow, ..ROW },
    Row { call: "GET /workflows/{id}/export?format=json", agent: true, about: About::Workflow, ..ROW },
    Row { call: "GET /workflows/{id}/versions", agent: true, about: About::Workflow, ..ROW },
    Row {
        call: "POST /workflows/{id}/versions",
        roles: WORK,
        about: About::Workflow,
        body: |_| json!({"note": "Again"}),
        ..ROW
    },
    Row {
        call: "POST /workflows/{id}/execute",
        roles: WORK,
        agent: true,
        about: About::Workflow,
        body: empty,
        ..ROW
    },
    Row { call: "GET /workflows/{id}/secret", agent: true, about: About::Workflow, ..ROW },
    // Refused to who may, because no webhook starts this one: a secret's making is in `hooks`.
    Row { call: "POST /workflows/{id}/secret", roles: WORK, about: About::Workflow, ..ROW },
    // Nobody signs these.
    Row { call: "POST /api/hooks/{id}", agent: true, is_open: true, body: empty, ..ROW },
    Row { call: "GET /workflows/executions", agent: true, ..ROW },
    Row {
        call: "GET /workflows/executions?workflowId={id}",
        agent: true,
        about: About::Workflow,
        elsewhere: &[200],
        ..ROW
    },
    Row {
        call: "GET /workflows/executions?teamId={id}",
        agent: true,
        about: About::Team,
        elsewhere: &[200],
        ..ROW
    },
    Row { call: "GET /workflows/executions/{id}", agent: true, about: About::Execution, ..ROW },
    Row {
        call: "PATCH /workflows/executions/{id}",
        roles: WORK,
        agent: true,
        about: About::Execution,
        body: |_| json!({"action": "cancel", "reason": "No use"}),
        ..ROW
    },
    Row { call: "GET /notifications", ..ROW },
    Row { call: "GET /notifications?unread=true", ..ROW },
    Row { call: "POST /notifications/read", body: |_| json!({"all": true}), ..ROW },
    // Of somebody else's nothing is read, and nothing is said.
    Row {
        call: "POST /notifications/read",
        about: About::Notification,
        elsewhere: &[200],
        body: |thing| json!({"ids": [thing.id]}),
        ..ROW
    },
    Row { call: "GET /notifications/push-key", ..ROW },
    Row { call: "GET /notifications/push", ..ROW },
    Row { call: "POST /notifications/push", body: a_browser, ..ROW },
    // The owner's own, as their views are.
    Row {
        call: "POST /notifications/push/{id}/test",
        roles: OWNER,
        refused: 404,
        about: About::Browser,
        ..ROW
    },
    Row { call: "DELETE /notifications/push/{id}", roles: OWNER, refused: 404, about: About::Browser, ..ROW },
    Row { call: "GET /views", ..ROW },
    Row {
        call: "POST /views",
        body: |thing| json!({"name": format!("New {}", thing.id), "query": "riskLevel=high"}),
        ..ROW
    },
    // The owner's own: nobody else sees it, whatever their role.
    Row {
        call: "PATCH /views/{id}",
        roles: OWNER,
        refused: 404,
        about: About::View,
        body: |thing| json!({"name": format!("Changed {}", thing.id)}),
        ..ROW
    },
    Row { call: "DELETE /views/{id}", roles: OWNER, refused: 404, about: About::View, ..ROW },
    Row { call: "GET /trust", agent: true, ..ROW },
    Row {
        call: "GET /trust?status=all&teamId={id}",
        agent: true,
        about: About::Team,
        elsewhere: &[200],
        ..ROW
    },
    Row { call: "GET /trust/{id}", agent: true, about: About::Suggestion, ..ROW },
    Row { call: "POST /trust/{id}/accept", roles: ADMIN, about: About::Suggestion, ..ROW },
    Row {
        call: "POST /trust/{id}/decline",
        roles: ADMIN,
        about: About::Suggestion,
        body: |_| json!({"reason": "Not yet"}),
        ..ROW
    },
    Row {
        call: "POST /trust/{id}/revoke",
        roles: WORK,
        about: About::Grant,
        body: |_| json!({"reason": "The prices change"}),
        ..ROW
    },
    Row { call: "GET /events", agent: true, ..ROW },
    // The server functions.
    Row { call: "POST /api/fn/audit/chain", agent: true, body: empty, ..ROW },
    Row { call: "POST /api/fn/audit/verify", agent: true, body: |_| json!({"from": {}}), ..ROW },
    Row { call: "POST /api/fn/audit/checkpoint", roles: ADMIN, body: empty, ..ROW },
    Row { call: "POST /api/fn/account/me", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/actions/submit",
        roles: WORK,
        agent: true,
        body: |_| json!({"input": a_task()}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/actions/submit",
        roles: WORK,
        agent: true,
        about: About::Team,
        elsewhere: &[422],
        body: |thing| json!({"input": with(a_task(), "teamId", &thing.id)}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/list",
        agent: true,
        body: |_| json!({"filter": {"status": "all"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/list",
        agent: true,
        about: About::Team,
        elsewhere: &[200],
        body: |thing| json!({"filter": {"status": "all", "teamId": thing.id}}),
        ..ROW
    },
    Row { call: "POST /api/fn/approvals/count", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/approvals/row",
        agent: true,
        about: About::Pending,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/get",
        agent: true,
        about: About::Pending,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/open",
        agent: true,
        about: About::Pending,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/opened",
        agent: true,
        about: About::Pending,
        elsewhere: &[200],
        body: |thing| json!({"ids": [thing.id]}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/snooze",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"id": thing.id, "input": {"seconds": 600}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/wake",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/attend",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"id": thing.id, "input": {"takeOver": true}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/leave",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/comments",
        agent: true,
        about: About::Pending,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/comment",
        roles: DECIDE,
        agent: true,
        about: About::Pending,
        body: |thing| json!({"id": thing.id, "input": {"text": "Whose budget is it?", "audience": "everyone"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/decide",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"id": thing.id, "input": {"approved": true, "argsHash": thing.value["argsHash"]}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/bulk",
        roles: DECIDE,
        about: About::Pending,
        elsewhere: &[200],
        body: |thing| json!({"input": {"approved": true, "picked": [format!("{}.{}", thing.id, thing.value["argsHash"].as_str().unwrap_or_default())]}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/undo",
        roles: DECIDE,
        about: About::Held,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/extend",
        roles: DECIDE,
        about: About::Pending,
        body: |thing| json!({"id": thing.id, "input": {"seconds": 600}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/withdraw",
        roles: WORK,
        agent: true,
        about: About::Pending,
        agents_own: true,
        body: |thing| json!({"id": thing.id, "input": {}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/claim",
        roles: NOBODY,
        agent: true,
        about: About::Claimable,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/outcome",
        roles: WORK,
        agent: true,
        about: About::Claimed,
        body: |thing| json!({"id": thing.id, "input": {"status": "succeeded"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/approvals/retry",
        roles: DECIDE,
        about: About::Failed,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/audit/list", agent: true, body: |_| json!({"filter": {}}), ..ROW },
    Row { call: "POST /api/fn/metrics/read", agent: true, body: |_| json!({"filter": {}}), ..ROW },
    Row {
        call: "POST /api/fn/audit/list",
        agent: true,
        about: About::Pending,
        elsewhere: &[200],
        body: |thing| json!({"filter": {"approvalId": thing.id}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/sign-in",
        is_open: true,
        body: |_| json!({"input": {"email": "nobody@example.test", "password": "not the right one"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/account/sign-out", ends: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/account/set-up",
        is_open: true,
        body: |_| json!({"input": {"token": "none", "workspace": "Mine", "name": "Eve", "email": "eve@example.test", "password": "a long enough password"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/set-up-link",
        is_open: true,
        body: |_| json!({"token": "none"}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/switch-workspace",
        about: About::Workspace,
        elsewhere: &[404, 409],
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/change-password",
        ends: true,
        body: |_| json!({"input": {"current": "not the right one", "new": "a long enough password"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/set-hold-seconds",
        body: |_| json!({"input": {"holdSeconds": 10}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/set-preferences",
        body: |_| json!({"input": {"shortcuts": true}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/account/set-preferences",
        body: |_| json!({"input": {"density": "compact", "direction": "ltr", "timeZone": "Europe/Vienna"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/account/time-zones", body: empty, ..ROW },
    Row { call: "POST /api/fn/account/set-theme", body: |_| json!({"theme": "dark"}), ..ROW },
    Row { call: "POST /api/fn/action-types/list", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/action-types/get",
        about: About::ActionType,
        body: |thing| json!({"name": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/action-types/reclass",
        roles: ADMIN,
        body: |_| json!({"name": "create_note", "input": {"riskLevel": "medium"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/action-types/create",
        roles: ADMIN,
        body: |thing| json!({"input": {"name": format!("own.n{}", thing.id.replace('-', "")), "title": "New", "riskLevel": "low", "executor": "agent"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/action-types/patch",
        roles: ADMIN,
        about: About::ActionType,
        body: |thing| json!({"name": thing.id, "input": {"title": "Changed"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/action-types/delete",
        roles: ADMIN,
        about: About::ActionType,
        body: |thing| json!({"name": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/agents/list", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/agents/get",
        about: About::Agent,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/create",
        roles: WORK,
        body: |thing| json!({"input": {"name": format!("New {}", thing.id)}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/patch",
        roles: WORK,
        about: About::Agent,
        body: |thing| json!({"id": thing.id, "input": {"description": "Changed"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/delete",
        roles: WORK,
        about: About::Agent,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/members/list", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/members/create",
        roles: ADMIN,
        body: |thing| json!({"input": {"email": format!("{}@example.test", thing.id), "name": "New", "role": "viewer", "password": "a long enough password"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/members/patch",
        roles: ADMIN,
        about: About::Member,
        body: |thing| json!({"id": thing.id, "input": {"role": "operator"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/messages/list", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/messages/get",
        agent: true,
        about: About::Message,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/messages/send",
        roles: WORK,
        agent: true,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| json!({"input": {"toAgentId": thing.id, "subject": "Quote", "content": "Which price list?"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/messages/take", roles: NOBODY, agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/messages/acknowledge",
        roles: NOBODY,
        agent: true,
        about: About::Message,
        body: |thing| json!({"id": thing.id, "input": {"status": "processed"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/messages/redeliver",
        roles: WORK,
        about: About::Message,
        body: |thing| json!({"id": thing.id, "input": {"agentId": thing.value["toAgentId"]}}),
        ..ROW
    },
    Row { call: "POST /api/fn/records/list", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/records/get",
        agent: true,
        about: About::Record,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/records/create",
        roles: WORK,
        body: |_| json!({"input": {"kind": "contact", "title": "Ada", "data": {"company": "Northwind"}}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/records/patch",
        roles: WORK,
        about: About::Record,
        body: |thing| json!({"id": thing.id, "input": {"data": {"company": "Contoso"}}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/records/delete",
        roles: WORK,
        about: About::Record,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/memory/list", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/memory/get",
        agent: true,
        about: About::Memory,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/memory/create",
        roles: WORK,
        agent: true,
        body: |_| json!({"input": {"content": "Ada prefers mail"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/memory/patch",
        roles: WORK,
        agent: true,
        about: About::Memory,
        body: |thing| json!({"id": thing.id, "input": {"importance": 70}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/memory/share",
        roles: WORK,
        agent: true,
        about: About::Memory,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/memory/delete",
        roles: WORK,
        agent: true,
        about: About::Memory,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/memory/recall",
        roles: WORK,
        agent: true,
        body: |_| json!({"input": {"query": "Ada mail"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/profile",
        about: About::Agent,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/set-profile",
        roles: WORK,
        about: About::Agent,
        body: |thing| json!({"id": thing.id, "input": {}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/playbook",
        about: About::Agent,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/agents/save-profile",
        roles: WORK,
        about: About::Agent,
        body: |thing| json!({"id": thing.id, "input": {"instructions": "Ask first"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/models/get", body: empty, ..ROW },
    Row { call: "POST /api/fn/models/limits", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/models/set-limits",
        roles: ADMIN,
        body: |_| json!({"input": {"callsPerDay": 500}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/tasks/route",
        roles: WORK,
        agent: true,
        body: |_| json!({"input": {"objective": "Judge a lead"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/tasks/delegate",
        roles: WORK,
        agent: true,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| json!({"input": {"agentId": thing.id, "objective": "Judge a lead"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/run",
        roles: WORK,
        agent: true,
        about: About::Team,
        body: |thing| json!({"id": thing.id, "input": {"objective": "Judge a lead"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/teams/templates", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/teams/from-template",
        roles: WORK,
        body: |thing| json!({"input": {"template": "sales", "name": format!("New {}", thing.id)}}),
        ..ROW
    },
    Row { call: "POST /api/fn/workflows/list", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workflows/get",
        agent: true,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/text",
        agent: true,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/create",
        roles: WORK,
        body: |thing| json!({"input": {"name": format!("New {}", thing.id), "definition": {"start": "a", "steps": []}}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/create-text",
        roles: WORK,
        body: |thing| json!({"input": {"name": format!("New {}", thing.id), "text": "start: a\nsteps: []\n"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/patch",
        roles: WORK,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id, "input": {"description": "Changed"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/save-text",
        roles: WORK,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id, "text": "start: a\nsteps: []\n"}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/delete",
        roles: WORK,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/versions",
        agent: true,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/publish",
        roles: WORK,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id, "input": {"note": "Again"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/workflows/templates", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workflows/from-template",
        roles: WORK,
        body: |thing| json!({"input": {"template": "lead-to-customer", "name": format!("New {}", thing.id)}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/execute",
        roles: WORK,
        agent: true,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id, "input": {}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/hook",
        agent: true,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/workflows/secret",
        roles: WORK,
        about: About::Workflow,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/executions/list", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/executions/get",
        agent: true,
        about: About::Execution,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/executions/change",
        roles: WORK,
        agent: true,
        about: About::Execution,
        body: |thing| json!({"id": thing.id, "input": {"action": "cancel"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/teams/list", agent: true, body: empty, ..ROW },
    Row {
        call: "POST /api/fn/teams/get",
        agent: true,
        about: About::Team,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/create",
        roles: WORK,
        body: |thing| json!({"input": {"name": format!("New {}", thing.id), "department": "sales"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/create-blank",
        roles: WORK,
        about: About::Agent,
        elsewhere: &[422],
        body: |thing| json!({"input": {"name": format!("New {}", thing.id), "department": "sales", "agents": [thing.id]}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/patch",
        roles: WORK,
        about: About::Team,
        body: |thing| json!({"id": thing.id, "input": {"description": "Changed"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/freeze",
        roles: WORK,
        about: About::Team,
        body: |thing| json!({"id": thing.id, "input": {"frozen": true}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/delete",
        roles: WORK,
        about: About::Team,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/config",
        agent: true,
        about: About::Team,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/set-config",
        roles: WORK,
        about: About::Team,
        body: |thing| json!({"id": thing.id, "input": {"concurrentTasks": 2}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/save-config",
        roles: WORK,
        about: About::Team,
        body: |thing| json!({"id": thing.id, "input": {"tasksAtOnce": 2}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/members",
        agent: true,
        about: About::Membership,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/add-member",
        roles: WORK,
        about: About::Membership,
        body: |thing| json!({"id": thing.id, "input": {"agentId": thing.value["spare"]}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/teams/remove-member",
        roles: WORK,
        about: About::Membership,
        body: |thing| json!({"id": thing.id, "input": {"agentId": thing.value["agentId"]}}),
        ..ROW
    },
    Row { call: "POST /api/fn/tokens/list", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/tokens/create",
        body: |_| json!({"input": {"name": "Mine", "scopes": ["approvals:read"]}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/tokens/create",
        roles: ADMIN,
        about: About::Agent,
        body: |thing| json!({"input": {"name": "Its", "agentId": thing.id, "scopes": ["actions:submit"]}}),
        ..ROW
    },
    // Members who are no admins see their own tokens only.
    Row {
        call: "POST /api/fn/tokens/revoke",
        roles: ADMIN,
        refused: 404,
        about: About::Token,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/notifications/list", body: empty, ..ROW },
    Row { call: "POST /api/fn/notifications/count", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/notifications/read",
        about: About::Notification,
        elsewhere: &[200],
        body: |thing| json!({"input": {"ids": [thing.id]}}),
        ..ROW
    },
    Row { call: "POST /api/fn/notifications/preferences", body: empty, ..ROW },
    Row { call: "POST /api/fn/push/key", body: empty, ..ROW },
    Row { call: "POST /api/fn/push/list", body: empty, ..ROW },
    Row { call: "POST /api/fn/push/subscribe", body: |thing| json!({"input": a_browser(thing)}), ..ROW },
    Row {
        call: "POST /api/fn/push/test",
        roles: OWNER,
        refused: 404,
        about: About::Browser,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/push/remove",
        roles: OWNER,
        refused: 404,
        about: About::Browser,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/notifications/set-preferences",
        body: |_| json!({"input": {"inApp": ["outcome"], "email": []}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/notifications/follow",
        roles: OWNER,
        refused: 404,
        about: About::Link,
        body: |thing| json!({"token": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/trust/list",
        agent: true,
        body: |_| json!({"filter": {"status": "all"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/trust/get",
        agent: true,
        about: About::Suggestion,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/trust/accept",
        roles: ADMIN,
        about: About::Suggestion,
        body: |thing| json!({"id": thing.id, "version": 1}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/trust/decline",
        roles: ADMIN,
        about: About::Suggestion,
        body: |thing| json!({"id": thing.id, "input": {"reason": "Not yet"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/trust/revoke",
        roles: WORK,
        about: About::Grant,
        body: |thing| json!({"id": thing.id, "input": {"reason": "The prices change"}}),
        ..ROW
    },
    Row { call: "POST /api/fn/views/list", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/views/create",
        body: |thing| json!({"input": {"name": format!("New {}", thing.id), "query": "riskLevel=high"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/views/patch",
        roles: OWNER,
        refused: 404,
        about: About::View,
        body: |thing| json!({"id": thing.id, "input": {"name": format!("Changed {}", thing.id)}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/views/delete",
        roles: OWNER,
        refused: 404,
        about: About::View,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/webhooks/list", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/webhooks/get",
        about: About::Webhook,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/create",
        roles: ADMIN,
        body: |thing| json!({"input": {"name": format!("New {}", thing.id), "url": "https://example.test/hook"}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/patch",
        roles: ADMIN,
        about: About::Webhook,
        body: |thing| json!({"id": thing.id, "input": {"enabled": false}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/set-notices",
        roles: ADMIN,
        about: About::Webhook,
        body: |thing| json!({"id": thing.id, "input": {"notices": ["outcome"]}}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/rotate",
        roles: ADMIN,
        about: About::Webhook,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/deliveries",
        roles: ADMIN,
        about: About::Webhook,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/replay",
        roles: ADMIN,
        about: About::Delivery,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row {
        call: "POST /api/fn/webhooks/delete",
        roles: ADMIN,
        about: About::Webhook,
        body: |thing| json!({"id": thing.id}),
        ..ROW
    },
    Row { call: "POST /api/fn/workspace/get", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workspace/freeze",
        roles: ADMIN,
        body: |_| json!({"input": {"frozen": false}}),
        ..ROW
    },
    Row { call: "POST /api/fn/workspace/retention", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workspace/set-retention",
        roles: ADMIN,
        body: |_| json!({"input": {"days": 90}}),
        ..ROW
    },
    Row { call: "POST /api/fn/workspace/history", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workspace/set-history",
        roles: ADMIN,
        body: |_| json!({"input": {"days": 90}}),
        ..ROW
    },
    Row { call: "POST /api/fn/workspace/domains", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workspace/set-domains",
        roles: ADMIN,
        body: |_| json!({"input": {"domains": ["example.test"]}}),
        ..ROW
    },
    Row { call: "POST /api/fn/workspace/reasons", body: empty, ..ROW },
    Row {
        call: "POST /api/fn/workspace/set-reasons",
        roles: ADMIN,
        body: |_| json!({"input": {"reasons": "Too late\nToo much"}}),
        ..ROW
    },
];

impl Row {
    pub fn method(&self) -> Method {
        self.call.split(' ').next().unwrap().parse().unwrap()
    }

    /// The path as it was registered.
    pub fn template(&self) -> &'static str {
        let target = self.call.split(' ').nth(1).unwrap();
        target.split('?').next().unwrap()
    }

    pub fn path(&self, id: &str) -> String {
        let target = self.call.split(' ').nth(1).unwrap();
        target.replace("{id}", id).replace("{team_id}", id)
    }

    pub fn is_safe(&self) -> bool {
        self.method() == Method::GET
    }

    pub fn is_function(&self) -> bool {
        self.template().starts_with("/api/fn/")
    }

    fn names(&self) -> String {
        format!("{} {}", self.method(), self.template())
    }
}

/// The API's own description.
pub async fn document(app: &App) -> Value {
    app.nobody().get("/api/openapi.json").await.ok()
}

/// Method and path of every registered route and server function.
pub async fn registered(app: &App) -> BTreeSet<String> {
    let document = document(app).await;
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix(BASE).unwrap_or(path);
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "patch", "delete", "head", "options"].contains(&method.as_str()) {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found.extend(server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}")));
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_has_its_row() {
    let mut all = apps(Jobs::Wait).await;
    let app = all.remove(0);
    let found = registered(&app).await;
    assert!(found.len() > 30, "the routes are not registered: {found:?}");
    let known: BTreeSet<String> = ROWS.iter().map(Row::names).collect();
    let missing: Vec<_> = found.difference(&known).collect();
    assert!(missing.is_empty(), "add a row to ROWS in src/tests/gate/routes.rs for each of {missing:#?}");
    let stale: Vec<_> = known.difference(&found).collect();
    assert!(stale.is_empty(), "these rows name no route any more: {stale:#?}");
    app.stop().await;
    for app in all {
        app.stop().await;
    }
}
