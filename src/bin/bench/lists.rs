//! Lists, filters and the dashboard as the table grows. Each list asks for 20 rows and finds them at every size, so
//! that only the size of the table differs.

use crate::program::{Place, Server, World};
use crate::report::{Report, Verdict, ms, quantile};
use crate::wire::Wire;
use crate::{Outcome, Scope, fill};
use countersign::args;
use countersign::server::storage::Db;
use countersign::server::storage::db::Engine;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The goal: between the slowest and the fastest size.
const GOAL: f64 = 1.5;
/// As long as the sealer may take for a million rows.
const SEALING: Duration = Duration::from_secs(600);

pub async fn measure(scope: &Scope, place: &Place, world: &World, report: &mut Report) -> Outcome<()> {
    let db = place.open().await?;
    clear(&db).await?;
    db.close().await;
    let queries = queries(world);
    let mut times: BTreeMap<usize, Vec<Duration>> = BTreeMap::new();
    let mut filled = 0;
    for &size in &scope.sizes {
        let db = place.open().await?;
        fill::lists(&db, world, filled + 1, size).await?;
        fill::figures(&db, world).await?;
        db.close().await;
        filled = size;
        let server = Server::start(scope, place).await?;
        sealed(place, world).await?;
        let mut wire = Wire::connect(server.address).await?;
        for (n, (what, path, rows)) in queries.iter().enumerate() {
            let median = median(scope, &mut wire, world, path, *rows)
                .await
                .map_err(|fault| format!("{what} at {size} rows: {fault}"))?;
            times.entry(n).or_default().push(median);
        }
        server.stop()?;
    }
    if let Some(&size) = scope.sizes.last() {
        // A server that has done nothing else: what sealing and lists took stays taken.
        let server = Server::start(scope, place).await?;
        export(&server, world, place, size, report).await?;
        server.stop()?;
    }
    let sizes: Vec<String> = scope.sizes.iter().map(|size| format!("{}k", size / 1000)).collect();
    for (n, (what, ..)) in queries.iter().enumerate() {
        let times = times.remove(&n).unwrap_or_default();
        let slowest = times.iter().max().copied().unwrap_or_default().as_secs_f64();
        let fastest = times.iter().min().copied().unwrap_or_default().as_secs_f64();
        let each: Vec<String> = times.iter().map(|time| ms(*time)).collect();
        let ratio = slowest / fastest.max(f64::MIN_POSITIVE);
        let text = format!("{}  ×{ratio:.2}", each.join(" | "));
        let what = format!("{what}, p50 at {} rows", sizes.join(" | "));
        report.add(&what, "within ×1.5", place.name, text, Verdict::met(ratio <= GOAL));
    }
    Ok(())
}

/// Waits until the trail is sealed: an export ends with what is, and the sealer's work would be measured.
async fn sealed(place: &Place, world: &World) -> Outcome<()> {
    let db = place.open().await?;
    let unsealed = "SELECT COUNT(*) FROM agent_action_audit_log WHERE workspace_id = $1 AND seq IS NULL";
    let began = Instant::now();
    loop {
        let (rows,): (i64,) = db.read().await?.fetch_one(unsealed, args![world.workspace]).await?;
        if rows == 0 {
            break;
        }
        if began.elapsed() > SEALING {
            return Err(format!("{rows} rows of the trail are not sealed").into());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    db.close().await;
    Ok(())
}

/// The whole audit trail as NDJSON, to a reader that is as fast as it can be.
async fn export(
    server: &Server,
    world: &World,
    place: &Place,
    size: i64,
    report: &mut Report,
) -> Outcome<()> {
    let mut wire = Wire::connect(server.address).await?;
    let began = Instant::now();
    let (bytes, lines) = wire.count("/api/orchestration/audit?format=ndjson", &world.reviewer_token).await?;
    let took = began.elapsed();
    // Not every action that was filled in has a row of its own; each row has its line.
    let db = place.open().await?;
    let (rows,): (i64,) = db
        .read()
        .await?
        .fetch_one(
            "SELECT COUNT(*) FROM agent_action_audit_log WHERE workspace_id = $1",
            args![world.workspace],
        )
        .await?;
    db.close().await;
    if lines < rows.unsigned_abs() {
        return Err(format!("the export has {lines} lines for {rows} rows").into());
    }
    let highest = server.memory("VmHWM")?;
    let text = format!("{highest:.0} MB, {} MB in {:.0} s", bytes / 1_000_000, took.as_secs_f64());
    let what = format!("audit export of {}k rows, highest memory", size / 1000);
    report.add(&what, "< 100 MB", place.name, text, Verdict::met(highest < 100.0));
    Ok(())
}

/// What was decided before is in the way: the sizes are those of the table.
async fn clear(db: &Db) -> Outcome<()> {
    let mut tx = db.begin().await?;
    match tx.engine() {
        Engine::Postgres => {
            let tables = "approval_opens, approval_snoozes, approval_comments, approval_votes, approval_patterns, jobs, \
                 events, metric_deltas, metric_rollups, agent_action_audit_log, agent_pending_actions";
            tx.execute(format!("TRUNCATE {tables} CASCADE"), args![]).await?;
        }
        Engine::Sqlite => {
            // The full-text index follows inserts and updates only.
            let sql =
                "INSERT INTO agent_pending_actions_fts (agent_pending_actions_fts) VALUES ('delete-all')";
            tx.execute(sql, args![]).await?;
            for table in [
                "approval_patterns",
                "jobs",
                "events",
                "metric_deltas",
                "metric_rollups",
                "agent_action_audit_log",
                "agent_pending_actions",
            ] {
                tx.execute(format!("DELETE FROM {table}"), args![]).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// What is asked, how, and how many rows answer, where it is a list.
fn queries(world: &World) -> Vec<(&'static str, String, Option<usize>)> {
    let team = world.teams[2];
    let lists = [
        ("list: pending, soonest first", String::new(), 20),
        ("list: all, newest first", "&status=all&sort=created_at".to_owned(), 20),
        ("list: pending, worst first", "&sort=risk".to_owned(), 20),
        ("filter: risk", "&riskLevel=critical".to_owned(), 20),
        ("filter: team", format!("&teamId={team}"), 20),
        ("filter: action type", "&actionType=send_email".to_owned(), 20),
        ("filter: risk, all, newest first", "&riskLevel=low&status=all&sort=created_at".to_owned(), 20),
        ("filter: department", "&department=sales".to_owned(), 20),
        ("filter: failed outcomes", "&status=all&outcome=failed&sort=created_at".to_owned(), 20),
        ("filter: a common word", "&q=quote".to_owned(), 20),
        ("filter: a rare word", "&q=customer761x&status=approved".to_owned(), 1),
    ];
    let lists = lists.into_iter().map(|(what, query, rows)| {
        (what, format!("/api/orchestration/approvals?limit=20{query}"), Some(rows))
    });
    let figures = [
        ("dashboard: the page", "/?range=30d&tz=Europe/Vienna"),
        ("dashboard: the page, one department", "/?range=30d&tz=Europe/Vienna&department=sales"),
        ("metrics API: 30 days", "/api/orchestration/metrics?range=30d&tz=Europe/Vienna"),
        ("metrics API: a department", "/api/orchestration/metrics?range=30d&department=sales"),
    ];
    lists.chain(figures.map(|(what, path)| (what, path.to_owned(), None))).collect()
}

async fn median(
    scope: &Scope,
    wire: &mut Wire,
    world: &World,
    path: &str,
    rows: Option<usize>,
) -> Outcome<Duration> {
    let mut times = Vec::new();
    for n in 0..scope.pages + 5 {
        let began = Instant::now();
        let body = wire.get(path, &world.reviewer_token).await?;
        let took = began.elapsed();
        if let Some(rows) = rows.filter(|_| n == 0) {
            let page: serde_json::Value = serde_json::from_slice(&body)?;
            let found = page["items"].as_array().map_or(0, Vec::len);
            if found != rows {
                return Err(format!("{found} rows instead of {rows}").into());
            }
        }
        if n >= 5 {
            times.push(took);
        }
    }
    Ok(quantile(&mut times, 0.5))
}
