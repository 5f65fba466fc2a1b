//! One server under load, killed at random moments and started again.

use crate::account;
use crate::ledger::Ledger;
use crate::load::{self, Load};
use crate::program::{Server, World, free_port};
use crate::support::db::{TestDb, databases};
use chrono::{DateTime, Utc};
use countersign::server::clock::Clock;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

const KILLS: usize = 32;
/// Of a restart: until the server is ready, and until work that had been decided before the kill comes to its end.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Slowest {
    ready: Duration,
    resumed: Duration,
    /// Restarts at which decided work waited.
    resumptions: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_happens_twice() {
    let _alone = crate::nodes::ALONE.lock().await;
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260);
    for test in databases().await {
        storm(&test, seed).await;
    }
}

async fn storm(test: &TestDb, seed: u64) {
    let began = Instant::now();
    let mut dice = StdRng::seed_from_u64(seed);
    let ledger = Ledger::start(Duration::from_millis(300)).await;
    let world = World::make(test, &ledger).await;
    let port = free_port();
    let client = load::client();
    let mut slowest = Slowest::default();

    let mut server = Server::start(test, &world, port);
    server.ready(&client, Duration::from_secs(20)).await;
    let (load, mut clients) = Load::start(&world, &server.url(), &client);
    let mut ended: HashSet<String> = HashSet::new();
    for round in 0..KILLS {
        if round % 4 == 3 {
            // While it starts.
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..400))).await;
        } else {
            tokio::time::sleep(Duration::from_millis(dice.random_range(100..1_500))).await;
        }
        server.kill();
        let waiting = waiting(&load, &ended);
        let restarted = Clock::new().now();
        server = Server::start(test, &world, port);
        if round % 4 != 2 {
            slowest.ready = slowest.ready.max(server.ready(&client, LIMIT).await);
            resumed(&load, waiting, &mut ended, restarted, &mut slowest).await;
        }
        check_clients(&mut clients);
    }
    load.stop();
    while let Some(client) = clients.join_next().await {
        client.expect("a client of the load");
    }
    drained(&load).await;
    server.stop();
    account(test, &world, &ledger, &load).await;
    eprintln!(
        "{}: seed {seed}, {KILLS} kills in {:.0?}; ready again within {:.0?}, work resumed within {:.0?} \
         (seen {} times); {} requests repeated, {} decisions found done",
        test.name,
        began.elapsed(),
        slowest.ready,
        slowest.resumed,
        slowest.resumptions,
        load.broken.load(std::sync::atomic::Ordering::SeqCst),
        load.found_decided.load(std::sync::atomic::Ordering::SeqCst),
    );
}

/// Approved actions whose end nobody has seen; the latest 40.
fn waiting(load: &Load, ended: &HashSet<String>) -> Vec<String> {
    let kept = load.acknowledged.lock().unwrap();
    let mut waiting: Vec<_> =
        kept.decided.iter().filter(|(id, decided)| decided.approved && !ended.contains(*id)).collect();
    waiting.sort_by_key(|(_, decided)| std::cmp::Reverse(decided.at));
    waiting.into_iter().take(40).map(|(id, _)| id.clone()).collect()
}

/// Of what waited when the process was killed, something ends within the limit, if anything did wait.
async fn resumed(
    load: &Load,
    mut waiting: Vec<String>,
    ended: &mut HashSet<String>,
    restarted: DateTime<Utc>,
    slowest: &mut Slowest,
) {
    loop {
        let mut left = Vec::new();
        let mut first: Option<Duration> = None;
        for id in waiting {
            let Some(approval) = load.get(&id).await else {
                left.push(id);
                continue;
            };
            match approval["outcome"]["finishedAt"].as_str() {
                None => left.push(id),
                Some(at) => {
                    let at: DateTime<Utc> = at.parse().unwrap();
                    if let Ok(after) = (at - restarted).to_std() {
                        first = Some(first.map_or(after, |first| first.min(after)));
                    }
                    ended.insert(id);
                }
            }
        }
        if let Some(first) = first {
            slowest.resumed = slowest.resumed.max(first);
            slowest.resumptions += 1;
            assert!(first <= LIMIT, "work resumed only after {first:?}");
            return;
        }
        if left.is_empty() {
            return;
        }
        let took = (Clock::new().now() - restarted).to_std().unwrap_or_default();
        assert!(
            took <= LIMIT + Duration::from_secs(2),
            "nothing of what waited has ended after {took:?}: {left:?}"
        );
        waiting = left;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A client that failed fails the test now, not at the end.
fn check_clients(clients: &mut tokio::task::JoinSet<()>) {
    while let Some(client) = clients.try_join_next() {
        client.expect("a client of the load");
    }
}

/// Waits until nothing is queued or running.
async fn drained(load: &Load) {
    let began = Instant::now();
    while load.any_with_outcome("queued").await || load.any_with_outcome("running").await {
        assert!(began.elapsed() < Duration::from_secs(40), "approved actions never end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn account(test: &TestDb, world: &World, ledger: &Ledger, load: &Load) {
    let db = test.node().await;
    let approvals = account::approvals(&db).await;
    account::acknowledged(&approvals, &load.acknowledged.lock().unwrap(), load.begun(), world);
    account::calls_match(&approvals, ledger);
    account::told_once(&approvals, &account::audit(&db).await);
    account::records_match(&approvals, &db).await;
    account::mails_match(&approvals, &world.outbox());
    assert_eq!(account::unfinished(&db).await, 0);
    eprintln!("{}: {:?}", test.name, account::outcomes(&approvals));
    db.close().await;
}
