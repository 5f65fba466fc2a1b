//! The outbox: order, resuming, restarts, gaps.

use crate::harness::*;
use crate::support::db::databases;
use chrono::TimeDelta;
use countersign::domain::event::Topic;
use countersign::domain::ids::WorkspaceId;
use countersign::server::events::{EventBus, FollowItem};
use countersign::server::storage::Db;
use countersign::server::storage::events::events_delete_before;
use countersign::server::wake::Wake;
use futures::{Stream, StreamExt};
use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// The event side of one process.
#[derive(Clone)]
struct Process {
    db: Db,
    wake: Wake,
    bus: EventBus,
}

impl Process {
    async fn start(db: Db) -> Self {
        let wake = Wake::start(&db);
        let bus = EventBus::start(db.clone(), wake.clone()).await.unwrap();
        Self { db, wake, bus }
    }

    async fn stop(self) {
        self.bus.shutdown().await;
        self.wake.shutdown().await;
        self.db.close().await;
    }
}

async fn emit(db: &Db, workspace: WorkspaceId, held: Duration) -> Uuid {
    let mut tx = db.begin().await.unwrap();
    let subject = tx.id();
    tx.emit(workspace, Topic::Approval, subject);
    tokio::time::sleep(held).await;
    tx.commit().await.unwrap();
    subject
}

async fn take(stream: impl Stream<Item = FollowItem>, n: usize) -> Vec<(i64, Uuid)> {
    let mut stream = pin!(stream);
    let mut got = Vec::new();
    while got.len() < n {
        match tokio::time::timeout(Duration::from_secs(20), stream.next()).await {
            Ok(Some(FollowItem::Event(event))) => got.push((event.seq, event.subject_id)),
            other => panic!("after {} of {n} events: {other:?}", got.len()),
        }
    }
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn followers_from_anywhere_miss_nothing_and_see_no_double_while_commits_are_late() {
    const EVENTS: usize = 120;
    for test in databases().await {
        let a = Process::start(test.node().await).await;
        // SQLite has one process.
        let b = if test.is_postgres() { Process::start(test.node().await).await } else { a.clone() };
        let (mine, other) = (WorkspaceId(test.clock.id()), WorkspaceId(test.clock.id()));
        let live_a = tokio::spawn(take(a.bus.follow(mine, None), EVENTS));
        let live_b = tokio::spawn(take(b.bus.follow(mine, Some(0)), EVENTS));
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..EVENTS {
            let db = if n % 2 == 0 { a.db.clone() } else { b.db.clone() };
            // SQLite has one writer: late commits there only queue up.
            let held = if test.is_postgres() { ms((n as u64 * 37) % 120) } else { ms(0) };
            writers.spawn(async move {
                emit(&db, other, ms(0)).await;
                emit(&db, mine, held).await
            });
        }
        // Followers that join while it goes on, from wherever the log is.
        let mut joining = Vec::new();
        for n in 0..12 {
            tokio::time::sleep(ms(20)).await;
            let bus = if n % 2 == 0 { &a.bus } else { &b.bus };
            let after = bus.position();
            let rest = bus.follow(mine, Some(after));
            joining.push((
                after,
                tokio::spawn(async move {
                    let mut got = Vec::new();
                    let mut rest = pin!(rest);
                    while let Ok(Some(FollowItem::Event(event))) =
                        tokio::time::timeout(ms(2_500), rest.next()).await
                    {
                        got.push((event.seq, event.subject_id));
                    }
                    got
                }),
            ));
        }
        let subjects: BTreeSet<Uuid> = writers.join_all().await.into_iter().collect();
        let (live_a, live_b) = (live_a.await.unwrap(), live_b.await.unwrap());
        assert_eq!(live_a, live_b, "{}", test.name);
        assert!(live_a.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}: {live_a:?}", test.name);
        assert_eq!(live_a.iter().map(|(_, subject)| *subject).collect::<BTreeSet<_>>(), subjects);
        for (after, got) in joining {
            let wanted: Vec<_> = live_a.iter().copied().filter(|(seq, _)| *seq > after).collect();
            assert_eq!(got.await.unwrap(), wanted, "{}: after {after}", test.name);
        }
        // And afterwards, from each number there is.
        for (at, (seq, _)) in live_a.iter().enumerate().step_by(7) {
            let rest = take(b.bus.follow(mine, Some(*seq)), EVENTS - at - 1).await;
            assert_eq!(rest, live_a[at + 1..], "{}", test.name);
        }
        a.stop().await;
        b.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_resumes_across_a_restart() {
    for test in databases().await {
        let workspace = WorkspaceId(test.clock.id());
        let before = Process::start(test.node().await).await;
        let stream = before.bus.follow(workspace, None);
        let first = emit(&before.db, workspace, ms(0)).await;
        let got = take(stream, 1).await;
        assert_eq!(got[0].1, first);
        let open = before.bus.follow(workspace, None);
        before.stop().await;
        assert_eq!(pin!(open).next().await, None, "the stream ends with the bus");

        // Committed while nobody publishes, more than one page of it.
        let db = test.node().await;
        let mut tx = db.begin().await.unwrap();
        let mut subjects = Vec::new();
        for _ in 0..1_300 {
            let subject = tx.id();
            tx.emit(workspace, Topic::Record, subject);
            subjects.push(subject);
        }
        tx.commit().await.unwrap();
        let after = Process::start(db).await;
        let rest = take(after.bus.follow(workspace, Some(got[0].0)), subjects.len()).await;
        assert_eq!(rest.iter().map(|(_, subject)| *subject).collect::<Vec<_>>(), subjects, "{}", test.name);
        after.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_falls_behind_reads_from_the_database() {
    for test in databases().await {
        let workspace = WorkspaceId(test.clock.id());
        let node = Process::start(test.node().await).await;
        let mut stream = pin!(node.bus.follow(workspace, None));
        let first = emit(&node.db, workspace, ms(0)).await;
        let Some(FollowItem::Event(event)) = stream.next().await else { panic!("no event") };
        assert_eq!(event.subject_id, first);
        // More than the buffer holds, while nobody reads.
        let mut tx = node.db.begin().await.unwrap();
        for _ in 0..3_000 {
            let subject = tx.id();
            tx.emit(workspace, Topic::Record, subject);
        }
        tx.commit().await.unwrap();
        until("all are handed out", || async { node.bus.position() == 3_001 }).await;
        let rest = take(stream.by_ref(), 3_000).await;
        assert_eq!(rest.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (2..=3_001).collect::<Vec<_>>());
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_is_gone_says_resync_and_goes_on() {
    for test in databases().await {
        let workspace = WorkspaceId(test.clock.id());
        let node = Process::start(test.node().await).await;
        for _ in 0..5 {
            emit(&node.db, workspace, ms(0)).await;
        }
        until("five are handed out", || async { node.bus.position() == 5 }).await;
        test.clock.advance(TimeDelta::days(8));
        let mut tx = node.db.begin().await.unwrap();
        let cutoff = tx.now() - TimeDelta::days(7);
        assert_eq!(events_delete_before(&mut tx, cutoff, 3).await.unwrap(), 3);
        tx.commit().await.unwrap();
        // Deleted, and of another log.
        for after in [0, 2, 1_000] {
            let mut stream = pin!(node.bus.follow(workspace, Some(after)));
            let seq = node.bus.position();
            assert_eq!(stream.next().await, Some(FollowItem::Resync { seq }), "{}: after {after}", test.name);
            let subject = emit(&node.db, workspace, ms(0)).await;
            assert_eq!(take(stream, 1).await, [(seq + 1, subject)], "{}: after {after}", test.name);
            until("it is handed out", || async { node.bus.position() == seq + 1 }).await;
        }
        for after in [3, 5] {
            assert_eq!(
                take(node.bus.follow(workspace, Some(after)), 1).await[0].0,
                after + 1,
                "{}",
                test.name
            );
        }
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_one_thing() {
    for test in databases().await {
        let (a, b) = (Process::start(test.node().await).await, Process::start(test.node().await).await);
        let (workspace, subject) = (WorkspaceId(test.clock.id()), test.clock.id());
        tokio::time::sleep(ms(200)).await;
        let mut waiter = b.bus.wait_for(workspace, subject);
        emit(&a.db, workspace, ms(0)).await;
        assert!(!waiter.changed_within(ms(50)).await, "{}: another thing", test.name);
        let mut tx = a.db.begin().await.unwrap();
        tx.emit(workspace, Topic::Approval, subject);
        tx.commit().await.unwrap();
        let began = Instant::now();
        assert!(waiter.changed_within(Duration::from_secs(15)).await, "{}", test.name);
        if test.is_postgres() {
            assert!(began.elapsed() < Duration::from_secs(1), "told, not polled: {:?}", began.elapsed());
        }
        let waiting = tokio::spawn(async move { waiter.changed_within(Duration::from_secs(60)).await });
        b.stop().await;
        assert!(!waiting.await.unwrap(), "the end of the process ends the wait");
        a.stop().await;
    }
}
