//! Leases and fences: what happens when a worker is slow, stopped or gone.

use crate::harness::*;
use crate::support::db::databases;
use countersign::args;
use countersign::server::engine::{AtBoot, DEFAULT_QUEUE, Done, JobError};
use countersign::server::storage::Db;
use countersign::server::storage::jobs::jobs_claim;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What the reaper of another node would do.
async fn take_away(db: &Db, id: countersign::domain::ids::JobId) {
    let mut tx = db.begin().await.unwrap();
    tx.execute(
        "UPDATE jobs SET state = 'ready', worker = NULL, lease_until = NULL WHERE id = $1 AND state = 'running'",
        args![id],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_run_jobs_longer_than_the_lease_once() {
    for test in databases().await {
        let handler = scripted("long", |_, _| {
            Box::pin(async {
                tokio::time::sleep(ms(2_500)).await;
                Ok(Done::Finish)
            })
        });
        let a = Node::start(&test, vec![handler.clone()], |settings| settings.lease = ms(1_000)).await;
        let b = Node::start(&test, vec![handler.clone()], |settings| settings.lease = ms(1_000)).await;
        for _ in 0..10 {
            enqueue(&a.db, "long", |_| {}).await;
        }
        until("all are done", || async {
            count(&a.db, "SELECT count(*) FROM jobs WHERE state = 'done'").await == 10
        })
        .await;
        assert_eq!(handler.runs().len(), 10, "{}", test.name);
        a.stop().await;
        b.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_drops_the_attempt_and_the_next_has_a_higher_fence() {
    for test in databases().await {
        let dropped = Arc::new(AtomicBool::new(false));
        let flag = dropped.clone();
        let handler = scripted("loses", move |job, _| {
            let flag = flag.clone();
            Box::pin(async move {
                if job.fence == 1 {
                    let _flag = Flag(flag);
                    std::future::pending::<()>().await;
                }
                Ok(Done::Finish)
            })
        });
        let node = Node::start(&test, vec![handler.clone()], |settings| settings.lease = ms(800)).await;
        let id = enqueue(&node.db, "loses", |_| {}).await;
        until_state(&node.db, id, "running").await;
        take_away(&node.db, id).await;
        let end = until_state(&node.db, id, "done").await;
        assert_eq!((end.attempt, end.fence), (2, 2), "{}", test.name);
        until("the first attempt is dropped", || async { dropped.load(Ordering::SeqCst) }).await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_swap_a_lost_lease_does_not_stop_the_attempt_but_it_cannot_finish() {
    for test in databases().await {
        let handler = scripted("swapped", |job, cx| {
            Box::pin(async move {
                if job.fence > 1 {
                    return Ok(Done::Finish);
                }
                cx.past_swap();
                tokio::time::sleep(ms(1_500)).await;
                let mut tx = cx.db().begin().await?;
                effect(&mut tx, "late truth").await?;
                tx.commit().await?;
                let mut tx = cx.db().begin().await?;
                effect(&mut tx, "finished late").await?;
                cx.finish(&mut tx).await?;
                tx.commit().await?;
                Ok(Done::Finished)
            })
        });
        let node = Node::start(&test, vec![handler.clone()], |settings| settings.lease = ms(800)).await;
        let id = enqueue(&node.db, "swapped", |_| {}).await;
        until_state(&node.db, id, "running").await;
        take_away(&node.db, id).await;
        until_state(&node.db, id, "done").await;
        until("the late truth lands", || async { effects(&node.db, "late truth").await == 1 }).await;
        let (db, engine) = (test.node().await, node);
        engine.stop().await;
        assert_eq!(effects(&db, "finished late").await, 0, "{}", test.name);
        assert_eq!(row(&db, id).await.fence, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_worker_cannot_finish_with_its_old_fence() {
    for test in databases().await {
        let lost = Arc::new(AtomicBool::new(false));
        let flag = lost.clone();
        let handler = scripted("paused", move |job, cx| {
            let flag = flag.clone();
            Box::pin(async move {
                if job.fence == 1 {
                    tokio::time::sleep(ms(1_500)).await;
                }
                let mut tx = cx.db().begin().await?;
                effect(&mut tx, "done").await?;
                if let Err(fault) = cx.finish(&mut tx).await {
                    flag.store(fault == JobError::LeaseLost, Ordering::SeqCst);
                    return Err(fault);
                }
                tx.commit().await?;
                Ok(Done::Finished)
            })
        });
        let stopped = Node::start(&test, vec![handler.clone()], |settings| {
            settings.queues = vec![(DEFAULT_QUEUE, 1)];
            settings.lease = ms(400);
            settings.heartbeat = false;
        })
        .await;
        let id = enqueue(&stopped.db, "paused", |_| {}).await;
        until("the first attempt runs", || async { handler.runs().len() == 1 }).await;
        let awake = Node::start(&test, vec![handler.clone()], |settings| {
            settings.lease = ms(400);
            settings.at_boot = AtBoot::Wait;
        })
        .await;
        until_state(&awake.db, id, "done").await;
        until("the old fence is refused", || async { lost.load(Ordering::SeqCst) }).await;
        assert_eq!(effects(&awake.db, "done").await, 1, "{}", test.name);
        assert_eq!(row(&awake.db, id).await.fence, 2, "{}", test.name);
        stopped.stop().await;
        awake.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_job_whose_worker_is_gone_is_given_up() {
    for test in databases().await {
        let db = test.node().await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(enqueue(&db, "gone", |new| new.max_attempts = 1).await);
        }
        let mut tx = db.begin().await.unwrap();
        assert_eq!(jobs_claim(&mut tx, DEFAULT_QUEUE, 9, "dead/1", ms(1)).await.unwrap().len(), 3);
        tx.commit().await.unwrap();
        tokio::time::sleep(ms(10)).await;
        let handler = scripted("gone", |_, _| Box::pin(async { Ok(Done::Finish) }));
        let node =
            Node::start(&test, vec![handler.clone()], |settings| settings.at_boot = AtBoot::Wait).await;
        for id in ids {
            until_state(&db, id, "dead").await;
            assert_eq!(effects(&db, &format!("given_up {id}")).await, 1, "{}", test.name);
        }
        assert!(handler.runs().is_empty());
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_node_takes_its_jobs_back_at_once() {
    for test in databases().await {
        let db = test.node().await;
        let (mine, theirs) =
            (enqueue(&db, "restarted", |_| {}).await, enqueue(&db, "restarted", |_| {}).await);
        for worker in ["node/before", "node-2/before"] {
            let mut tx = db.begin().await.unwrap();
            jobs_claim(&mut tx, DEFAULT_QUEUE, 1, worker, Duration::from_secs(600)).await.unwrap();
            tx.commit().await.unwrap();
        }
        let handler = scripted("restarted", |_, _| Box::pin(async { Ok(Done::Finish) }));
        let began = Instant::now();
        let node =
            Node::start(&test, vec![handler.clone()], |settings| settings.at_boot = AtBoot::TakeBackNode)
                .await;
        assert_eq!(until_state(&db, mine, "done").await.fence, 2, "{}", test.name);
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(row(&db, theirs).await.state, "running", "{}", test.name);
        node.stop().await;
        if !test.is_postgres() {
            let node = Node::start(&test, vec![handler.clone()], |_| {}).await;
            until_state(&db, theirs, "done").await;
            node.stop().await;
        }
    }
}
