//! The templates of teams and workflows with a model behind every agent, and people who say yes and people who say no.

use crate::models::apps_at;
use crate::support::app::{House, text};
use crate::support::model_server::{ModelServer, Reply};
use crate::templates::{business, decided};
use countersign::domain::catalogue;
use serde_json::{Value, json};

const RUN: &str = "See to what is open";

/// A model that does something of everything: a coordinator hands a part to each colleague, others use some of their
/// tools with the data of the catalogue's examples, and all say in the end that they are done.
fn works(asked: &Value) -> Option<Reply> {
    let messages = asked["messages"].as_array()?;
    if messages.last()?["role"] == "tool" {
        return Some(Reply::text("Did what could be done."));
    }
    let tools = asked["tools"].as_array()?;
    let named = |name: &str| tools.iter().find(|tool| tool["function"]["name"] == name);
    if let Some(hand_over) = named("hand_over").filter(|_| messages[1].to_string().contains(RUN)) {
        let colleagues = hand_over["function"]["parameters"]["properties"]["agent"]["enum"].as_array()?;
        let part = |agent: &Value| ("hand_over", json!({"agent": agent, "objective": "Do your part"}));
        return Some(Reply::tools(&colleagues.iter().map(part).collect::<Vec<_>>()));
    }
    let known = tools.iter().filter_map(|tool| catalogue::find(tool["function"]["name"].as_str()?));
    let calls: Vec<(&str, Value)> =
        known.take(3).map(|spec| (spec.name, serde_json::from_str(spec.example).unwrap())).collect();
    Some(Reply::tools(&calls))
}

/// Gives every agent of the workspace the model, beside its playbook.
async fn with_models(house: &House) {
    let agents = house.operator.get("/agents?limit=200").await.ok();
    for agent in agents["items"].as_array().unwrap() {
        let place = format!("/agents/{}/profile", text(agent, "id"));
        let mut profile = house.operator.get(&place).await.ok();
        profile["model"] = json!("test");
        house.operator.put(&place, profile).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_runs_to_its_end_with_models() {
    let server = ModelServer::start().await;
    server.answer_with(works);
    for app in apps_at(&server).await {
        for approved in [true, false] {
            let house = app.house(if approved { "Birch" } else { "Cedar" }).await;
            business(&house).await;
            let templates = house.viewer.get("/teams/templates").await.ok();
            for template in templates["items"].as_array().unwrap() {
                let key = text(template, "key");
                let team = house.operator.post("/teams/templates", json!({"template": key})).await.ok();
                with_models(&house).await;
                let run = json!({"objective": RUN});
                let run = house.operator.post(format!("/teams/{}/run", text(&team, "id")), run).await;
                let place = format!("/workflows/executions/{}", text(&run.json(), "id"));
                let (ended, _) = decided(&app, &house, &place, approved).await;
                assert_eq!(ended["status"], "completed", "{}: {key}: {ended}", app.name());
                assert_eq!(ended["output"]["summary"], "Did what could be done.", "{key}: {ended}");
                let workflows = house.viewer.get("/workflows/templates").await.ok();
                for workflow in workflows["items"].as_array().unwrap().iter().filter(|one| one["team"] == key)
                {
                    let name = text(workflow, "key");
                    let new = json!({"template": name, "teamId": team["id"]});
                    let made = house.operator.post("/workflows/templates", new).await.ok();
                    let start = json!({"input": workflow["example"]});
                    let path = format!("/workflows/{}/execute", text(&made, "id"));
                    let run = house.operator.post(path, start).await;
                    let place = format!("/workflows/executions/{}", text(&run.json(), "id"));
                    let (ended, _) = decided(&app, &house, &place, approved).await;
                    assert_eq!(ended["status"], "completed", "{}: {name}: {ended}", app.name());
                }
            }
        }
        app.stop().await;
    }
}
