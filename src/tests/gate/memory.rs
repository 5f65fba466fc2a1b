//! Memory: who sees what, what is refused, edits, repeats, search, recall, sharing.

use crate::support::app::{Agent, Answer, App, Caller, House, Jobs, apps, text};
use axum::http::Method;
use countersign::args;
use serde_json::{Value, json};

/// A workspace with two agents of one team, and one of another.
struct Ground {
    house: House,
    ada: Agent,
    ben: Agent,
    cleo: Agent,
    sales: String,
    support: String,
}

async fn ground(app: &App) -> Ground {
    let house = app.house("Birch").await;
    let (ada, ben) = (app.agent(&house, "Ada", None).await, app.agent(&house, "Ben", None).await);
    let cleo = app.agent(&house, "Cleo", None).await;
    let sales = house.team("Sales", "autonomous", &[&ada, &ben]).await;
    let support = house.team("Support", "autonomous", &[&cleo]).await;
    Ground { house, ada, ben, cleo, sales, support }
}

async fn store(by: &Caller, memory: Value) -> String {
    let made = by.post("/memory", memory).await.ok();
    text(&made, "id").to_owned()
}

/// The contents that a list of memories shows, in its order.
async fn contents(by: &Caller, query: &str) -> Vec<String> {
    let page = by.get(format!("/memory?limit=200&{query}")).await.ok();
    items(&page)
}

/// Where a refusal says that the fault is.
fn pointer(refused: &Answer) -> String {
    refused.json()["errors"][0]["pointer"].as_str().unwrap_or("nowhere").to_owned()
}

fn items(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|memory| text(memory, "content").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sees_its_own_its_teams_and_the_workspaces() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let g = ground(&app).await;
        let mut ids = Vec::new();
        for (by, memory) in [
            (&g.ada.caller, json!({"content": "ada alone"})),
            (&g.ada.caller, json!({"content": "ada to sales", "teamId": g.sales})),
            (&g.cleo.caller, json!({"content": "cleo alone"})),
            (&g.cleo.caller, json!({"content": "cleo to support", "teamId": g.support})),
            (&g.cleo.caller, json!({"content": "cleo to all", "visibility": "workspace"})),
            (&g.house.operator.caller, json!({"content": "a person to all"})),
            (&g.house.operator.caller, json!({"content": "a person to ben", "agentId": g.ben.id})),
            (
                &g.house.operator.caller,
                json!({"content": "a person to support as ben's", "agentId": g.ben.id, "teamId": g.support}),
            ),
        ] {
            ids.push(store(by, memory).await);
        }
        let everything = [
            "a person to support as ben's",
            "a person to ben",
            "a person to all",
            "cleo to all",
            "cleo to support",
            "cleo alone",
            "ada to sales",
            "ada alone",
        ];
        let seen = |mine: &[&str]| {
            let mine: Vec<_> = mine.iter().map(|one| (*one).to_owned()).collect();
            everything
                .iter()
                .map(|one| (*one).to_owned())
                .filter(|one| mine.contains(one))
                .collect::<Vec<_>>()
        };
        for (by, mine) in [
            (&g.house.viewer.caller, &everything[..]),
            (&g.house.owner.caller, &everything[..]),
            (&g.ada.caller, &["ada alone", "ada to sales", "cleo to all", "a person to all"][..]),
            (
                &g.ben.caller,
                &[
                    "ada to sales",
                    "cleo to all",
                    "a person to all",
                    "a person to ben",
                    "a person to support as ben's",
                ],
            ),
            (
                &g.cleo.caller,
                &[
                    "cleo alone",
                    "cleo to support",
                    "cleo to all",
                    "a person to all",
                    "a person to support as ben's",
                ],
            ),
        ] {
            assert_eq!(contents(by, "").await, seen(mine), "{name}");
            // Whatever is asked for, and one by one.
            for query in ["q=a", "q=alone", "sort=importance", "tier=short_term", "category=context"] {
                let found = contents(by, query).await;
                assert!(found.iter().all(|one| mine.contains(&one.as_str())), "{name}: {query}: {found:?}");
            }
            for (id, content) in ids.iter().zip(everything.iter().rev()) {
                let answer = by.get(format!("/memory/{id}")).await;
                let expected = if mine.contains(content) { 200 } else { 404 };
                assert_eq!(answer.code(), expected, "{name}: {content}");
            }
        }
        // The doors of actions see no more.
        let find =
            json!({"actionType": "retrieve_memory", "actionData": {"query": "alone"}, "teamId": g.sales});
        let found = g.ada.post("/actions", find).await.ok()["outcome"]["result"].to_string();
        assert!(found.contains("ada alone") && !found.contains("cleo"), "{name}: {found}");
        let recalled = g.ada.post("/memory/recall", json!({"query": "alone", "limit": 50})).await.ok();
        assert_eq!(items(&recalled), ["ada alone"], "{name}");
        // An agent that leaves a team leaves what the team knows, but for what is its own.
        g.house
            .owner
            .send(
                Method::DELETE,
                &format!("/teams/{}/members", g.sales),
                Some(json!({"agentId": g.ben.id}).to_string().into_bytes()),
                &[],
            )
            .await
            .ok();
        assert!(!contents(&g.ben, "").await.contains(&"ada to sales".to_owned()), "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_changes_what_is_its_own() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let g = ground(&app).await;
        let own = store(&g.ada, json!({"content": "ada to sales", "teamId": g.sales})).await;
        let theirs = store(&g.cleo, json!({"content": "cleo to all", "visibility": "workspace"})).await;
        let hidden = store(&g.cleo, json!({"content": "cleo alone"})).await;
        let share = |id: &str| format!("/memory/{id}/share");
        let path = |id: &str| format!("/memory/{id}");
        for (id, code) in [(&theirs, 403), (&hidden, 404)] {
            assert_eq!(g.ada.patch(path(id), json!({"importance": 1})).await.code(), code, "{name}");
            assert_eq!(g.ada.post(share(id), json!({})).await.code(), code, "{name}");
            assert_eq!(g.ada.delete(path(id)).await.code(), code, "{name}");
        }
        // Ben sees what Ada told Sales, and does not change it.
        assert_eq!(g.ben.patch(path(&own), json!({"importance": 1})).await.code(), 403, "{name}");
        // Nobody speaks for another agent, or into a team that it is not in.
        let refused = g.ada.post("/memory", json!({"content": "x", "agentId": g.ben.id})).await;
        assert_eq!(refused.code(), 403, "{name}");
        for team in [g.support.clone(), app.db.clock.id().to_string()] {
            let refused = g.ada.post("/memory", json!({"content": "x", "teamId": team})).await;
            assert_eq!((refused.code(), pointer(&refused)), (422, "/teamId".to_owned()), "{name}");
            let alone = store(&g.ada, json!({"content": "ada alone"})).await;
            let refused = g.ada.post(share(&alone), json!({"teamId": team})).await;
            assert_eq!((refused.code(), pointer(&refused)), (422, "/teamId".to_owned()), "{name}");
        }
        g.ada.patch(path(&own), json!({"importance": 90})).await.ok();
        g.ada.delete(path(&own)).await.ok();
        // People change everything, as their role allows.
        assert_eq!(g.house.reviewer.delete(path(&hidden)).await.code(), 403, "{name}");
        g.house.operator.delete(path(&hidden)).await.ok();
        let events = app.rows::<(String,)>(
            "SELECT event FROM agent_action_audit_log WHERE event LIKE 'memory.%' AND event <> 'memory.stored' \
             ORDER BY executed_at, id",
            args![],
        );
        let events: Vec<_> = events.await.into_iter().map(|(event,)| event).collect();
        assert_eq!(events, ["memory.changed", "memory.forgotten", "memory.forgotten"], "{name}");
        // The trail does not say what a memory says.
        let trail: Vec<(String, Option<String>)> = app
            .rows(
                "SELECT description, result FROM agent_action_audit_log WHERE event LIKE 'memory.%'",
                args![],
            )
            .await;
        assert!(!format!("{trail:?}").contains("cleo"), "{name}: {trail:?}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_what_is_hostile_is_kept() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let by = &house.operator;
        for (memory, at) in [
            (json!({"content": " "}), "/content"),
            (json!({"content": "a\0b"}), "/content"),
            (json!({"content": "x".repeat(20_001)}), "/content"),
            (json!({"content": "x", "importance": 101}), "/importance"),
            (json!({"content": "x", "tier": "for_ever"}), "/tier"),
            (json!({"content": "x", "tags": vec!["t"; 2]}), "/tags"),
            (json!({"content": "x", "tags": ["\u{202e}gat"]}), "/tags"),
            (json!({"content": "x", "expiresInSeconds": 59}), "/expiresInSeconds"),
            (json!({"content": "x", "expiresInSeconds": 48 * 3600 + 1}), "/expiresInSeconds"),
            (json!({"content": "x", "visibility": "team"}), "/teamId"),
            (json!({"content": "x", "visibility": "agent"}), "/agentId"),
            (json!({"content": "x", "agentId": app.db.clock.id()}), "/agentId"),
            (json!({"content": "x", "colour": "red"}), "/colour"),
        ] {
            let refused = by.post("/memory", memory.clone()).await;
            assert_eq!((refused.code(), pointer(&refused).as_str()), (422, at), "{name}: {memory}");
        }
        for (query, at) in [
            ("tier=x", "tier"),
            ("category=x", "category"),
            ("teamId=x", "teamId"),
            ("agentId=x", "agentId"),
            ("sort=oldest", "sort"),
            ("q=%00", "q"),
            ("tag=%00", "tag"),
            ("cursor=x", "cursor"),
            ("sort=importance&cursor=x", "cursor"),
            ("limit=0", "limit"),
        ] {
            let refused = by.get(format!("/memory?{query}")).await;
            assert_eq!((refused.code(), pointer(&refused).as_str()), (422, at), "{name}: {query}");
        }
        let hostile =
            "<script>alert(1)</script> \u{202e}txt.exe' OR 1=1; -- \u{200b}\u{1f468}\u{200d}\u{1f469}";
        let id = store(by, json!({"content": hostile, "tags": ["<b>", "a'b", "ü 🙂"]})).await;
        let kept = house.viewer.get(format!("/memory/{id}")).await.ok();
        assert_eq!(kept["content"], hostile, "{name}");
        assert_eq!(kept["tags"], json!(["<b>", "a'b", "ü 🙂"]), "{name}");
        for tag in ["%3Cb%3E", "a%27b", "%C3%BC%20%F0%9F%99%82"] {
            assert_eq!(contents(by, &format!("tag={tag}")).await.len(), 1, "{name}: {tag}");
        }
        for none in ["b", "%25", "a%27B", "%5B", "%22"] {
            assert_eq!(contents(by, &format!("tag={none}")).await.len(), 0, "{name}: {none}");
        }
        // Whatever is searched for is words, or nothing.
        for (q, found) in [
            ("script", 1),
            ("SCRIPT%20alert", 1),
            ("%22script%22%20OR%20%22zzz%22", 0),
            ("script%3A%2A", 1),
            ("%27%20OR%201%3D1", 1),
            ("NEAR%28script%29", 0),
            ("%22%2A%26%7C%21%3C%3E", 1),
            ("zzz", 0),
        ] {
            assert_eq!(contents(by, &format!("q={q}")).await.len(), found, "{name}: {q}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_what_they_have_not_seen_and_repeats_are_one() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let by = &house.operator;
        let body = json!({"content": "Ada prefers mail", "tags": ["ada"]}).to_string().into_bytes();
        let send = |body: Vec<u8>| by.send(Method::POST, "/memory", Some(body), &[("idempotency-key", "k1")]);
        let (first, again) = (send(body.clone()).await, send(body).await);
        assert_eq!((first.code(), again.code()), (201, 201), "{name}");
        let made = first.ok();
        assert_eq!(made, again.ok(), "{name}");
        assert_eq!(contents(by, "").await.len(), 1, "{name}");
        let other = json!({"content": "Something else"}).to_string().into_bytes();
        assert_eq!(send(other).await.code(), 422, "{name}");

        let path = format!("/memory/{}", text(&made, "id"));
        let etag = by.get(&path).await.header("etag").to_owned();
        let change = |etag: String, body: Value| {
            let (by, path) = (by.caller.clone(), path.clone());
            async move {
                let body = Some(body.to_string().into_bytes());
                by.send(Method::PATCH, &path, body, &[("if-match", etag.as_str())]).await
            }
        };
        let changed = change(etag.clone(), json!({"content": "Ada prefers calls", "tags": []})).await.ok();
        assert_eq!((&changed["version"], &changed["content"]), (&json!(2), &json!("Ada prefers calls")));
        assert_eq!(change(etag.clone(), json!({"importance": 1})).await.code(), 412, "{name}");
        let gone = by.send(Method::DELETE, &path, None, &[("if-match", etag.as_str())]).await;
        assert_eq!(gone.code(), 412, "{name}");
        let share = format!("{path}/share");
        let shared =
            by.send(Method::POST, &share, Some(b"{}".to_vec()), &[("if-match", etag.as_str())]).await;
        assert_eq!(shared.code(), 412, "{name}");
        // The words are those of the new text.
        assert_eq!(contents(by, "q=calls").await.len(), 1, "{name}");
        assert_eq!(contents(by, "q=mail").await.len(), 0, "{name}");
        // What changes nothing is no change.
        let same = by.patch(&path, json!({"content": "Ada prefers calls"})).await.ok();
        assert_eq!(same["version"], 2, "{name}");
        by.delete(&path).await.ok();
        assert_eq!(by.get(&path).await.code(), 404, "{name}");
        assert_eq!(contents(by, "q=calls").await.len(), 0, "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sharing_shows_it_to_more() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let g = ground(&app).await;
        let id = store(&g.ada, json!({"content": "ada alone"})).await;
        let (path, share) = (format!("/memory/{id}"), format!("/memory/{id}/share"));
        let seen = || async {
            let mut codes = Vec::new();
            for by in [&g.ada, &g.ben, &g.cleo] {
                codes.push(by.get(&path).await.code());
            }
            codes
        };
        assert_eq!(seen().await, [200, 404, 404], "{name}");
        let shared = g.ada.post(&share, json!({"teamId": g.sales})).await.ok();
        assert_eq!(shared["visibility"], "team", "{name}");
        assert_eq!(text(&shared, "teamId"), g.sales, "{name}");
        assert_eq!(seen().await, [200, 200, 404], "{name}");
        // A second team would take it from the first.
        let refused = g.house.operator.post(&share, json!({"teamId": g.support})).await;
        assert_eq!(refused.json()["code"], "refused", "{name}: {}", refused.text());
        let refused = g.ada.post(&share, json!({"teamId": g.sales})).await;
        assert_eq!(refused.json()["code"], "refused", "{name}");
        let shared = g.ada.post(&share, json!({})).await.ok();
        assert_eq!((&shared["visibility"], &shared["version"]), (&json!("workspace"), &json!(3)), "{name}");
        assert_eq!(text(&shared, "teamId"), g.sales, "{name}: it remembers where it came from");
        assert_eq!(seen().await, [200, 200, 200], "{name}");
        assert_eq!(g.ada.post(&share, json!({})).await.json()["code"], "refused", "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_counts_as_reading_and_a_look_does_not() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let g = ground(&app).await;
        for (content, importance) in [
            ("Ada likes mail", 20),
            ("Ada likes tea", 90),
            ("Ben likes mail", 60),
            ("The office is shut", 99),
        ] {
            let memory = json!({"content": content, "importance": importance, "visibility": "workspace"});
            store(&g.ada, memory).await;
        }
        let recall =
            |query: &str, limit: i64| g.ben.post("/memory/recall", json!({"query": query, "limit": limit}));
        // All the words first, then some of them; of each the most important first.
        let found = recall("ada mail", 10).await.ok();
        assert_eq!(items(&found), ["Ada likes mail", "Ada likes tea", "Ben likes mail"], "{name}");
        assert_eq!(items(&recall("ADA máil", 2).await.ok()), ["Ada likes mail", "Ada likes tea"], "{name}");
        assert!(items(&recall("zebra crossing", 10).await.ok()).is_empty(), "{name}");
        let refused = recall("\"*\" & !", 10).await;
        assert_eq!((refused.code(), pointer(&refused)), (422, "/query".to_owned()), "{name}");
        let find =
            json!({"actionType": "retrieve_memory", "actionData": {"query": "tea"}, "teamId": g.sales});
        let outcome = g.ben.post("/actions", find).await.ok()["outcome"].clone();
        assert_eq!(outcome["status"], "succeeded", "{name}: {outcome}");

        let page = g.house.viewer.get("/memory?sort=importance").await.ok();
        let reads: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|memory| {
                assert_eq!(memory["version"], 1, "{name}: reading is no change that an edit would lose");
                assert_eq!(memory["readCount"] == 0, memory["lastReadAt"].is_null(), "{name}");
                (text(memory, "content"), memory["readCount"].as_i64().unwrap())
            })
            .collect();
        let expected =
            [("The office is shut", 0), ("Ada likes tea", 3), ("Ben likes mail", 1), ("Ada likes mail", 2)];
        assert_eq!(reads, expected, "{name}");
        let told = "SELECT COUNT(*) FROM agent_action_audit_log WHERE event = 'memory.recalled'";
        assert_eq!(app.count(told, args![]).await, 2, "{name}: what found nothing changed nothing");

        // Two who recall the same at once are both counted.
        let many: Vec<_> = (0..8)
            .map(|n| {
                let by = if n % 2 == 0 { g.ada.caller.clone() } else { g.ben.caller.clone() };
                tokio::spawn(async move { by.post("/memory/recall", json!({"query": "likes"})).await.code() })
            })
            .collect();
        for one in many {
            assert_eq!(one.await.unwrap(), 200, "{name}");
        }
        let counts = "SELECT CAST(SUM(read_count) AS BIGINT) FROM agent_shared_memory";
        assert_eq!(app.count(counts, args![]).await, 6 + 24, "{name}");
        app.stop().await;
    }
}
