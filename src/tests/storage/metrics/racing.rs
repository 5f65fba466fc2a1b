//! Many write while several fold and read: nothing is lost or counted twice.

use crate::db::databases;
use crate::identity::Fixture;
use countersign::domain::ids::{TeamId, WorkspaceId};
use countersign::domain::metrics::{Measure, Subject};
use countersign::domain::risk::RiskLevel;
use countersign::server::folder::fold_all;
use countersign::server::services::ctx::system_actor;
use countersign::server::storage::{AuditEntry, Db};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

const WRITERS: usize = 8;
const EACH: usize = 150;

async fn totals(db: &Db, workspace: WorkspaceId, teams: &[TeamId]) -> (i64, i64) {
    let subjects: Vec<_> = teams.iter().map(|team| Subject::Team(Some(*team))).collect();
    let wanted = subjects.iter().copied().chain([Subject::Workspace]).map(|subject| (subject, i64::MAX));
    let sums = db.read().await.unwrap().metric_sums(workspace, wanted).await.unwrap();
    let asked = |subject| sums.before(subject, i64::MAX).get(Measure::Asked);
    (asked(Subject::Workspace), subjects.into_iter().map(asked).sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_counted_twice_while_folding() {
    for test in databases().await {
        let nodes = if test.is_postgres() {
            vec![test.node().await, test.node().await]
        } else {
            vec![test.node().await]
        };
        let acme = Fixture::new(&nodes[0], "acme").await;
        let workspace = acme.workspace;
        let teams: Vec<TeamId> = (0..3).map(|_| TeamId(test.clock.id())).collect();
        let (written, over) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (db, teams, written) =
                    (nodes[writer % nodes.len()].clone(), teams.clone(), written.clone());
                tokio::spawn(async move {
                    for n in 0..EACH {
                        let mut tx = db.begin().await.unwrap();
                        let mut entry =
                            AuditEntry::new(workspace, system_actor(), "approval.requested", "Asked");
                        entry.team_id = Some(teams[(writer + n) % teams.len()]);
                        entry.risk_level = Some(RiskLevel::Medium);
                        tx.audit(entry);
                        // What is rolled back is not counted.
                        if n % 10 == 9 {
                            drop(tx);
                        } else {
                            tx.commit().await.unwrap();
                            written.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                })
            })
            .collect();
        let folders: Vec<_> = nodes
            .iter()
            .cloned()
            .map(|db| {
                let over = over.clone();
                tokio::spawn(async move {
                    while !over.load(Ordering::SeqCst) {
                        fold_all(&db).await.unwrap();
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        let reader = {
            let (db, teams, written, over) = (nodes[0].clone(), teams.clone(), written.clone(), over.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::SeqCst) {
                    let before = written.load(Ordering::SeqCst);
                    let (all, of_teams) = totals(&db, workspace, &teams).await;
                    assert_eq!(all, of_teams, "a reading is of one moment");
                    assert!(all >= before, "{all} of at least {before}");
                }
            })
        };
        for writer in writers {
            writer.await.unwrap();
        }
        over.store(true, Ordering::SeqCst);
        for task in folders.into_iter().chain([reader]) {
            task.await.unwrap();
        }
        let expected = written.load(Ordering::SeqCst);
        assert_eq!(expected, (WRITERS * EACH / 10 * 9) as i64);
        assert_eq!(totals(&nodes[0], workspace, &teams).await, (expected, expected), "{}", test.name);
        fold_all(&nodes[0]).await.unwrap();
        assert_eq!(totals(&nodes[0], workspace, &teams).await, (expected, expected), "{}", test.name);
    }
}
