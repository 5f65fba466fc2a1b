//! The chain over the audit trail: every committed row is sealed once, soon, and without holding up other writes.

use crate::db::{TestDb, databases};
use countersign::args;
use countersign::domain::approval::{ActorKind, ActorRef};
use countersign::domain::chain::{FaultKind, Mark};
use countersign::domain::ids::WorkspaceId;
use countersign::server::chain::keys::{Checker, Signer};
use countersign::server::chain::verify::Report;
use countersign::server::chain::verify::database::verify_workspace;
use countersign::server::chain::{Sealer, seal_waiting};
use countersign::server::storage::{AuditEntry, Db};
use std::time::{Duration, Instant};
use uuid::Uuid;

pub async fn workspace(db: &Db, name: &str) -> WorkspaceId {
    let mut tx = db.begin().await.unwrap();
    let id = tx.workspace_insert(name, false).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub fn entry(workspace: WorkspaceId, n: usize) -> AuditEntry {
    let actor = ActorRef { kind: ActorKind::System, id: Uuid::nil(), name: "Countersign".to_owned() };
    let mut entry =
        AuditEntry::new(workspace, actor, "test.happened", format!("Thing {n} \u{202e} happened, Zoë"));
    entry.action_data = n.is_multiple_of(2).then(|| format!(r#"{{"n":{n}}}"#));
    entry.success = n.is_multiple_of(3).then_some(n.is_multiple_of(2));
    entry.duration_ms = n.is_multiple_of(5).then_some(n as i64);
    entry
}

pub async fn write(db: &Db, workspace: WorkspaceId, from: usize, count: usize) {
    let mut tx = db.begin().await.unwrap();
    for n in from..from + count {
        tx.audit(entry(workspace, n));
    }
    tx.commit().await.unwrap();
}

pub async fn checker(db: &Db) -> Checker {
    Signer::of(db).await.unwrap().checker()
}

pub async fn report(db: &Db, workspace: WorkspaceId) -> Report {
    verify_workspace(db, workspace, &checker(db).await, &[]).await.unwrap().unwrap()
}

async fn head(db: &Db, workspace: WorkspaceId) -> Mark {
    db.read().await.unwrap().chain_head(workspace).await.unwrap().unwrap().mark
}

#[tokio::test(flavor = "multi_thread")]
async fn several_sealers_seal_every_row_once() {
    for test in databases().await {
        let db = test.node().await;
        let houses = [workspace(&db, "One").await, workspace(&db, "Two").await];
        let mut tasks = Vec::new();
        for node in 0..3 {
            let db = test.node().await;
            tasks.push(tokio::spawn(async move {
                for n in 0..30 {
                    for house in houses {
                        write(&db, house, node * 1_000 + n * 10, 7).await;
                    }
                    seal_waiting(&db).await.unwrap();
                }
                db.close().await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        seal_waiting(&db).await.unwrap();
        for house in houses {
            let found = report(&db, house).await;
            assert_eq!((found.walked.rows, found.unsealed), (3 * 30 * 7, 0), "{}", test.name);
            assert_eq!(found.walked.last, head(&db, house).await, "{}", test.name);
        }
        db.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_sealed_within_a_second() {
    for test in databases().await {
        let db = test.node().await;
        let house = workspace(&db, "One").await;
        // Rows from before there was a sealer.
        write(&db, house, 0, 450).await;
        let sealer = Sealer::start(&db).await.unwrap();
        write(&db, house, 1_000, 1).await;
        let written = Instant::now();
        while db.read().await.unwrap().chain_unsealed_count(house, 1).await.unwrap() > 0 {
            assert!(written.elapsed() < Duration::from_secs(10), "{}: never sealed", test.name);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let one = Instant::now();
        write(&db, house, 2_000, 1).await;
        while db.read().await.unwrap().chain_unsealed_count(house, 1).await.unwrap() > 0 {
            assert!(one.elapsed() < Duration::from_secs(5), "{}: never sealed", test.name);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        eprintln!("{}: sealed after {:?}", test.name, one.elapsed());
        sealer.shutdown().await;
        assert_eq!(report(&db, house).await.walked.rows, 452, "{}", test.name);
        db.close().await;
    }
}

/// A transaction that began first and commits last gets its place when it is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_commit_is_sealed_behind_what_was_sealed() {
    for test in databases().await.into_iter().filter(TestDb::is_postgres) {
        let db = test.node().await;
        let house = workspace(&db, "One").await;
        let mut late = db.begin().await.unwrap();
        late.audit(entry(house, 1));
        // Its row is there, uncommitted.
        let mut early = db.begin().await.unwrap();
        early.audit(entry(house, 2));
        early.commit().await.unwrap();
        seal_waiting(&db).await.unwrap();
        late.commit().await.unwrap();
        seal_waiting(&db).await.unwrap();
        let rows = db.read().await.unwrap().chain_after(house, (0, Uuid::nil()), 10).await.unwrap();
        let order: Vec<_> = rows.iter().map(|row| row.description.as_str().chars().nth(6).unwrap()).collect();
        assert_eq!(order, ['2', '1']);
        assert!(rows[0].executed_at > rows[1].executed_at);
        assert_eq!(report(&db, house).await.walked.rows, 2);
        db.close().await;
    }
}

/// A sealer that holds a head, or dies holding it, keeps nobody from writing.
#[tokio::test(flavor = "multi_thread")]
async fn hot_writes_wait_for_no_head() {
    for test in databases().await.into_iter().filter(TestDb::is_postgres) {
        let db = test.node().await;
        let house = workspace(&db, "One").await;
        write(&db, house, 0, 1).await;
        seal_waiting(&db).await.unwrap();
        let seen = head(&db, house).await;
        let mut sealing = db.begin().await.unwrap();
        let next = Mark { seq: seen.seq + 1, hash: "f".repeat(64) };
        assert!(sealing.chain_advance(house, &seen, &next).await.unwrap());
        let began = Instant::now();
        tokio::time::timeout(Duration::from_secs(3), async {
            for n in 0..50 {
                write(&db, house, n, 2).await;
            }
        })
        .await
        .expect("writes do not wait for the head");
        eprintln!("50 writes beside a held head: {:?}", began.elapsed());
        drop(sealing);
        seal_waiting(&db).await.unwrap();
        assert_eq!(report(&db, house).await.walked.rows, 101);
        db.close().await;
    }
}

/// SQLite has one writer: a long backlog is sealed in pieces, between which others write.
#[tokio::test(flavor = "multi_thread")]
async fn hot_writes_go_between_the_batches_of_a_backlog() {
    for test in databases().await {
        let db = test.node().await;
        let house = workspace(&db, "One").await;
        for n in 0..8 {
            write(&db, house, n * 500, 500).await;
        }
        let sealing = tokio::spawn({
            let db = db.clone();
            async move { seal_waiting(&db).await.unwrap() }
        });
        let mut slowest = Duration::ZERO;
        let mut written = 0;
        while !sealing.is_finished() {
            let began = Instant::now();
            write(&db, house, written, 1).await;
            slowest = slowest.max(began.elapsed());
            written += 1;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        sealing.await.unwrap();
        eprintln!("{}: {written} writes beside the backlog, the slowest took {slowest:?}", test.name);
        assert!(written > 5, "{}: only {written} writes went between", test.name);
        assert!(slowest < Duration::from_secs(5), "{}: one took {slowest:?}", test.name);
        seal_waiting(&db).await.unwrap();
        assert_eq!(report(&db, house).await.walked.rows, 4_000 + written as i64, "{}", test.name);
        db.close().await;
    }
}

/// Every 10,000 rows a checkpoint is signed by the way, so that a proof stays short.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_chain_gets_checkpoints_on_its_way() {
    for test in databases().await {
        let db = test.node().await;
        let house = workspace(&db, "One").await;
        for n in 0..11 {
            write(&db, house, n * 1_000, 1_000).await;
        }
        seal_waiting(&db).await.unwrap();
        let found = report(&db, house).await;
        assert_eq!((found.walked.rows, found.checkpoints), (11_000, 1), "{}", test.name);
        let first = db.read().await.unwrap().checkpoint_covering(house, 1).await.unwrap().unwrap();
        assert_eq!(first.seq, 10_000, "{}", test.name);
        assert!(checker(&db).await.signed(&first), "{}", test.name);
        db.close().await;
    }
}

/// What the unique index keeps out is found where somebody dropped it.
#[tokio::test(flavor = "multi_thread")]
async fn two_rows_with_one_number_are_found() {
    for test in databases().await {
        let db = test.node().await;
        let house = workspace(&db, "One").await;
        write(&db, house, 0, 5).await;
        seal_waiting(&db).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute("DROP INDEX audit_by_seq", args![]).await.unwrap();
        let copy = "INSERT INTO agent_action_audit_log (id, workspace_id, seq, actor_kind, actor_id, actor_name, event, \
             description, executed_at, prev_hash, hash) SELECT $2, workspace_id, seq, actor_kind, actor_id, actor_name, \
             event, description, executed_at, prev_hash, hash FROM agent_action_audit_log \
             WHERE workspace_id = $1 AND seq = 3";
        let id = tx.id();
        tx.execute(copy, args![house, id]).await.unwrap();
        tx.commit().await.unwrap();
        let fault = verify_workspace(&db, house, &checker(&db).await, &[]).await.unwrap().unwrap_err();
        assert_eq!((fault.kind, fault.seq), (FaultKind::Twice, 3), "{}", test.name);
        db.close().await;
    }
}
