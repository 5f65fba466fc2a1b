//! What another site can make a browser send changes nothing, and neither does any GET.

use crate::routes::{About, ROWS, Thing};
use crate::support::app::{App, BARE, Jobs, apps, until};
use crate::things::Place;
use axum::http::Method;
use countersign::args;
use countersign::server::storage::db::Engine;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Rows that come and go with requests and say nothing of what people work on.
const PASSING: [&str; 2] = ["sessions", "idempotency_keys"];

/// Of each table, the number of its rows and all that is in them.
async fn contents(app: &App) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<(String,)> = match app.db.engine() {
        Engine::Sqlite => {
            let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                       AND name NOT LIKE '%_fts%' AND name NOT LIKE '_sqlx%'";
            app.rows(sql, args![]).await
        }
        Engine::Postgres => {
            let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' \
                       AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_sqlx%'";
            app.rows(sql, args![]).await
        }
    };
    assert!(tables.len() > 15, "{}: {tables:?}", app.name());
    let mut all = BTreeMap::new();
    for (table,) in tables.into_iter().filter(|(table,)| !PASSING.contains(&table.as_str())) {
        // When a token was last used is noted beside the request.
        let skipped = |column: &str| table == "api_tokens" && column == "last_used_at";
        let rows: Vec<(String,)> = match app.db.engine() {
            Engine::Sqlite => {
                let sql = format!("SELECT name FROM pragma_table_info('{table}')");
                let columns: Vec<(String,)> = app.rows(&sql, args![]).await;
                let parts: Vec<String> = columns
                    .iter()
                    .filter(|(column,)| !skipped(column))
                    .map(|(column,)| format!("quote(\"{column}\")"))
                    .collect();
                app.rows(&format!("SELECT {} FROM {table} ORDER BY 1", parts.join(" || ',' || ")), args![])
                    .await
            }
            Engine::Postgres => {
                let sql = format!("SELECT (to_jsonb(t) - 'last_used_at')::text FROM {table} t ORDER BY 1");
                app.rows(&sql, args![]).await
            }
        };
        all.insert(table, rows.into_iter().map(|(row,)| row).collect());
    }
    all
}

/// Waits until the publisher has numbered all events, which nobody asked for.
pub async fn at_rest(app: &App) {
    until("all events are numbered", || async {
        let left = app.count("SELECT COUNT(*) FROM events WHERE seq IS NULL", args![]).await;
        (left == 0).then_some(())
    })
    .await;
}

#[track_caller]
fn same(
    app: &App,
    what: &str,
    before: &BTreeMap<String, Vec<String>>,
    after: &BTreeMap<String, Vec<String>>,
) {
    for (table, rows) in before {
        assert_eq!(rows, &after[table], "{}: {what} changed {table}", app.name());
    }
}

/// A browser that another site drives: its user is signed in, and its headers tell where the request comes from.
const FOREIGN: [&[(&str, &str)]; 6] = [
    &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site"), ("origin", "http://other.127.0.0.1:3000")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "http://127.0.0.1:3001")],
];

/// What a page of ours sends.
const OURS: [&[(&str, &str)]; 2] = [
    &[("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:3000")],
    &[("origin", "http://127.0.0.1:3000")],
];

#[tokio::test(flavor = "multi_thread")]
async fn another_site_changes_nothing() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        for row in ROWS.iter().filter(|row| !row.is_safe()) {
            let thing = place.make(&app, row.about).await;
            at_rest(&app).await;
            let before = contents(&app).await;
            let body = (row.body)(&thing);
            let json = (!body.is_null()).then(|| body.to_string().into_bytes());
            for headers in FOREIGN {
                let owner = &place.house.owner;
                let answer = owner.send(row.method(), &row.path(&thing.id), json.clone(), headers).await;
                let case = format!("{}: {} with {headers:?}", app.name(), row.call);
                assert_eq!(answer.code(), 403, "{case}: {}", answer.text());
                answer.refused(403, "cross_site");
                // A form needs no preflight.
                let form = [headers, &[("content-type", "application/x-www-form-urlencoded")]].concat();
                let answer =
                    owner.send(row.method(), &row.path(&thing.id), Some(b"id=1".to_vec()), &form).await;
                answer.refused(403, "cross_site");
            }
            same(&app, row.call, &before, &contents(&app).await);
            for headers in OURS.iter().filter(|_| !row.ends) {
                let answer =
                    place.house.owner.send(row.method(), &row.path(&thing.id), json.clone(), headers).await;
                assert_ne!(
                    answer.json()["code"],
                    "cross_site",
                    "{}: {}: {}",
                    app.name(),
                    row.call,
                    answer.text()
                );
            }
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_get_changes_anything() {
    for app in apps(Jobs::Wait).await {
        let place = Place::new(&app, "Birch").await;
        let mut things: BTreeMap<About, Thing> = BTreeMap::new();
        for row in ROWS {
            if let Entry::Vacant(slot) = things.entry(row.about) {
                slot.insert(place.make(&app, row.about).await);
            }
        }
        // Something is overdue, so that a reader who tidies up would be seen.
        place.house.owner.post("/approvals", overdue()).await.ok();
        app.test.clock.advance(chrono::TimeDelta::seconds(30));
        at_rest(&app).await;
        let before = contents(&app).await;
        let mut paths: Vec<String> = BARE.iter().map(|path| (*path).to_owned()).collect();
        paths.extend(["/api/openapi.json", "/api/docs", "/api/docs/"].map(str::to_owned));
        paths.extend(ROWS.iter().filter(|row| row.is_safe()).map(|row| row.path(&things[&row.about].id)));
        // What only POST may do is not done by GET either.
        paths.extend(ROWS.iter().filter(|row| !row.is_safe()).map(|row| row.path(&things[&row.about].id)));
        for path in &paths {
            for method in [Method::GET, Method::HEAD] {
                let answer = place.house.owner.send(method, path, None, &[]).await;
                assert!(answer.code() < 500, "{}: {}: {}", app.name(), answer.asked, answer.text());
                assert!(answer.headers.get("set-cookie").is_none(), "{}: {}", app.name(), answer.asked);
            }
            same(&app, path, &before, &contents(&app).await);
        }
        app.stop().await;
    }
}

fn overdue() -> serde_json::Value {
    serde_json::json!({
        "actionType": "create_task", "actionData": {"title": "Late"}, "expiresInSeconds": 10,
    })
}
