//! Schedules on several nodes.

use crate::harness::*;
use crate::support::db::{TestDb, databases};
use chrono::TimeDelta;
use countersign::domain::ids::WorkspaceId;
use countersign::server::engine::{
    CatchUp, CronEntry, DEFAULT_QUEUE, Done, Housekeeping, Schedule, housekeeping_cron,
};
use countersign::server::storage::NewJob;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

fn every(expression: &str, name: &str) -> CronEntry {
    CronEntry {
        name: name.to_owned(),
        schedule: Schedule::utc(expression).unwrap(),
        catch_up: CatchUp::Once,
        job: Arc::new(|slot| NewJob {
            workspace_id: WorkspaceId(uuid::Uuid::nil()),
            queue: DEFAULT_QUEUE,
            kind: "tick",
            payload: json!({ "slot": slot }),
            priority: 0,
            run_at: slot,
            max_attempts: 3,
            dedupe_key: None,
        }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_fire_each_slot_once_and_leave_none_out() {
    for test in databases().await {
        let handler = scripted("tick", |_, _| Box::pin(async { Ok(Done::Finish) }));
        let start =
            |test| Node::with_cron(test, vec![handler.clone()], vec![every("* * * * * *", "second")], |_| {});
        let (a, b): (Node, Node) = tokio::join!(start(&test as &TestDb), start(&test));
        tokio::time::sleep(ms(4_300)).await;
        let db = test.node().await;
        a.stop().await;
        b.stop().await;
        let slots: Vec<_> = handler.runs().iter().map(|job| job.run_at).collect();
        let distinct: BTreeSet<_> = slots.iter().copied().collect();
        assert_eq!(slots.len(), distinct.len(), "{}: {slots:?}", test.name);
        assert!(slots.len() >= 3, "{}: {slots:?}", test.name);
        let (first, last) = (distinct.first().unwrap(), distinct.last().unwrap());
        assert_eq!((*last - *first).num_seconds() as usize + 1, distinct.len(), "{}: {slots:?}", test.name);
        assert_eq!(count(&db, "SELECT count(*) FROM cron_fires").await as usize, slots.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_slots_fire_once_after_a_restart() {
    for test in databases().await {
        let handler = scripted("tick", |_, _| Box::pin(async { Ok(Done::Finish) }));
        let start =
            || Node::with_cron(&test, vec![handler.clone()], vec![every("0 * * * *", "hour")], |_| {});
        // New: nothing was missed.
        let node = start().await;
        tokio::time::sleep(ms(200)).await;
        node.stop().await;
        assert_eq!(handler.runs().len(), 0, "{}", test.name);
        let db = test.node().await;
        let now = db.now().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let last = Schedule::utc("0 * * * *").unwrap().latest(now).unwrap();
        countersign::server::storage::cron::cron_fire(&mut tx, "hour", last).await.unwrap();
        tx.commit().await.unwrap();
        test.clock.advance(TimeDelta::hours(5));
        let node = start().await;
        until("it fires", || async { handler.runs().len() == 1 }).await;
        node.stop().await;
        let node = start().await;
        tokio::time::sleep(ms(200)).await;
        node.stop().await;
        assert_eq!(handler.runs().len(), 1, "{}", test.name);
        assert_eq!(handler.runs()[0].run_at, last + TimeDelta::hours(5), "{}", test.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedules_of_housekeeping_start() {
    for test in databases().await {
        let node =
            Node::with_cron(&test, vec![Arc::new(Housekeeping)], housekeeping_cron().unwrap(), |_| {}).await;
        tokio::time::sleep(ms(100)).await;
        node.stop().await;
    }
}
