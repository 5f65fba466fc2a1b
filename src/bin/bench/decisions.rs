//! Decisions per second over HTTP, beside the same SQL; memory; cold start.

use crate::direct::{self, Direct};
use crate::program::{Place, Server, World};
use crate::report::{Report, Verdict, median, ms};
use crate::wire::Wire;
use crate::{Outcome, Scope, fill};
use countersign::args;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_millis(500);
const API: &str = "/api/orchestration/approvals";

/// The approvals that are still to be decided, handed out one by one.
struct Pending {
    ids: Vec<Uuid>,
    next: AtomicUsize,
}

impl Pending {
    fn take(&self) -> Option<Uuid> {
        self.ids.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }
}

pub async fn measure(scope: &Scope, place: &Place, world: &World, report: &mut Report) -> Outcome<()> {
    let db = place.open().await?;
    fill::to_decide(&db, world, scope.to_decide).await?;
    let sql = "SELECT id FROM agent_pending_actions WHERE status = 'pending' ORDER BY id";
    let ids: Vec<(Uuid,)> = db.read().await?.fetch_all(sql, args![]).await?;
    db.close().await;
    let pending =
        Arc::new(Pending { ids: ids.into_iter().map(|(id,)| id).collect(), next: AtomicUsize::new(0) });

    let (mut over_http, mut as_sql, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut idle, mut loaded) = (Vec::new(), Vec::new());
    for _ in 0..scope.rounds {
        let server = Server::start(scope, place).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        idle.push(server.memory("VmRSS")?);
        round_over_http(&server, world, &pending, WARM_UP).await?;
        let ours = round_over_http(&server, world, &pending, scope.round).await?;
        loaded.push(server.memory("VmHWM")?);
        server.stop()?;
        let theirs = round_of_sql(place, world, &pending, scope.round).await?;
        over_http.push(ours);
        as_sql.push(theirs);
        ratios.push(ours / theirs);
    }
    let goal = if place.name == "sqlite" { 1.0 } else { 0.5 };
    let ratio = median(&mut ratios);
    let name = place.name;
    let rate = |mut rates: Vec<f64>| format!("{:.0} /s", median(&mut rates));
    report.add("decisions over HTTP, 16 connections", "", name, rate(over_http), Verdict::Open);
    report.add("the same SQL directly, 16 tasks", "", name, rate(as_sql), Verdict::Open);
    let goals = "≥ 1 on SQLite, ≥ 0.5 on PostgreSQL";
    report.add("  ratio", goals, name, format!("{ratio:.2}"), Verdict::met(ratio >= goal));
    let idle = median(&mut idle);
    report.add("memory, idle", "< 60 MB", name, format!("{idle:.0} MB"), Verdict::met(idle < 60.0));
    report.add(
        "memory, highest under load",
        "",
        name,
        format!("{:.0} MB", median(&mut loaded)),
        Verdict::Open,
    );
    cold_start(scope, place, report).await
}

/// Decisions per second through the API, each connection waiting for one answer before it asks again.
async fn round_over_http(
    server: &Server,
    world: &World,
    pending: &Arc<Pending>,
    round: Duration,
) -> Outcome<f64> {
    let body: Arc<str> = format!("{{\"approved\":true,\"argsHash\":\"{}\"}}", fill::task()?.hash()).into();
    let mut wires = Vec::new();
    for _ in 0..CONNECTIONS {
        wires.push(Wire::connect(server.address).await?);
    }
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for mut wire in wires {
        let (pending, body, token) = (pending.clone(), body.clone(), world.reviewer_token.clone());
        clients.spawn(async move {
            let mut done = 0_u32;
            while began.elapsed() < round {
                let id = pending.take().ok_or("too few approvals were prepared")?;
                wire.post(&format!("{API}/{id}"), &token, &body).await?;
                done += 1;
            }
            Outcome::Ok(done)
        });
    }
    rate(clients, began).await
}

async fn round_of_sql(place: &Place, world: &World, pending: &Arc<Pending>, round: Duration) -> Outcome<f64> {
    let db = Direct::open(&place.url, CONNECTIONS).await?;
    let world = Arc::new(world.without_tokens());
    let data = Arc::new(fill::task()?);
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (db, world, pending, data) = (db.clone(), world.clone(), pending.clone(), data.clone());
        clients.spawn(async move {
            let hash = data.hash();
            let text = "Approved: Create the task \"Send Northwind the revised quote\"";
            let mut done = 0_u32;
            while began.elapsed() < WARM_UP + round {
                let id = pending.take().ok_or("too few approvals were prepared")?;
                direct::decide(&db, &world, id, &data, text, &hash).await?;
                done += u32::from(began.elapsed() > WARM_UP);
            }
            Outcome::Ok(done)
        });
    }
    let rate = rate(clients, began + WARM_UP).await;
    db.close().await;
    rate
}

async fn rate(mut clients: JoinSet<Outcome<u32>>, began: Instant) -> Outcome<f64> {
    let mut done = 0;
    while let Some(client) = clients.join_next().await {
        done += client??;
    }
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

/// From the start of the process to `/readyz`, on the database that the rounds have left.
async fn cold_start(scope: &Scope, place: &Place, report: &mut Report) -> Outcome<()> {
    let mut times = Vec::new();
    for _ in 0..scope.starts {
        let server = Server::start(scope, place).await?;
        times.push(server.ready_after.as_secs_f64());
        server.stop()?;
    }
    let time = Duration::from_secs_f64(median(&mut times));
    let met = Verdict::met(time <= Duration::from_millis(300));
    report.add("cold start to ready, existing database", "≤ 300 ms", place.name, ms(time), met);
    Ok(())
}
