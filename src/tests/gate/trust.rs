//! Learned trust: what suggests a grant, who may accept it, and what it then lets run, and nothing more.

use crate::actions::{approve, fresh, of_risk, place, queue, register, reject, submit};
use crate::support::app::{Agent, App, House, Jobs, User, apps, text};
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::member::Role;
use countersign::domain::trust::TrustEnd;
use countersign::server::storage::trust::{Ended, TrustKey};
use serde_json::{Value, json};

/// A semi-autonomous team with one agent.
pub struct Ground {
    pub house: House,
    pub agent: Agent,
    pub team: String,
}

impl Ground {
    pub async fn new(app: &App, name: &str) -> Self {
        let house = lasting(app, name).await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("team", "semi_autonomous", &[&agent]).await;
        Self { house, agent, team }
    }

    pub fn action(&self, risk: &str) -> Value {
        on(&self.team, of_risk(risk))
    }

    /// The agent asks and the reviewer approves, this many times; answers the last approval.
    pub async fn earn(&self, count: usize, risk: &str) -> Value {
        let mut last = Value::Null;
        for _ in 0..count {
            let approval = queue(&self.agent, self.action(risk)).await;
            last = approve(&self.house.reviewer, &approval).await.ok()["approval"].clone();
        }
        last
    }

    /// The team's suggestions and grants with this status.
    pub async fn all(&self, status: &str) -> Vec<Value> {
        let page = self.house.viewer.get(format!("/trust?teamId={}&status={status}", self.team)).await.ok();
        page["items"].as_array().unwrap().clone()
    }

    pub async fn suggestion(&self) -> Value {
        let found = self.all("suggested").await;
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    /// Five approvals in a row, accepted by the admin.
    pub async fn grant(&self, risk: &str) -> Value {
        self.earn(5, risk).await;
        self.accept(&self.house.admin, &self.suggestion().await).await
    }

    pub async fn accept(&self, by: &User, suggestion: &Value) -> Value {
        by.post(format!("/trust/{}/accept", text(suggestion, "id")), json!({})).await.ok()
    }

    /// What became of a grant or a suggestion.
    pub async fn now(&self, grant: &Value) -> Value {
        self.house.viewer.get(format!("/trust/{}", text(grant, "id"))).await.ok()["grant"].clone()
    }

    /// What the gate says to the agent.
    pub async fn verdict(&self, risk: &str) -> String {
        text(&submit(&self.agent, self.action(risk)).await, "verdict").to_owned()
    }
}

/// A house whose people stay signed in while months go by.
pub async fn lasting(app: &App, name: &str) -> House {
    let mut house = app.house(name).await;
    for (role, place) in [
        (Role::Owner, &mut house.owner),
        (Role::Admin, &mut house.admin),
        (Role::Operator, &mut house.operator),
        (Role::Reviewer, &mut house.reviewer),
        (Role::Viewer, &mut house.viewer),
    ] {
        *place = app.person(house.id, name, role.as_str(), role).await;
    }
    house
}

pub fn on(team: &str, mut action: Value) -> Value {
    action["teamId"] = json!(team);
    action
}

/// The audit events about trust in a workspace, oldest first.
pub async fn trail(app: &App, house: &House) -> Vec<String> {
    let sql = "SELECT event FROM agent_action_audit_log WHERE workspace_id = $1 AND event LIKE 'trust.%' \
               ORDER BY executed_at, id";
    let rows: Vec<(String,)> = app.rows(sql, args![house.id]).await;
    rows.into_iter().map(|(event,)| event).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_approvals_in_a_row_suggest_and_an_accepted_grant_lets_run() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        ground.earn(4, "medium").await;
        assert!(ground.all("all").await.is_empty(), "{}: four are not enough", app.name());
        let last = ground.earn(1, "medium").await;
        let suggestion = ground.suggestion().await;
        let case = format!("{}: {suggestion}", app.name());
        assert_eq!(
            (&suggestion["actionType"], &suggestion["riskLevel"], &suggestion["approvalsInRow"]),
            (&json!("create_task"), &json!("medium"), &json!(5)),
            "{case}"
        );
        let path = format!("/trust/{}", text(&suggestion, "id"));
        let detail = ground.house.admin.get(&path).await.ok();
        assert_eq!(detail["evidence"].as_array().unwrap().len(), 5, "{case}");
        assert_eq!(detail["evidence"][0]["approvalId"], last["id"], "{case}: the newest first");
        assert_eq!(detail["evidence"][0]["reviewerName"], json!(ground.house.reviewer.name));
        assert_eq!(
            (&detail["simulation"]["actions"], &detail["simulation"]["approved"]),
            (&json!(5), &json!(5))
        );
        assert_eq!((&detail["mayAccept"], &detail["whyNot"]), (&json!(true), &Value::Null), "{case}");
        // Nothing runs by a suggestion.
        assert_eq!(ground.verdict("medium").await, "pending", "{case}");
        // More of the same is the same suggestion, on newer evidence.
        ground.earn(1, "medium").await;
        assert_eq!(ground.suggestion().await["approvalsInRow"], 6);

        let grant = ground.accept(&ground.house.admin, &suggestion).await;
        assert_eq!(grant["status"], "accepted", "{grant}");
        assert_eq!(grant["decidedByName"], json!(ground.house.admin.name));
        let answer = submit(&ground.agent, ground.action("medium")).await;
        let case = format!("{}: {answer}", app.name());
        assert_eq!(answer["verdict"], "executed", "{case}");
        assert_eq!(answer["outcome"]["status"], "succeeded", "{case}");
        assert_eq!(answer["approval"]["trustGrantId"], grant["id"], "{case}");
        let reason = answer["reasons"][0].as_str().unwrap_or_default();
        assert!(
            reason.starts_with(&format!("Trusted: granted by {} on ", ground.house.admin.name)),
            "{case}"
        );
        assert!(reason.ends_with(", after 6 approvals in a row."), "{case}");
        assert_eq!(ground.house.viewer.get(&path).await.ok()["ran"], 1, "{case}");
        assert_eq!(trail(&app, &ground.house).await, ["trust.suggested", "trust.accepted"], "{case}");
        assert!(app.emitted(text(&grant, "id")).await >= 2, "{case}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_covers_its_type_on_its_team_up_to_its_risk_and_no_more() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let (house, agent) = (&ground.house, &ground.agent);
        let other = house.team("other", "semi_autonomous", &[agent]).await;
        ground.grant("medium").await;
        let run = async |by: &Agent, action: Value| text(&submit(by, action).await, "verdict").to_owned();
        assert_eq!(run(agent, ground.action("medium")).await, "executed", "{}", app.name());

        let note = json!({"actionType": "create_note", "actionData": {"title": "A", "body": "B"}});
        let dear = json!({"actionType": "create_task", "actionData": {"title": "Send the quote", "description": "x"}});
        for (what, action) in [
            ("another type", on(&ground.team, note)),
            ("a higher risk", ground.action("high")),
            ("critical", ground.action("critical")),
            ("another team", on(&other, of_risk("medium"))),
        ] {
            assert_eq!(run(agent, action).await, "pending", "{}: {what}", app.name());
        }
        assert_eq!(run(agent, on(&ground.team, dear)).await, "executed");

        // Trust is in the team's agents: not in people, nor in whoever names the team.
        let stranger = app.agent(house, "stranger", None).await;
        assert_eq!(run(&stranger, ground.action("medium")).await, "pending", "{}", app.name());
        let mut in_its_name = ground.action("medium");
        in_its_name["agentId"] = json!(agent.id);
        for (by, action) in [(&house.operator, ground.action("medium")), (&house.admin, in_its_name)] {
            assert_eq!(submit(by, action).await["verdict"], "pending", "{}: a person asks", app.name());
        }
        // Asking for approval, or for several, is asking.
        assert_eq!(queue(agent, ground.action("medium")).await["status"], "pending");
        let mut two = ground.action("medium");
        two["requiredApprovals"] = json!(2);
        assert_eq!(run(agent, two).await, "pending");

        let team = format!("/teams/{}", ground.team);
        for (what, strict, back) in [
            (
                "supervised",
                json!({"autonomyLevel": "supervised"}),
                json!({"autonomyLevel": "semi_autonomous"}),
            ),
            ("listed", json!({"approvalRequired": ["create_task"]}), json!({"approvalRequired": []})),
            ("two approvals", json!({"requiredApprovals": 2}), json!({"requiredApprovals": 1})),
            ("frozen", json!({"frozen": true}), json!({"frozen": false})),
        ] {
            house.owner.patch(&team, strict).await.ok();
            assert_eq!(run(agent, ground.action("medium")).await, "pending", "{}: {what}", app.name());
            house.owner.patch(&team, back).await.ok();
            assert_eq!(run(agent, ground.action("medium")).await, "executed", "{}: {what}", app.name());
        }
        house.owner.patch(&team, json!({"status": "paused"})).await.ok();
        assert_eq!(run(agent, ground.action("medium")).await, "denied", "{}", app.name());
        app.stop().await;
    }
}

/// Five high approvals are a grant up to high; then medium runs too, and critical never.
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_as_high_as_five_approvals_were() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        register(&app, &ground.house, "own.work", "medium").await;
        let work = |data: Value| on(&ground.team, json!({"actionType": "own.work", "actionData": data}));
        let outside = json!({"to": "ada@elsewhere.example"});
        let yes = async |data: &Value| {
            approve(&ground.house.reviewer, &queue(&ground.agent, work(data.clone())).await).await.ok();
        };
        for data in [&json!({"n": 1}), &outside, &outside, &outside, &outside] {
            yes(data).await;
        }
        let suggestion = ground.suggestion().await;
        assert_eq!(suggestion["riskLevel"], "medium", "{}", app.name());
        yes(&outside).await;
        let higher = ground.suggestion().await;
        assert_eq!(
            (&higher["riskLevel"], &higher["id"]),
            (&json!("high"), &suggestion["id"]),
            "{}",
            app.name()
        );
        // Whoever saw the lower one has not seen this one.
        let accept = format!("/trust/{}/accept", text(&suggestion, "id"));
        let seen = [("if-match", "\"v1\"")];
        let stale = ground.house.admin.send(axum::http::Method::POST, &accept, None, &seen).await;
        stale.refused(412, "changed");
        ground.accept(&ground.house.admin, &higher).await;
        for (data, verdict) in [
            (json!({"n": 1}), "executed"),
            (outside.clone(), "executed"),
            (json!({"amount": "5.00"}), "pending"),
        ] {
            let answer = submit(&ground.agent, work(data)).await;
            assert_eq!(answer["verdict"], verdict, "{}: {answer}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_higher_grant_takes_the_place_of_a_lower_one() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        register(&app, &ground.house, "own.work", "medium").await;
        let work = |data: Value| on(&ground.team, json!({"actionType": "own.work", "actionData": data}));
        let yes = async |data: Value| {
            approve(&ground.house.reviewer, &queue(&ground.agent, work(data)).await).await.ok();
        };
        for _ in 0..5 {
            yes(json!({"n": 1})).await;
        }
        let lower = ground.accept(&ground.house.admin, &ground.suggestion().await).await;
        for _ in 0..5 {
            yes(json!({"to": "ada@elsewhere.example"})).await;
        }
        let higher = ground.accept(&ground.house.admin, &ground.suggestion().await).await;
        assert_eq!(higher["riskLevel"], "high", "{}", app.name());
        let old = ground.now(&lower).await;
        assert_eq!((&old["status"], &old["endedReason"]), (&json!("revoked"), &json!("replaced")));
        assert_eq!(ground.all("accepted").await.len(), 1, "{}", app.name());
        app.stop().await;
    }
}

/// Promise 6: nobody lets their own agent act by itself.
#[tokio::test(flavor = "multi_thread")]
async fn who_owns_an_agent_of_it_cannot_grant() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", Some(&house.admin)).await;
        let idle = app.agent(&house, "idle", Some(&house.owner)).await;
        let team = house.team("team", "semi_autonomous", &[&agent, &idle]).await;
        let ground = Ground { house, agent, team };
        let house = &ground.house;
        ground.earn(5, "medium").await;
        let suggestion = ground.suggestion().await;
        let accept = format!("/trust/{}/accept", text(&suggestion, "id"));
        for (who, agent) in [(&house.admin, "agent"), (&house.owner, "idle")] {
            let problem = who.post(&accept, json!({})).await.refused(403, "forbidden");
            assert!(text(&problem, "detail").contains(&format!("the {agent}")), "{}: {problem}", app.name());
            let detail = who.get(format!("/trust/{}", text(&suggestion, "id"))).await.ok();
            assert_eq!(detail["mayAccept"], false, "{}: {detail}", app.name());
            assert_eq!(detail["whyNot"], problem["detail"]);
        }
        for who in [&house.operator, &house.reviewer, &house.viewer] {
            who.post(&accept, json!({})).await.refused(403, "forbidden");
        }
        ground.agent.post(&accept, json!({})).await.refused(403, "forbidden");

        // Out of the team, its approvals are still the evidence; an agent that gave none is not asked about.
        for gone in [&ground.agent, &idle] {
            let member = json!({"agentId": gone.id}).to_string().into_bytes();
            let members = format!("/teams/{}/members", ground.team);
            house.owner.send(axum::http::Method::DELETE, &members, Some(member), &[]).await.ok();
        }
        house.admin.post(&accept, json!({})).await.refused(403, "forbidden");
        let grant = ground.accept(&house.owner, &suggestion).await;
        assert_eq!(grant["status"], "accepted");

        // The owner's own agent comes into the team later: it gains nothing from a grant of its owner's.
        for member in [&ground.agent, &idle] {
            let members = format!("/teams/{}/members", ground.team);
            house.operator.post(&members, json!({"agentId": member.id})).await.ok();
        }
        assert_eq!(ground.verdict("medium").await, "executed", "{}", app.name());
        assert_eq!(submit(&idle, ground.action("medium")).await["verdict"], "pending", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_semi_autonomous_teams_and_their_agents_give_evidence() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for (name, more) in [
            ("strict", json!({"autonomyLevel": "supervised"})),
            ("free", json!({"autonomyLevel": "autonomous"})),
            ("lists", json!({"autonomyLevel": "semi_autonomous", "approvalRequired": ["create_task"]})),
            ("twice", json!({"autonomyLevel": "semi_autonomous", "requiredApprovals": 2})),
        ] {
            let mut team = more;
            team["name"] = json!(name);
            let team = house.team_with(team, &[&agent]).await;
            for _ in 0..6 {
                let approval = queue(&agent, on(&team, of_risk("medium"))).await;
                approve(&house.reviewer, &approval).await.ok();
                approve(&house.second, &approval).await;
            }
        }
        // What people ask for is no evidence about agents; low risk and critical need none.
        let team = house.team("plain", "semi_autonomous", &[&agent]).await;
        for _ in 0..6 {
            let approval = queue(&house.operator, on(&team, of_risk("medium"))).await;
            approve(&house.reviewer, &approval).await.ok();
            approve(&house.reviewer, &queue(&agent, on(&team, of_risk("low"))).await).await.ok();
        }
        let page = house.viewer.get("/trust?status=all").await.ok();
        assert_eq!(page["items"], json!([]), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulation_counts_what_people_said() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let house = &ground.house;
        // Long ago, of another risk, of a person, of another team: not counted.
        approve(&house.reviewer, &queue(&ground.agent, ground.action("medium")).await).await.ok();
        app.advance(TimeDelta::days(31));
        queue(&ground.agent, ground.action("high")).await;
        queue(&house.operator, ground.action("medium")).await;
        let other = house.team("other", "semi_autonomous", &[&ground.agent]).await;
        queue(&ground.agent, on(&other, of_risk("medium"))).await;

        reject(&house.reviewer, &queue(&ground.agent, ground.action("medium")).await).await.ok();
        let edited = queue(&ground.agent, ground.action("medium")).await;
        let mut decision = crate::actions::yes(&edited);
        decision["editedActionData"] = json!({"title": "Send it on Monday"});
        house.reviewer.post(place(&edited), decision).await.ok();
        let taken_back = queue(&ground.agent, ground.action("medium")).await;
        approve(&house.reviewer, &taken_back).await.ok();
        house.reviewer.post(format!("{}/undo", place(&taken_back)), json!({})).await.ok();
        ground.earn(6, "medium").await;
        let suggestion = ground.suggestion().await;
        let detail = house.admin.get(format!("/trust/{}", text(&suggestion, "id"))).await.ok();
        assert_eq!(
            detail["simulation"],
            json!({"actions": 9, "approved": 6, "edited": 1, "rejected": 1, "undecided": 1, "failed": 0, "undone": 1}),
            "{}",
            app.name()
        );
        app.stop().await;
    }
}

/// As with the freeze: the gate's word never stands on a grant that is just being revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_submission_waits_for_a_revocation_that_is_on_its_way() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let grant = ground.grant("medium").await;
        let id = text(&grant, "id").parse().unwrap();
        let workspace = ground.house.id;
        let mut tx = app.db.begin().await.unwrap();
        let seen = tx.trust_get(workspace, id).await.unwrap().unwrap();
        let key = TrustKey { workspace, team: seen.team_id, action_type: &seen.action_type };
        tx.trust_lock(key).await.unwrap();
        let reason = TrustEnd::Rejection;
        let status = countersign::domain::trust::TrustStatus::Revoked;
        assert!(
            tx.trust_end(workspace, &seen, &Ended { status, reason, by: None, note: None }).await.unwrap()
        );
        let (agent, action) = (ground.agent.caller.clone(), ground.action("medium"));
        let submitted = tokio::spawn(async move { submit(&agent, action).await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!submitted.is_finished(), "{}: answered on half a revocation", app.name());
        tx.commit().await.unwrap();
        let answer = submitted.await.unwrap();
        assert_eq!(answer["verdict"], "pending", "{}: {answer}", app.name());
        assert_eq!(answer["approval"]["trustGrantId"], Value::Null);
        app.stop().await;
    }
}

/// And the other way round: whoever revokes waits until what was let through before is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_waits_for_what_was_let_through_before_it() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let waiting = queue(&ground.agent, ground.action("medium")).await;
        let grant = ground.grant("medium").await;
        let mut tx = app.db.begin_unfreezable(ground.house.id).await.unwrap();
        assert!(tx.trust_hold(ground.house.id, text(&grant, "id").parse().unwrap()).await.unwrap());
        let (by, approval) = (ground.house.reviewer.caller.clone(), waiting.clone());
        let rejected = tokio::spawn(async move { reject(&by, &approval).await.code() });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!rejected.is_finished(), "{}: revoked under a submission", app.name());
        tx.commit().await.unwrap();
        assert_eq!(rejected.await.unwrap(), 200, "{}", app.name());
        assert_eq!(fresh(&ground.agent, &waiting).await["status"], "rejected");
        assert_eq!(ground.now(&grant).await["status"], "revoked", "{}", app.name());
        app.stop().await;
    }
}

/// Submissions, rejections and a revocation at once: nobody waits for ever, and nobody meets a fault.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_get_along() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let mut waiting = Vec::new();
        for _ in 0..6 {
            waiting.push(queue(&ground.agent, ground.action("medium")).await);
        }
        let gone = on(&ground.team, json!({"actionType": "create_task", "actionData": {"title": "Again"}}));
        let grant = ground.grant("medium").await;
        let mut all = tokio::task::JoinSet::new();
        for approval in waiting {
            let (agent, action) = (ground.agent.caller.clone(), gone.clone());
            all.spawn(async move { agent.post("/actions", action).await.code() });
            let by = ground.house.reviewer.caller.clone();
            all.spawn(async move { reject(&by, &approval).await.code() });
        }
        let (by, revoke) =
            (ground.house.operator.caller.clone(), format!("/trust/{}/revoke", text(&grant, "id")));
        all.spawn(async move { by.post(&revoke, json!({})).await.code() });
        for code in all.join_all().await {
            assert!([200, 409, 412].contains(&code), "{}: {code}", app.name());
        }
        assert_eq!(ground.now(&grant).await["status"], "revoked", "{}", app.name());
        assert_eq!(ground.verdict("medium").await, "pending", "{}", app.name());
        app.stop().await;
    }
}
