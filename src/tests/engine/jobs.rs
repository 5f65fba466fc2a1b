//! Claiming, retrying, giving up, timers, cancelling.

use crate::harness::*;
use crate::support::db::databases;
use chrono::TimeDelta;
use countersign::server::engine::{Done, Handler, Housekeeping, JobError};
use countersign::server::storage::jobs::{jobs_count, jobs_delete_finished};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_run_each_of_many_jobs_once() {
    for test in databases().await {
        let handler = scripted("many", |_, cx| {
            Box::pin(async move {
                let mut tx = cx.db().begin().await?;
                effect(&mut tx, "many").await?;
                cx.finish(&mut tx).await?;
                tx.commit().await?;
                Ok(Done::Finished)
            })
        });
        let (a, b) = (
            Node::start(&test, vec![handler.clone()], |_| {}).await,
            Node::start(&test, vec![handler.clone()], |_| {}).await,
        );
        let db = test.node().await;
        let mut tx = db.begin().await.unwrap();
        for n in 0..400 {
            let mut new = job(&tx, "many");
            new.priority = n % 3;
            tx.enqueue(new);
        }
        tx.commit().await.unwrap();
        until("all are done", || async {
            count(&db, "SELECT count(*) FROM jobs WHERE state = 'done'").await == 400
        })
        .await;
        assert_eq!(effects(&db, "many").await, 400, "{}", test.name);
        assert_eq!(handler.runs().len(), 400, "{}", test.name);
        a.stop().await;
        b.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highest_priority_runs_first_and_then_the_earliest() {
    for test in databases().await {
        let handler = scripted("ordered", |_, _| Box::pin(async { Ok(Done::Finish) }));
        let db = test.node().await;
        let mut wanted = Vec::new();
        for (priority, age) in [(0, 1), (5, 1), (5, 9), (0, 9), (-3, 99)] {
            let id = enqueue(&db, "ordered", |new| {
                new.priority = priority;
                new.run_at -= TimeDelta::seconds(age);
            })
            .await;
            wanted.push((-priority, -age, id));
        }
        // A timer that waits is never in the way.
        enqueue(&db, "ordered", |new| {
            new.priority = 9;
            new.run_at += TimeDelta::hours(1);
        })
        .await;
        wanted.sort();
        let node =
            Node::start(&test, vec![handler.clone()], |settings| settings.queues = vec![("default", 1)])
                .await;
        until("five runs", || async { handler.runs().len() == 5 }).await;
        let ran: Vec<_> = handler.runs().iter().map(|job| job.id).collect();
        assert_eq!(ran, wanted.into_iter().map(|(_, _, id)| id).collect::<Vec<_>>(), "{}", test.name);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_waits_longer_each_time_and_is_given_up_in_one_transaction() {
    for test in databases().await {
        let times = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = times.clone();
        let handler = scripted("failing", move |job, _| {
            seen.lock().unwrap().push(Instant::now());
            Box::pin(async move { Err(JobError::retry(format!("no luck {}", job.attempt))) })
        });
        let node = Node::start(&test, vec![handler.clone()], |_| {}).await;
        let id = enqueue(&node.db, "failing", |_| {}).await;
        let end = until_state(&node.db, id, "dead").await;
        assert_eq!(
            (end.attempt, end.fence, end.last_error.as_deref()),
            (3, 3, Some("no luck 3")),
            "{}",
            test.name
        );
        assert_eq!(handler.given_up(), ["no luck 3"]);
        assert_eq!(effects(&node.db, &format!("given_up {id}")).await, 1);
        let runs = handler.runs();
        assert_eq!(runs[1].last_error.as_deref(), Some("no luck 1"));
        let times = times.lock().unwrap().clone();
        let waits: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // 2^1 and 2^2 times 20 ms, a fifth less at most.
        assert!(waits[0] >= ms(32) && waits[1] >= ms(64), "{}: {waits:?}", test.name);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_error_is_given_up_at_once_and_a_named_time_is_kept() {
    for test in databases().await {
        let permanent = scripted("permanent", |_, _| Box::pin(async { Err(JobError::permanent("gone")) }));
        let named = scripted("named", |job, cx| {
            Box::pin(async move {
                let now = cx.db().now().await?;
                match &job.last_error {
                    None => Err(JobError::RetryAt {
                        at: now + TimeDelta::milliseconds(300),
                        cause: "busy".into(),
                    }),
                    Some(_) if now < job.run_at => Err(JobError::permanent("early")),
                    Some(_) => Ok(Done::Finish),
                }
            })
        });
        let node = Node::start(&test, vec![permanent.clone(), named.clone()], |_| {}).await;
        let id = enqueue(&node.db, "permanent", |_| {}).await;
        assert_eq!(until_state(&node.db, id, "dead").await.attempt, 1);
        assert_eq!(permanent.given_up(), ["gone"]);
        let began = Instant::now();
        let id = enqueue(&node.db, "named", |_| {}).await;
        assert_eq!(until_state(&node.db, id, "done").await.attempt, 2);
        assert!(began.elapsed() >= ms(300), "{}", test.name);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_fire_on_time_and_never_early() {
    for test in databases().await {
        let late = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = late.clone();
        let handler = scripted("timer", move |job, cx| {
            let seen = seen.clone();
            Box::pin(async move {
                let now = cx.db().now().await?;
                seen.lock().unwrap().push((now - job.run_at).num_microseconds().unwrap());
                Ok(Done::Finish)
            })
        });
        // No poll helps here: the dispatcher itself knows the next time.
        let node = Node::start(&test, vec![handler], |settings| settings.poll = Duration::from_secs(5)).await;
        for n in 1..=20 {
            enqueue(&node.db, "timer", |new| new.run_at += TimeDelta::milliseconds(n * 37)).await;
        }
        until("all fired", || async { late.lock().unwrap().len() == 20 }).await;
        let late = late.lock().unwrap().clone();
        assert!(late.iter().all(|&us| (0..2_000_000).contains(&us)), "{}: {late:?}", test.name);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_failed_attempt() {
    for test in databases().await {
        let handler = scripted("panics", |job, _| {
            Box::pin(async move {
                assert!(job.attempt > 1, "boom");
                Ok(Done::Finish)
            })
        });
        let node = Node::start(&test, vec![handler.clone()], |_| {}).await;
        let id = enqueue(&node.db, "panics", |_| {}).await;
        assert_eq!(until_state(&node.db, id, "done").await.attempt, 2);
        assert_eq!(handler.runs()[1].last_error.as_deref(), Some("panicked: boom"));
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_ready_job_per_key_and_a_running_one_does_not_count() {
    for test in databases().await {
        let go = Arc::new(tokio::sync::Semaphore::new(0));
        let gate = go.clone();
        let handler = scripted("keyed", move |_, _| {
            let gate = gate.clone();
            Box::pin(async move {
                gate.acquire().await.unwrap().forget();
                Ok(Done::Finish)
            })
        });
        let db = test.node().await;
        let keyed = |new: &mut countersign::server::storage::NewJob| new.dedupe_key = Some("k".to_owned());
        enqueue(&db, "keyed", keyed).await;
        enqueue(&db, "keyed", keyed).await;
        assert_eq!(count(&db, "SELECT count(*) FROM jobs").await, 1, "{}", test.name);
        let node = Node::start(&test, vec![handler.clone()], |_| {}).await;
        until("it runs", || async { handler.runs().len() == 1 }).await;
        enqueue(&db, "keyed", keyed).await;
        go.add_permits(2);
        until("both are done", || async {
            count(&db, "SELECT count(*) FROM jobs WHERE state = 'done'").await == 2
        })
        .await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_off_spends_no_attempt() {
    for test in databases().await {
        let handler = scripted("sleepy", |job, cx| {
            Box::pin(async move {
                let until = cx.db().now().await? + TimeDelta::milliseconds(60);
                match job.fence {
                    1 => Err(JobError::Snooze { until }),
                    2 => {
                        let mut tx = cx.db().begin().await?;
                        effect(&mut tx, "put off").await?;
                        cx.snooze(&mut tx, until).await?;
                        tx.commit().await?;
                        Ok(Done::Finished)
                    }
                    _ => Ok(Done::Finish),
                }
            })
        });
        let node = Node::start(&test, vec![handler.clone()], |_| {}).await;
        let began = Instant::now();
        let id = enqueue(&node.db, "sleepy", |new| new.max_attempts = 1).await;
        let end = until_state(&node.db, id, "done").await;
        assert_eq!((end.attempt, end.fence), (1, 3), "{}", test.name);
        assert_eq!(effects(&node.db, "put off").await, 1);
        assert!(began.elapsed() >= ms(120));
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_and_running_jobs_can_be_cancelled_and_ready_ones_moved() {
    for test in databases().await {
        let handler = scripted("cancellable", |_, cx| {
            Box::pin(async move {
                cx.cancelled().await;
                Err(JobError::retry("stopped half way"))
            })
        });
        let node = Node::start(&test, vec![handler.clone()], |settings| settings.lease = ms(800)).await;
        let db = &node.db;
        let later = |new: &mut countersign::server::storage::NewJob| {
            new.dedupe_key = Some("later".to_owned());
            new.run_at += TimeDelta::hours(1);
        };
        let id = enqueue(db, "cancellable", later).await;
        let mut tx = db.begin().await.unwrap();
        tx.job_cancel_ready("cancellable", "later");
        tx.commit().await.unwrap();
        assert_eq!(row(db, id).await.state, "cancelled");

        let id = enqueue(db, "cancellable", later).await;
        let mut tx = db.begin().await.unwrap();
        let now = tx.now();
        assert!(tx.job_move_ready("cancellable", "later", now).await.unwrap());
        tx.commit().await.unwrap();
        until_state(db, id, "running").await;
        let mut tx = db.begin().await.unwrap();
        assert!(tx.job_request_cancel(id).await.unwrap());
        tx.commit().await.unwrap();
        until_state(db, id, "cancelled").await;
        assert_eq!(handler.given_up(), ["stopped half way"], "{}", test.name);
        let mut tx = db.begin().await.unwrap();
        assert!(!tx.job_request_cancel(id).await.unwrap());
        drop(tx);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_waits_for_a_node_that_knows_it() {
    for test in databases().await {
        let node = Node::start(&test, vec![], |_| {}).await;
        let id = enqueue(&node.db, "from the future", |_| {}).await;
        until("it is put off", || async { row(&node.db, id).await.fence == 1 }).await;
        let put_off = until_state(&node.db, id, "ready").await;
        assert_eq!(put_off.attempt, 0, "{}", test.name);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_lets_running_jobs_end() {
    for test in databases().await {
        let handler = scripted("slow", |_, _| {
            Box::pin(async {
                tokio::time::sleep(ms(700)).await;
                Ok(Done::Finish)
            })
        });
        let node = Node::start(&test, vec![handler.clone()], |settings| settings.lease = ms(400)).await;
        let db = test.node().await;
        let id = enqueue(&node.db, "slow", |_| {}).await;
        until("it runs", || async { handler.runs().len() == 1 }).await;
        let waiting = enqueue(&db, "slow", |new| new.run_at += TimeDelta::milliseconds(100)).await;
        node.stop().await;
        assert_eq!(row(&db, id).await.state, "done", "{}", test.name);
        assert_eq!(row(&db, waiting).await.state, "ready", "{}", test.name);

        // What does not end is dropped, and keeps its lease.
        let endless = scripted("endless", |_, _| Box::pin(std::future::pending()));
        let node = Node::start(&test, vec![endless.clone()], |settings| settings.drain = ms(100)).await;
        let id = enqueue(&node.db, "endless", |_| {}).await;
        until("it runs", || async { endless.runs().len() == 1 }).await;
        node.stop().await;
        assert_eq!(row(&db, id).await.state, "running", "{}", test.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_another_node_starts_at_once_and_after_lost_connections() {
    for test in databases().await.into_iter().filter(|test| test.is_postgres()) {
        let handler = scripted("heard", |_, _| Box::pin(async { Ok(Done::Finish) }));
        let node =
            Node::start(&test, vec![handler.clone()], |settings| settings.poll = Duration::from_secs(30))
                .await;
        let db = test.node().await;
        let teller = countersign::server::wake::Wake::start(&db);
        tokio::time::sleep(ms(300)).await;
        let began = Instant::now();
        let id = enqueue(&db, "heard", |_| {}).await;
        until_state(&db, id, "done").await;
        assert!(began.elapsed() < ms(500), "{:?}", began.elapsed());

        let mut conn = db.read().await.unwrap();
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
            Vec::new(),
        )
        .await
        .unwrap();
        tokio::time::sleep(ms(500)).await;
        let mut tx = loop {
            match db.begin().await {
                Ok(tx) => break tx,
                Err(_) => tokio::time::sleep(ms(20)).await,
            }
        };
        let new = job(&tx, "heard");
        let id = tx.enqueue(new);
        tx.commit().await.unwrap();
        until("it is done", || async { handler.runs().iter().any(|job| job.id == id) }).await;
        teller.shutdown().await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_of_what_is_due_and_finished_jobs_are_deleted_in_batches() {
    for test in databases().await {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let dead = scripted("dies", |_, _| Box::pin(async { Err(JobError::permanent("no")) }));
        let lives = scripted("lives", move |_, _| {
            flag.store(true, Ordering::SeqCst);
            Box::pin(async { Ok(Done::Finish) })
        });
        let handlers: Vec<Arc<dyn Handler>> = vec![dead, lives, Arc::new(Housekeeping)];
        let node = Node::start(&test, handlers, |_| {}).await;
        let db = &node.db;
        for _ in 0..5 {
            enqueue(db, "lives", |_| {}).await;
        }
        let id = enqueue(db, "dies", |_| {}).await;
        until_state(db, id, "dead").await;
        until("the others are done", || async {
            count(db, "SELECT count(*) FROM jobs WHERE state = 'done'").await == 5
        })
        .await;
        enqueue(db, "lives", |new| new.run_at += TimeDelta::hours(1)).await;
        enqueue(db, "lives", |new| new.queue = "nobody's").await;
        let now = db.now().await.unwrap();
        let counts = jobs_count(&mut db.read().await.unwrap(), now, 1_000).await.unwrap();
        let counts: BTreeMap<_, _> = counts.into_iter().map(|c| ((c.queue, c.state), c.count)).collect();
        assert_eq!(
            counts,
            BTreeMap::from([
                (("default".to_owned(), "dead".to_owned()), 1),
                (("nobody's".to_owned(), "ready".to_owned()), 1)
            ]),
            "{}",
            test.name
        );
        let mut tx = db.begin().await.unwrap();
        assert_eq!(jobs_delete_finished(&mut tx, 3).await.unwrap(), 3);
        tx.commit().await.unwrap();
        // The rest by the sweep itself.
        for sweep in [
            "finished_jobs",
            "old_events",
            "expired_sessions",
            "idempotency_keys",
            "cron_fires",
            "sign_in_attempts",
        ] {
            let id = enqueue(db, "housekeeping", |new| {
                new.queue = "housekeeping";
                new.payload = serde_json::json!({ "sweep": sweep });
            })
            .await;
            until_state(db, id, "done").await;
        }
        assert_eq!(
            count(db, "SELECT count(*) FROM jobs WHERE kind = 'lives' AND state = 'done'").await,
            0,
            "{}",
            test.name
        );
        assert_eq!(count(db, "SELECT count(*) FROM jobs WHERE state = 'dead'").await, 1);
        node.stop().await;
    }
}
