//! What time and use do to memory, under an injected clock.

use crate::executions::{comes_to, start};
use crate::support::app::{App, Caller, Jobs, apps, text, until};
use crate::workflows::published;
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::memory::{MemoryTier, promoted};
use countersign::server::services::memory::upkeep::{forget, memory_cron, promote};
use serde_json::{Value, json};

async fn store(by: &Caller, memory: Value) -> String {
    let made = by.post("/memory", memory).await.ok();
    text(&made, "id").to_owned()
}

async fn count(app: &App) -> i64 {
    app.count("SELECT COUNT(*) FROM agent_shared_memory", args![]).await
}

/// The audit rows of the system's own work on memory: event and count, oldest first.
async fn batches(app: &App) -> Vec<(String, i64)> {
    let rows: Vec<(String, Option<String>)> = app
        .rows(
            "SELECT event, result FROM agent_action_audit_log WHERE event IN ('memory.expired', 'memory.promoted') \
             ORDER BY executed_at, id",
            args![],
        )
        .await;
    rows.into_iter()
        .map(|(event, result)| {
            let result: Value = serde_json::from_str(&result.unwrap()).unwrap();
            (event, result["count"].as_i64().unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_time_is_gone_at_once_and_then_forgotten() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let (house, other) = (app.house("Birch").await, app.house("Cedar").await);
        let by = &house.operator;
        let short = store(by, json!({"content": "for hours"})).await;
        let asked = store(by, json!({"content": "for an hour", "expiresInSeconds": 3600})).await;
        let medium = store(by, json!({"content": "for days", "tier": "medium_term"})).await;
        store(by, json!({"content": "for good", "tier": "long_term"})).await;
        store(&other.operator, json!({"content": "theirs"})).await;
        let at = |id: &str| format!("/memory/{id}");

        app.advance(TimeDelta::hours(1));
        assert_eq!(by.get(at(&asked)).await.code(), 404, "{name}");
        assert_eq!(by.patch(at(&asked), json!({"importance": 1})).await.code(), 404, "{name}");
        assert_eq!(by.get("/memory?q=hour").await.ok()["items"].as_array().unwrap().len(), 1, "{name}");
        let recalled = by.post("/memory/recall", json!({"query": "hour"})).await.ok();
        assert_eq!(recalled["items"].as_array().unwrap().len(), 1, "{name}");
        assert_eq!(count(&app).await, 5, "{name}: nobody looked yet");
        assert_eq!(forget(&app.db, &|| false).await.unwrap(), 1, "{name}");
        assert_eq!(count(&app).await, 4, "{name}");

        // More time given in time keeps it.
        app.advance(TimeDelta::hours(10));
        let longer = by.patch(at(&short), json!({"expiresInSeconds": 48 * 3600})).await.ok();
        assert_eq!(longer["version"], 2, "{name}");
        app.advance(TimeDelta::hours(2));
        assert_eq!(forget(&app.db, &|| false).await.unwrap(), 1, "{name}: the other workspace's");
        by.get(at(&short)).await.ok();
        // A longer tier begins its own time; a shorter one too.
        let lifted = by.patch(at(&short), json!({"tier": "long_term"})).await.ok();
        assert!(lifted["expiresAt"].is_null(), "{name}: {lifted}");
        let lowered = by.patch(at(&medium), json!({"tier": "short_term"})).await.ok();
        assert_eq!(lowered["tier"], "short_term", "{name}");
        app.advance(TimeDelta::hours(12));
        assert_eq!(forget(&app.db, &|| false).await.unwrap(), 1, "{name}");
        app.advance(TimeDelta::days(3_000));
        assert_eq!(forget(&app.db, &|| false).await.unwrap(), 0, "{name}");
        assert_eq!(count(&app).await, 2, "{name}: what is kept");
        let expired = || ("memory.expired".to_owned(), 1);
        assert_eq!(batches(&app).await, [expired(), expired(), expired()], "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_forgotten_in_bounded_batches() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let id = store(&house.operator, json!({"content": "for hours"})).await;
        copies(&app, &id, 1_200).await;
        app.advance(TimeDelta::hours(12));
        assert_eq!(forget(&app.db, &|| false).await.unwrap(), 1_201, "{name}");
        let counts: Vec<_> = batches(&app).await.into_iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [500, 500, 201], "{name}");
        assert_eq!(count(&app).await, 0, "{name}");
        app.stop().await;
    }
}

/// So many more like one memory.
async fn copies(app: &App, id: &str, count: usize) {
    use countersign::domain::ids::MemoryId;
    use countersign::server::storage::memory::{MemoryInsert, Reader};
    let id = MemoryId(crate::support::app::id(id));
    let rows: Vec<(uuid::Uuid,)> =
        app.rows("SELECT workspace_id FROM agent_shared_memory WHERE id = $1", args![id]).await;
    let workspace = rows[0].0.into();
    let mut tx = app.db.begin().await.unwrap();
    let now = tx.now();
    let one = tx.memory_get(workspace, Reader::Person, id, now).await.unwrap().unwrap();
    for _ in 0..count {
        let copy = MemoryInsert {
            tier: one.tier,
            category: one.category,
            visibility: one.visibility,
            team: one.team_id,
            agent: one.agent_id,
            execution: None,
            content: &one.content,
            tags: &one.tags,
            importance: one.importance,
            created_by: &one.created_by,
            expires_at: one.expires_at,
        };
        tx.memory_insert(workspace, &copy).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The database lifts exactly what the domain's rule lifts, one tier at a run.
#[tokio::test(flavor = "multi_thread")]
async fn use_and_importance_lift_as_the_rule_says() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let mut expected = Vec::new();
        for tier in MemoryTier::ALL {
            for (importance, reads) in
                [(0, 0), (100, 0), (100, 1), (70, 1), (69, 1), (50, 3), (50, 10), (49, 99), (100, 5), (0, 8)]
            {
                let memory = json!({"content": "one", "tier": tier, "importance": importance});
                let id = store(&house.operator, memory).await;
                let mut tx = app.db.begin().await.unwrap();
                let read = "UPDATE agent_shared_memory SET read_count = $2 WHERE id = $1";
                tx.execute(read, args![crate::support::app::id(&id), i64::from(reads)]).await.unwrap();
                tx.commit().await.unwrap();
                let to = promoted(*tier, i64::from(importance), i64::from(reads));
                expected.push((id, to.unwrap_or(*tier), to.is_some()));
            }
        }
        let lifted = expected.iter().filter(|(.., lifted)| *lifted).count();
        assert_eq!(promote(&app.db, &|| false).await.unwrap(), lifted as u64, "{name}");
        for (id, tier, lifted) in &expected {
            let now = house.viewer.get(format!("/memory/{id}")).await.ok();
            assert_eq!(now["tier"], json!(tier), "{name}: {now}");
            assert_eq!(now["version"], json!(if *lifted { 2 } else { 1 }), "{name}: {now}");
            assert_eq!(now["expiresAt"].is_null(), *tier == MemoryTier::LongTerm, "{name}: {now}");
        }
        let (events, counts): (Vec<_>, Vec<_>) = batches(&app).await.into_iter().unzip();
        assert_eq!(events, ["memory.promoted", "memory.promoted"], "{name}: one row for each rise");
        assert_eq!(counts.iter().sum::<i64>(), lifted as i64, "{name}");
        app.stop().await;
    }
}

/// A rise takes no time away that somebody gave.
#[tokio::test(flavor = "multi_thread")]
async fn what_rises_is_kept_at_least_as_long() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let by = &house.operator;
        let memory = json!({"content": "useful", "importance": 100, "expiresInSeconds": 48 * 3600});
        let id = store(by, memory).await;
        by.post("/memory/recall", json!({"query": "useful"})).await.ok();
        assert_eq!(promote(&app.db, &|| false).await.unwrap(), 1, "{name}");
        app.advance(TimeDelta::days(13));
        let kept = by.get(format!("/memory/{id}")).await.ok();
        assert_eq!(kept["tier"], "medium_term", "{name}");
        let longer = by.patch(format!("/memory/{id}"), json!({"expiresInSeconds": 90 * 86_400})).await.ok();
        for _ in 0..4 {
            by.post("/memory/recall", json!({"query": "useful"})).await.ok();
        }
        assert_eq!(promote(&app.db, &|| false).await.unwrap(), 1, "{name}");
        let kept = by.get(format!("/memory/{id}")).await.ok();
        assert_eq!((&kept["tier"], &kept["expiresAt"]), (&json!("long_term"), &Value::Null), "{name}");
        assert!(longer["expiresAt"].is_string(), "{name}");
        app.stop().await;
    }
}

/// The jobs that the schedules enqueue do it by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_forgets_and_promotes_by_itself() {
    for app in apps(Jobs::Run).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let by = &house.operator;
        let short = store(by, json!({"content": "for an hour", "expiresInSeconds": 3600})).await;
        let useful = store(by, json!({"content": "useful", "importance": 100})).await;
        by.post("/memory/recall", json!({"query": "useful"})).await.ok();
        app.advance(TimeDelta::hours(2));
        let mut tx = app.db.begin().await.unwrap();
        let now = tx.now();
        for entry in memory_cron().unwrap() {
            tx.enqueue((entry.job)(now));
        }
        tx.commit().await.unwrap();
        until("forgotten and promoted", || async {
            let left = count(&app).await;
            let now = by.get(format!("/memory/{useful}")).await.ok();
            (left == 1 && now["tier"] == "medium_term").then_some(())
        })
        .await;
        assert_eq!(by.get(format!("/memory/{short}")).await.code(), 404, "{name}");
        let mut batches = batches(&app).await;
        batches.sort();
        assert_eq!(batches, [("memory.expired".to_owned(), 1), ("memory.promoted".to_owned(), 1)], "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn short_term_memory_is_forgotten_with_the_execution_that_it_is_of() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "thinker", None).await;
        let team = house.team("Thinkers", "autonomous", &[&agent]).await;
        let keep = |tier: &str| {
            json!({"key": tier, "name": "Keep", "run": {"action": {"agent": agent.name, "actionType": "store_context",
                "actionData": {"content": format!("kept in {tier}"), "tier": tier}}}})
        };
        let mut last = keep("long_term");
        last["onSuccess"] = json!("pause");
        let mut first = keep("short_term");
        first["onSuccess"] = json!("long_term");
        let pause = json!({"key": "pause", "name": "Pause", "run": {"wait": {"seconds": 60}}});
        let inner = published(&house, "Inner", Some(&team), json!([first, last, pause])).await;
        let call = json!({"key": "call", "name": "Call", "onSuccess": "rest", "run": {"workflow": {"workflow": "Inner"}}});
        let rest = json!({"key": "rest", "name": "Rest", "run": {"wait": {"seconds": 60}}});
        let outer = published(&house, "Outer", Some(&team), json!([call, rest])).await;
        assert_ne!(inner, outer);
        let place = start(&house.operator, &outer, json!({})).await;
        let known = async |count: usize| {
            until(&format!("{count} memories"), || async {
                let page = house.viewer.get("/memory").await.ok();
                (page["items"].as_array().unwrap().len() == count).then_some(page)
            })
            .await
        };
        known(2).await;
        // The child ends, and what it knew is still there for the rest.
        app.advance(TimeDelta::seconds(61));
        until("the rest waits", || async {
            let found = house.viewer.get(&place).await.ok();
            (found["steps"][1]["waitsFor"] == "timer").then_some(())
        })
        .await;
        known(2).await;
        app.advance(TimeDelta::seconds(61));
        comes_to(&house.viewer, &place, &["completed"]).await;
        let left = known(1).await;
        assert_eq!(left["items"][0]["content"], "kept in long_term", "{}", app.name());
        app.stop().await;
    }
}
