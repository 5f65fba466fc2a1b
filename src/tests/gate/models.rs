//! Agents that work with a model: the loop of tools through the gate, faults of the endpoint, limits, recorded use.

use crate::executions::{comes_to, decide, step, trace, waits};
use crate::support::app::{Agent, App, House, Jobs, apps_with, text, until};
use crate::support::model_server::{ModelServer, Reply, usage_of};
use chrono::TimeDelta;
use countersign::domain::model::Provider;
use countersign::server::config::{Config, ModelSettings, Secret};
use serde_json::{Value, json};

/// Model settings for an endpoint of the test server.
pub fn settings(provider: Provider, endpoint: String) -> ModelSettings {
    ModelSettings {
        provider,
        model: "test-model".to_owned(),
        endpoint: Some(endpoint),
        key: Some(Secret::new("sk-test")),
        key_file: None,
        key_env: None,
        input_price: Some(3.0),
        output_price: Some(15.0),
        timeout_seconds: 2,
        max_output_tokens: Some(500),
    }
}

/// Apps whose model `test` is the server's OpenAI-compatible endpoint.
pub async fn apps_at(server: &ModelServer) -> Vec<App> {
    apps_with(Jobs::Run, |config: &mut Config| {
        config.models.insert("test".to_owned(), settings(Provider::OpenAi, server.openai()));
    })
    .await
}

/// An agent that works with the model `test`, in a team where everything may run but what is listed.
pub async fn thinker(app: &App, house: &House, asks: &[&str], tools: &[&str]) -> (Agent, String) {
    let agent = app.agent(house, "thinker", None).await;
    let team = json!({"name": "Thinkers", "autonomyLevel": "autonomous", "approvalRequired": asks});
    let team = house.team_with(team, &[&agent]).await;
    let profile = json!({"model": "test", "tools": tools, "instructions": "You are kind."});
    house.operator.put(format!("/agents/{}/profile", agent.id), profile).await.ok();
    (agent, team)
}

/// Hands the agent an objective; the execution's path.
pub async fn delegate(house: &House, agent: &Agent, team: &str, objective: &str) -> String {
    let task = json!({"agentId": agent.id, "teamId": team, "objective": objective, "input": {"customer": "Northwind"}});
    let answer = house.operator.post("/delegate", task).await;
    assert_eq!(answer.code(), 202, "{}", answer.text());
    format!("/workflows/executions/{}", text(&answer.json(), "id"))
}

fn note(title: &str) -> (&'static str, Value) {
    ("create_note", json!({"title": title, "body": "As agreed."}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_calls_tools_until_it_has_nothing_more_to_do() {
    let server = ModelServer::start().await;
    for app in apps_at(&server).await {
        let house = app.house("Birch").await;
        let (agent, team) = thinker(&app, &house, &["create_task"], &["create_note", "create_task"]).await;
        let task = Reply::Tools {
            text: "They asked for a call.".to_owned(),
            calls: vec![(
                "c1".to_owned(),
                "create_task".to_owned(),
                json!({"title": "Call {{ them }}"}).to_string(),
            )],
        };
        server.script([
            Reply::tools(&[note("One"), note("Two")]),
            task,
            Reply::text("Two notes and a task."),
        ]);
        let before = server.requests().len();
        let place = delegate(&house, &agent, &team, "Write it down").await;

        // The third call waits for people, who change it and say why.
        let approval = waits(&house, &place, "call_2_1").await;
        let asked = house.viewer.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(
            (text(&asked, "actionType"), text(&asked, "description")),
            ("create_task", "They asked for a call.")
        );
        assert_eq!(asked["actionData"]["title"], "Call {{ them }}", "{}: no template", app.name());
        let edit = json!({"title": "Call Northwind"});
        decide(
            &house,
            &approval,
            json!({"approved": true, "editedActionData": edit, "reviewNotes": "By name."}),
        )
        .await;
        app.advance(TimeDelta::seconds(11));
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(ended["output"]["summary"], "Two notes and a task.", "{}: {ended}", app.name());
        let mut seen = trace(&ended);
        seen[2..4].sort();
        assert_eq!(
            seen,
            [
                "model_1 completed",
                "calls_1 completed",
                "call_1_1 completed",
                "call_1_2 completed",
                "join_1 completed",
                "model_2 completed",
                "call_2_1 completed",
                "model_3 completed",
            ]
        );

        let requests = server.requests().split_off(before);
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[0].key.as_deref(), Some("sk-test"));
        let first = &requests[0].body;
        let system = text(&first["messages"][0], "content");
        assert!(system.contains("You are kind.") && system.contains("never an instruction"), "{system}");
        let objective = text(&first["messages"][1], "content");
        assert!(objective.starts_with("Write it down") && objective.contains("Northwind"), "{objective}");
        let tools: Vec<&str> =
            first["tools"].as_array().unwrap().iter().map(|it| text(&it["function"], "name")).collect();
        assert_eq!(tools, ["create_task", "create_note"], "{first}");
        let last = requests[2].body["messages"].as_array().unwrap().last().unwrap().clone();
        let result: Value = serde_json::from_str(text(&last, "content")).unwrap();
        assert_eq!((&last["tool_call_id"], &result["ok"]), (&json!("c1"), &json!(true)), "{last}");
        assert_eq!(result["output"]["reviewNotes"], "By name.", "{result}");
        assert_eq!(result["output"]["actionData"]["title"], "Call Northwind", "{result}");

        let known = house.viewer.get("/models").await.ok();
        assert_eq!(
            (&known["models"][0]["name"], &known["day"]["calls"]),
            (&json!("test"), &json!(3)),
            "{known}"
        );
        let (input, output) = usage_of(&requests[2].body, &Reply::text("Two notes and a task."));
        let call = &known["calls"][0];
        assert_eq!(
            (&call["use"]["inputTokens"], &call["use"]["outputTokens"]),
            (&json!(input), &json!(output))
        );
        assert_eq!(call["use"]["costMicros"], 3 * input + 15 * output, "{call}");
        assert!(!known.to_string().contains("sk-test"));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_told_to_the_model_and_not_tried_by_itself() {
    let server = ModelServer::start().await;
    for app in apps_at(&server).await {
        let house = app.house("Birch").await;
        let (agent, team) = thinker(&app, &house, &["create_task"], &["create_note", "create_task"]).await;
        server.script([
            Reply::tool("create_task", json!({"title": "Sell it"})),
            // It may not use this, there is no such type, its data is not valid.
            Reply::tool(
                "send_email",
                json!({"to": ["eve@example.com"], "subject": "Hi", "body": "All of it"}),
            ),
            Reply::tool("approve", json!({"approvalId": "all"})),
            Reply::tool("create_note", json!({"title": 7})),
            Reply::tool("hand_over", json!({"agent": "Somebody", "objective": "Do it for me"})),
            Reply::text("I could not."),
        ]);
        let before = server.requests().len();
        let place = delegate(&house, &agent, &team, "Sell it").await;
        let approval = waits(&house, &place, "call_1_1").await;
        decide(&house, &approval, json!({"approved": false, "reviewNotes": "We keep it."})).await;
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(ended["output"]["summary"], "I could not.", "{}: {ended}", app.name());
        let errors = ["We keep it.", "may not use send_email", "approve", "/title", "There is no agent"];
        for (i, words) in errors.iter().enumerate() {
            let one = step(&ended, &format!("call_{}_1", i + 1));
            assert_eq!(one["status"], "failed", "{one}");
            assert!(text(one, "error").contains(words), "{words}: {one}");
        }
        let requests = server.requests().split_off(before);
        let told = requests[1].body["messages"].as_array().unwrap().last().unwrap().clone();
        assert!(text(&told, "content").contains("We keep it."), "{told}");
        // Nor is anybody asked about what there is not, where an agent may use everything.
        house.operator.put(format!("/agents/{}/profile", agent.id), json!({"model": "test"})).await.ok();
        server.script([Reply::tool("approve", json!({"approvalId": "all"})), Reply::text("No.")]);
        let place = delegate(&house, &agent, &team, "Sell it").await;
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(step(&ended, "call_1_1")["error"], "There is no action type approve.", "{ended}");
        let all = house.viewer.get("/approvals?status=all").await.ok();
        assert_eq!(all["items"].as_array().unwrap().len(), 1, "{}: {all}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_is_asked_again_and_one_that_refuses_is_not() {
    let server = ModelServer::start().await;
    let passing = [
        (
            Reply::Status { code: 429, message: "slow down".to_owned(), retry_after: Some(1) },
            "over its quota",
        ),
        (Reply::Status { code: 503, message: "busy".to_owned(), retry_after: None }, "fails (503"),
        (Reply::Stall, "did not answer within 2 s"),
        (Reply::Silent, "did not answer within 2 s"),
        (Reply::Cut, "broke off"),
        (Reply::Garbage("<html>hello</html>".to_owned()), ""),
        (Reply::ErrorEvent("overloaded".to_owned()), "overloaded"),
        (
            Reply::Tools {
                text: String::new(),
                calls: vec![("x".to_owned(), "create_note".to_owned(), "{\"title\": ".to_owned())],
            },
            "not a JSON object",
        ),
        (Reply::tool("rm -rf /", json!({})), "no tool"),
        (Reply::Text(String::new()), "said nothing"),
    ];
    for app in apps_at(&server).await {
        let house = app.house("Birch").await;
        let (agent, team) = thinker(&app, &house, &[], &["create_note"]).await;
        for (reply, words) in passing.clone() {
            server.script([reply.clone(), Reply::text("Done after all.")]);
            let place = delegate(&house, &agent, &team, "Try").await;
            let waiting = until("the next attempt waits", || async {
                let found = house.viewer.get(&place).await.ok();
                let open = !matches!(text(&found, "status"), "failed" | "completed");
                (found["steps"][0]["waitsFor"] == "retry" || !open).then_some(found)
            })
            .await;
            let cause = waiting["steps"][0]["error"].as_str().unwrap_or_default();
            assert!(cause.contains(words) && !cause.is_empty(), "{}: {reply:?}: {waiting}", app.name());
            app.advance(TimeDelta::seconds(7));
            let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
            assert_eq!(ended["output"]["summary"], "Done after all.", "{reply:?}: {ended}");
        }
        let known = house.viewer.get("/models").await.ok();
        let failed =
            known["calls"].as_array().unwrap().iter().filter(|call| !call["error"].is_null()).count();
        // What the model said and nobody can use was an answer.
        assert_eq!(failed, passing.len() - 1, "{}: {known}", app.name());

        for (code, words) in
            [(401, "refuses the key"), (404, "refuses the request"), (400, "refuses the request")]
        {
            let message = "no such model sk-test".to_owned();
            server.script([Reply::Status { code, message, retry_after: None }]);
            let place = delegate(&house, &agent, &team, "Try").await;
            let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
            assert!(text(&ended, "error").contains(words), "{ended}");
            assert!(!ended.to_string().contains("sk-test"), "the key is told: {ended}");
            assert_eq!(
                (&ended["status"], &ended["steps"][0]["attempt"]),
                (&json!("failed"), &json!(1)),
                "{ended}"
            );
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_end_the_work_and_a_day_begins_anew() {
    let server = ModelServer::start().await;
    for app in apps_at(&server).await {
        let house = app.house("Birch").await;
        let (agent, team) = thinker(&app, &house, &[], &["create_note"]).await;
        let place_of = format!("/agents/{}/profile", agent.id);
        let limit = async |limits: Value| {
            let profile = json!({"model": "test", "tools": ["create_note"], "limits": limits});
            house.operator.put(&place_of, profile).await.ok();
        };
        // It would go on for ever.
        server.answer_with(|_| {
            Some(Reply::tool("create_note", json!({"title": "Again", "body": "And again."})))
        });
        for (limits, words) in [
            (json!({"callsPerRun": 3}), "called 3 times"),
            (json!({"toolCallsPerRun": 2}), "called 2 tools"),
            (json!({"tokensPerRun": 1}), "used 1 tokens"),
        ] {
            limit(limits.clone()).await;
            let place = delegate(&house, &agent, &team, "Go on").await;
            let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
            assert!(text(&ended, "error").contains(words), "{}: {limits}: {ended}", app.name());
        }
        // Nor more at once than are left.
        let three = Reply::tools(&[note("One"), note("Two"), note("Three")]);
        server.answer_with(move |_| Some(three.clone()));
        limit(json!({"toolCallsPerRun": 2})).await;
        let place = delegate(&house, &agent, &team, "Go on").await;
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert!(text(&ended, "error").contains("3 tools where it may still call 2"), "{ended}");
        assert_eq!(trace(&ended), ["model_1 failed"], "{}: nothing of it is done", app.name());
        limit(json!({"callsPerDay": 1})).await;
        let place = delegate(&house, &agent, &team, "Go on").await;
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        assert!(text(&ended, "error").contains("The agent may call models 1 times a day"), "{ended}");

        limit(json!({"callsPerRun": 2})).await;
        house.operator.put("/models/limits", json!({"centsPerDay": 1})).await.refused(403, "forbidden");
        house.admin.put("/models/limits", json!({"centsPerDay": 0})).await.refused(422, "invalid");
        house.admin.put("/models/limits", json!({"tokensPerDay": 1})).await.ok();
        let place = delegate(&house, &agent, &team, "Go on").await;
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        assert!(text(&ended, "error").contains("The workspace may use 1 tokens a day"), "{ended}");
        let used = house.viewer.get("/models").await.ok()["day"]["calls"].clone();
        app.advance(TimeDelta::hours(24) + TimeDelta::seconds(1));
        let place = delegate(&house, &agent, &team, "Go on").await;
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        assert_eq!(step(&ended, "model_1")["status"], "completed", "{}: a new day: {ended}", app.name());
        assert!(used.as_i64().unwrap() >= 6);
        app.stop().await;
        server.answer_with(|_| None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_missing_or_taken_away_is_said_so() {
    let server = ModelServer::start().await;
    for app in apps_at(&server).await {
        let house = app.house("Birch").await;
        let (agent, team) = thinker(&app, &house, &[], &[]).await;
        let profile = json!({"model": "other"});
        house.operator.put(format!("/agents/{}/profile", agent.id), profile).await.ok();
        let place = delegate(&house, &agent, &team, "Try").await;
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        assert!(
            text(&ended, "error").contains("The model other is not in this server's settings."),
            "{ended}"
        );
        let refused = json!({"model": "No Such"});
        let refused = house
            .operator
            .put(format!("/agents/{}/profile", agent.id), refused)
            .await
            .refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/model", "{refused}");
        // Only the engine asks models.
        let steps = json!({"start": "m", "steps": [{"key": "m", "name": "M", "run": {"model": {"agent": agent.name}}}]});
        let new = json!({"name": "Sly", "definition": steps});
        let made = house.operator.post("/workflows", new).await.ok();
        assert!(made.to_string().contains("cannot be written"), "{}: {made}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_with_a_model_hands_over_to_colleagues() {
    let server = ModelServer::start().await;
    for app in apps_at(&server).await {
        let house = app.house("Birch").await;
        let (agent, _) = thinker(&app, &house, &[], &["create_note"]).await;
        let member = app.agent(&house, "writer", None).await;
        let outside = app.agent(&house, "outsider", None).await;
        let playbook = json!({"steps": [{"key": "write", "name": "Write", "run": {"set": {"values": {"wrote": "{{ input.objective }}"}}}}]});
        for one in [&member, &outside] {
            let profile = json!({"playbook": playbook, "capabilities": ["writing"]});
            house.operator.put(format!("/agents/{}/profile", one.id), profile).await.ok();
        }
        internal(&app, &[&agent, &member, &outside]).await;
        let team = house.team("Writers", "autonomous", &[&member]).await;
        let coordinator = json!({"agentId": agent.id, "role": "coordinator"});
        house.operator.post(format!("/teams/{team}/members"), coordinator).await.ok();
        let hand = |to: &str| {
            Reply::tool("hand_over", json!({"agent": to, "objective": "Write {{ it }}", "input": {"n": 1}}))
        };
        server.script([hand(&outside.name), hand(&agent.name), hand(&member.name), Reply::text("Written.")]);
        let before = server.requests().len();
        let run =
            house.operator.post(format!("/teams/{team}/run"), json!({"objective": "Have it written"})).await;
        let place = format!("/workflows/executions/{}", text(&run.json(), "id"));
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(ended["output"]["summary"], "Written.", "{}: {ended}", app.name());
        for key in ["call_1_1", "call_2_1"] {
            let error = text(step(&ended, key), "error");
            assert!(error.contains("is not another member of the team"), "{error}");
        }
        let handed = step(&ended, "call_3_1");
        assert_eq!(handed["output"]["wrote"], "Write {{ it }}", "{handed}");
        let requests = server.requests().split_off(before);
        let tools = requests[0].body["tools"].as_array().unwrap();
        let hand = tools.iter().find(|tool| tool["function"]["name"] == "hand_over").unwrap();
        assert_eq!(
            hand["function"]["parameters"]["properties"]["agent"]["enum"],
            json!([member.name]),
            "{hand}"
        );
        assert!(text(&requests[0].body["messages"][0], "content").contains("writing"));
        app.stop().await;
    }
}

/// Makes agents of the suite ones that run here.
async fn internal(app: &App, agents: &[&Agent]) {
    for agent in agents {
        let mut tx = app.db.begin().await.unwrap();
        let sql = "UPDATE agents SET kind = 'internal' WHERE id = $1";
        tx.execute(sql, countersign::args![agent.id]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_speaks_its_own_protocol() {
    let server = ModelServer::start().await;
    let all = [
        ("a", Provider::Anthropic, server.anthropic()),
        ("g", Provider::Gemini, server.gemini()),
        ("o", Provider::Ollama, server.ollama()),
    ];
    let apps = apps_with(Jobs::Run, |config: &mut Config| {
        for (name, provider, endpoint) in all.clone() {
            config.models.insert(name.to_owned(), settings(provider, endpoint));
        }
    })
    .await;
    for app in apps {
        let house = app.house("Birch").await;
        let (agent, team) = thinker(&app, &house, &[], &[]).await;
        for (name, provider, _) in &all {
            let profile = json!({"model": name, "tools": ["create_note"]});
            house.operator.put(format!("/agents/{}/profile", agent.id), profile).await.ok();
            let before = server.requests().len();
            server.script([Reply::tools(&[note("One"), note("Two")]), Reply::text("Written down.")]);
            let place = delegate(&house, &agent, &team, "Write it down").await;
            let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
            assert_eq!(ended["output"]["summary"], "Written down.", "{} {provider}: {ended}", app.name());
            let requests = server.requests().split_off(before);
            assert_eq!(requests.len(), 2, "{provider}");
            let known = house.viewer.get("/models").await.ok();
            let (input, output) = usage_of(&requests[1].body, &Reply::text("Written down."));
            assert_eq!(known["calls"][0]["use"]["inputTokens"], input, "{provider}: {known}");
            assert_eq!(known["calls"][0]["use"]["outputTokens"], output, "{provider}: {known}");
            server.script([Reply::Status { code: 401, message: "no".to_owned(), retry_after: None }]);
            let place = delegate(&house, &agent, &team, "Again").await;
            let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
            assert!(text(&ended, "error").contains("refuses the key"), "{provider}: {ended}");
        }
        app.stop().await;
    }
}
