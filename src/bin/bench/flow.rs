//! One action from its submission to the outcome that its agent sees.

use crate::program::{Place, Server, World};
use crate::report::{Report, Verdict, ms, quantile};
use crate::wire::Wire;
use crate::{Outcome, Scope};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const API: &str = "/api/orchestration";

pub async fn measure(scope: &Scope, place: &Place, world: &World, report: &mut Report) -> Outcome<()> {
    let server = Server::start(scope, place).await?;
    let mut wire = Wire::connect(server.address).await?;
    let (mut decided, mut whole) = (Vec::new(), Vec::new());
    for n in 0..scope.flows + 10 {
        let began = Instant::now();
        // High risk, so that nothing is held.
        let action = json!({
            "actionType": "publish_content",
            "actionData": {"title": format!("Release {n}"), "body": "Our release is here.", "channel": "blog"},
        });
        let body = wire.post(&format!("{API}/actions"), &world.agent_token, &action.to_string()).await?;
        let answer: Value = serde_json::from_slice(&body)?;
        let id = answer["approval"]["id"].as_str().ok_or("the submission was not held")?;
        let hash = &answer["approval"]["argsHash"];
        let path = format!("{API}/approvals/{id}");
        let decision = json!({"approved": true, "argsHash": hash}).to_string();
        wire.post(&path, &world.reviewer_token, &decision).await?;
        let after_decision = began.elapsed();
        loop {
            let approval = wire.get_json(&path, &world.agent_token).await?;
            match approval["outcome"]["status"].as_str() {
                Some("succeeded") => break,
                Some("queued" | "running") => tokio::time::sleep(Duration::from_millis(1)).await,
                other => return Err(format!("the outcome is {other:?}").into()),
            }
        }
        // The first ones warm up.
        if n >= 10 {
            decided.push(after_decision);
            whole.push(began.elapsed());
        }
    }
    server.stop()?;
    for (what, times) in
        [("submit → decide", &mut decided), ("submit → decide → outcome visible", &mut whole)]
    {
        let (p50, p99) = (quantile(times, 0.5), quantile(times, 0.99));
        let text = format!("p50 {}, p99 {}", ms(p50), ms(p99));
        report.add(what, "", place.name, text, Verdict::Open);
    }
    Ok(())
}
