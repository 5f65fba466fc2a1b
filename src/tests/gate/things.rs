//! Things that calls are about, made by the people and the agent of one workspace.

use crate::actions::{approve, queue, register};
use crate::routes::{AUTH, About, P256DH, Thing};
use crate::support::app::{Agent, App, House, text};
use chrono::TimeDelta;
use countersign::domain::canonical::sha256_hex;
use countersign::domain::member::Role;
use countersign::domain::notification::NoticeKind;
use countersign::domain::push::SubscribePush;
use countersign::server::storage::notifications::NewNotification;
use serde_json::{Value, json};

/// A workspace in which every kind of thing can be made.
pub struct Place {
    pub house: House,
    /// Asks for everything, and has no owner, so that everybody may decide.
    pub agent: Agent,
}

impl Place {
    pub async fn new(app: &App, name: &str) -> Self {
        let house = app.house(name).await;
        let agent = app.agent(&house, "agent", None).await;
        // High: its decisions are not held, so that its agent may take it at once.
        register(app, &house, "own.work", "high").await;
        Self { house, agent }
    }

    pub async fn make(&self, app: &App, about: About) -> Thing {
        let value = match about {
            About::Nothing => json!({"id": app.db.clock.id()}),
            About::Pending => self.task().await,
            About::Held => {
                let approval = self.task().await;
                approve(&self.house.second, &approval).await.ok()["approval"].clone()
            }
            About::Claimable => self.approved().await,
            About::Claimed => self.claimed().await,
            About::Failed => {
                let approval = self.claimed().await;
                let report = json!({"status": "failed", "error": "Out of paper"});
                self.agent.post(format!("/approvals/{}/outcome", text(&approval, "id")), report).await.ok()
            }
            About::Agent => self.new_agent(app).await,
            About::Team => self.new_team(app, json!({})).await,
            About::Membership => {
                let (member, spare) = (self.new_agent(app).await, self.new_agent(app).await);
                let mut team = self.new_team(app, json!({})).await;
                let place = format!("/teams/{}/members", text(&team, "id"));
                self.house.owner.post(&place, json!({"agentId": member["id"]})).await.ok();
                team["agentId"] = member["id"].clone();
                team["spare"] = spare["id"].clone();
                team
            }
            About::Record => {
                let record =
                    json!({"kind": "contact", "title": self.name(app), "data": {"company": self.name(app)}});
                self.house.owner.post("/records", record).await.ok()
            }
            About::Message => {
                let name = self.name(app);
                let message = json!({"toAgentId": self.agent.id, "subject": name, "content": name});
                self.house.operator.post("/messages", message).await.ok()
            }
            About::Workflow => self.workflow(app).await,
            About::Execution => {
                let workflow = self.workflow(app).await;
                let start = format!("/workflows/{}/execute", text(&workflow, "id"));
                // The agent's own, which alone it may change; people may change any.
                self.agent.post(start, json!({})).await.ok()
            }
            About::Memory => {
                let memory = json!({"content": self.name(app), "tags": [self.house.name]});
                self.agent.post("/memory", memory).await.ok()
            }
            About::Member => {
                let name = format!("{} member", self.house.name);
                json!({"id": app.person(self.house.id, &name, "one more", Role::Viewer).await.id})
            }
            About::Token => {
                let agent = self.new_agent(app).await;
                let token =
                    json!({"name": self.name(app), "agentId": agent["id"], "scopes": ["actions:submit"]});
                self.house.owner.post("/api/fn/tokens/create", json!({"input": token})).await.ok()
            }
            About::Webhook => {
                let webhook = json!({"name": self.name(app), "url": "https://example.test/hook"});
                let made =
                    self.house.owner.post("/api/fn/webhooks/create", json!({"input": webhook})).await.ok();
                made["webhook"].clone()
            }
            About::Delivery => {
                let webhook = json!({"name": self.name(app), "url": "https://example.test/hook"});
                let made =
                    self.house.owner.post("/api/fn/webhooks/create", json!({"input": webhook})).await.ok();
                let webhook = text(&made["webhook"], "id").parse().unwrap();
                let (kind, title) = (NoticeKind::Outcome, self.name(app));
                let mut tx = app.db.begin().await.unwrap();
                let id =
                    tx.webhook_delivery_insert(self.house.id, webhook, kind, &title, "{}").await.unwrap();
                tx.webhook_delivery_done(self.house.id, id, "200").await.unwrap();
                tx.commit().await.unwrap();
                json!({"id": id})
            }
            About::ActionType => {
                let name = format!("own.{}.t{}", self.house.name.to_lowercase(), app.db.clock.id().simple());
                register(app, &self.house, &name, "low").await;
                json!({"id": name})
            }
            About::View => {
                let view = json!({"name": self.name(app), "query": "riskLevel=high"});
                self.house.owner.post("/views", view).await.ok()
            }
            About::Notification => {
                let title = self.name(app);
                let new = NewNotification {
                    kind: NoticeKind::Message,
                    title: &title,
                    body: &title,
                    count: 1,
                    href: "/approvals",
                    subject: None,
                    critical: false,
                    in_app: true,
                };
                let mut tx = app.db.begin().await.unwrap();
                let id = tx.notification_insert(self.house.id, self.house.owner.id, &new).await.unwrap();
                tx.commit().await.unwrap();
                json!({"id": id})
            }
            About::Browser => {
                let new = SubscribePush {
                    endpoint: format!("https://push.example.test/{}", app.db.clock.id()),
                    p256dh: P256DH.to_owned(),
                    auth: AUTH.to_owned(),
                    browser: self.name(app),
                };
                let mut tx = app.db.begin().await.unwrap();
                let id = tx.push_subscription_insert(self.house.id, self.house.owner.id, &new).await.unwrap();
                tx.commit().await.unwrap();
                json!({"id": id})
            }
            About::Link => {
                let token = app.db.clock.id().simple().to_string();
                let (hash, lasts) = (sha256_hex(token.as_bytes()), TimeDelta::days(1));
                let mut tx = app.db.begin().await.unwrap();
                tx.notification_link_insert(self.house.id, self.house.owner.id, &hash, "/approvals", lasts);
                tx.commit().await.unwrap();
                json!({"id": token})
            }
            About::Suggestion => self.suggestion(app).await,
            About::Grant => {
                let suggestion = self.suggestion(app).await;
                let accept = format!("/trust/{}/accept", text(&suggestion, "id"));
                self.house.owner.post(accept, Value::Null).await.ok()
            }
            About::Workspace => json!({"id": self.house.id}),
        };
        Thing { id: text(&value, "id").to_owned(), value }
    }

    /// A workflow that waits, so that what runs of it stays open.
    async fn workflow(&self, app: &App) -> Value {
        let name = self.name(app);
        let definition = json!({"start": "rest", "steps": [
            {"key": "rest", "name": name, "run": {"wait": {"seconds": 3600}}}
        ]});
        let workflow = json!({
            "name": name, "description": name, "trigger": {"kind": "agent_request"}, "definition": definition
        });
        let made = self.house.operator.post("/workflows", workflow).await.ok();
        let versions = format!("/workflows/{}/versions", text(&made, "id"));
        self.house.operator.post(versions, json!({"note": name})).await.ok()
    }

    /// Every text of a workspace's things begins with the workspace's name, so that a leak shows.
    fn name(&self, app: &App) -> String {
        format!("{} {}", self.house.name, app.db.clock.id().simple())
    }

    async fn task(&self) -> Value {
        let title = format!("{} task", self.house.name);
        queue(&self.agent, json!({"actionType": "create_task", "actionData": {"title": title}})).await
    }

    async fn approved(&self) -> Value {
        let note = format!("{} note", self.house.name);
        let approval =
            queue(&self.agent, json!({"actionType": "own.work", "actionData": {"note": note}})).await;
        approve(&self.house.second, &approval).await.ok()["approval"].clone()
    }

    async fn claimed(&self) -> Value {
        let approval = self.approved().await;
        self.agent.post(format!("/approvals/{}/claim", text(&approval, "id")), json!({})).await.ok()
    }

    /// Five approvals in a row of a team and an agent of its own.
    async fn suggestion(&self, app: &App) -> Value {
        let agent = app.agent(&self.house, &app.db.clock.id().to_string(), None).await;
        let team = self.new_team(app, json!({"autonomyLevel": "semi_autonomous"})).await;
        let members = format!("/teams/{}/members", text(&team, "id"));
        self.house.owner.post(members, json!({"agentId": agent.id})).await.ok();
        let title = format!("{} task", self.house.name);
        for _ in 0..5 {
            let task =
                json!({"actionType": "create_task", "actionData": {"title": title}, "teamId": team["id"]});
            approve(&self.house.second, &queue(&agent, task).await).await.ok();
        }
        let page = self.house.owner.get(format!("/trust?teamId={}", text(&team, "id"))).await.ok();
        page["items"][0].clone()
    }

    async fn new_agent(&self, app: &App) -> Value {
        self.house.owner.post("/agents", json!({"name": self.name(app)})).await.ok()
    }

    async fn new_team(&self, app: &App, extra: Value) -> Value {
        let mut team = json!({"name": self.name(app), "department": "sales", "description": self.name(app)});
        team.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
        self.house.owner.post("/teams", team).await.ok()
    }
}
