//! Somebody with full rights on the database changes the trail by hand: 2,000 random edits, deletions, swaps, forks
//! and cut tails on each engine, and 2,000 in an export. The verifier finds them all, and nothing where there is
//! nothing. `COUNTERSIGN_SEED` picks other ones.

use crate::chain::{checker, report, workspace, write};
use crate::db::databases;
use countersign::args;
use countersign::domain::chain::{ChainFault, ChainRow, Checkpoint, CheckpointKind, Mark};
use countersign::domain::ids::WorkspaceId;
use countersign::server::chain::keys::{Checker, Signer};
use countersign::server::chain::seal_waiting;
use countersign::server::chain::verify::database::verify_workspace;
use countersign::server::chain::verify::export::{Beside, verify_export};
use countersign::server::storage::{Arg, Db, Tx};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::Instant;
use uuid::Uuid;

const ROWS: i64 = 20;
const ROUNDS: usize = 2_000;

fn dice() -> (u64, StdRng) {
    let seed = std::env::var("COUNTERSIGN_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    (seed, StdRng::seed_from_u64(seed))
}

/// A chain of [`ROWS`] rows, as it was sealed.
struct Scene {
    db: Db,
    house: WorkspaceId,
    other: WorkspaceId,
    checker: Checker,
    rows: Vec<ChainRow>,
    /// Taken out in time.
    kept: Checkpoint,
}

impl Scene {
    async fn new(db: Db) -> Self {
        let house = workspace(&db, "Acme").await;
        let other = workspace(&db, "Other").await;
        write(&db, house, 0, ROWS as usize).await;
        seal_waiting(&db).await.unwrap();
        let rows = db.read().await.unwrap().chain_after(house, (0, Uuid::nil()), ROWS).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let signer = Signer::of(&db).await.unwrap();
        let [middle, kept] = [ROWS / 2, ROWS].map(|seq| {
            let hash = rows[seq as usize - 1].hash.clone().unwrap();
            signer.sign(CheckpointKind::Head, house, &Mark { seq, hash }, tx.now())
        });
        tx.checkpoint_insert(&middle).await.unwrap();
        tx.execute("CREATE TABLE kept_rows AS SELECT * FROM agent_action_audit_log", args![]).await.unwrap();
        tx.execute("CREATE TABLE kept_head AS SELECT * FROM audit_chain", args![]).await.unwrap();
        tx.execute("CREATE TABLE kept_signed AS SELECT * FROM audit_checkpoints", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let checker = signer.checker();
        Self { db, house, other, checker, rows, kept }
    }

    /// Everything as it was.
    async fn restore(&self, tx: &mut Tx) {
        for (table, kept) in [
            ("agent_action_audit_log", "kept_rows"),
            ("audit_chain", "kept_head"),
            ("audit_checkpoints", "kept_signed"),
        ] {
            tx.execute(format!("DELETE FROM {table}"), args![]).await.unwrap();
            tx.execute(format!("INSERT INTO {table} SELECT * FROM {kept}"), args![]).await.unwrap();
        }
    }

    async fn verify(&self) -> Result<(), ChainFault> {
        let outside = std::slice::from_ref(&self.kept);
        verify_workspace(&self.db, self.house, &self.checker, outside).await.unwrap().map(drop)
    }
}

/// Writes a row over the one with its id.
async fn overwrite(tx: &mut Tx, row: &ChainRow) {
    let sql = "UPDATE agent_action_audit_log SET description = $2, seq = $3, prev_hash = $4, hash = $5 WHERE id = $1";
    let args = args![row.id, &row.description, row.seq, row.prev_hash.clone(), row.hash.clone()];
    assert_eq!(tx.execute(sql, args).await.unwrap(), 1);
}

async fn move_head(tx: &mut Tx, house: WorkspaceId, row: &ChainRow) {
    let sql = "UPDATE audit_chain SET seq = $2, hash = $3 WHERE workspace_id = $1";
    tx.execute(sql, args![house, row.seq, row.hash.clone()]).await.unwrap();
}

async fn at(tx: &mut Tx, house: WorkspaceId, seq: i64, change: &str, value: Vec<Arg>) {
    let sql = format!("UPDATE agent_action_audit_log SET {change} WHERE workspace_id = $1 AND seq = $2");
    let mut args: Vec<Arg> = args![house, seq];
    args.extend(value);
    assert_eq!(tx.execute(sql, args).await.unwrap(), 1, "{change}");
}

/// One edit of one column.
async fn edit(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let seq = dice.random_range(1..=ROWS);
    let row = &scene.rows[seq as usize - 1];
    let id = tx.id();
    let text = |old: Option<&str>, dice: &mut StdRng| match (old, dice.random_range(0..3)) {
        (Some(_), 0) => "A plain lie".to_owned(),
        (Some(old), 1) => format!("{old} "),
        (Some(old), _) => old.chars().rev().chain(['x']).collect(),
        (None, _) => "{}".to_owned(),
    };
    let (change, value): (&str, Vec<Arg>) = match dice.random_range(0..21) {
        0 => ("id = $3", args![id]),
        1 => ("workspace_id = $3", args![scene.other]),
        2 => ("team_id = $3", args![id]),
        3 => ("agent_id = $3", args![id]),
        4 => ("actor_kind = $3", args!["user"]),
        5 => ("actor_id = $3", args![id]),
        6 => ("actor_name = $3", args![text(Some(&row.actor_name), dice)]),
        7 => ("event = $3", args![text(Some(&row.event), dice)]),
        8 => ("action_type = $3", args!["read_data"]),
        9 if row.action_data.is_some() && dice.random_bool(0.3) => {
            ("action_data = $3", args![None::<String>])
        }
        9 => ("action_data = $3", args![text(row.action_data.as_deref(), dice)]),
        10 => ("description = $3", args![text(Some(&row.description), dice)]),
        11 => ("approval_id = $3", args![id]),
        12 => ("risk_level = $3", args!["low"]),
        13 => ("was_automatic = $3", args![!row.was_automatic]),
        14 => ("success = $3", args![row.success.is_none().then_some(true)]),
        15 => ("error = $3", args!["It failed"]),
        16 => ("result = $3", args!["null"]),
        17 => ("duration_ms = $3", args![row.duration_ms.map_or(1, |ms| ms + 1)]),
        18 => {
            let moved = row.executed_at + chrono::TimeDelta::microseconds(dice.random_range(1..1_000_000));
            ("executed_at = $3", args![moved])
        }
        19 => ("prev_hash = $3", args!["0123456789abcdef".repeat(4)]),
        _ => ("hash = $3", args!["0123456789abcdef".repeat(4)]),
    };
    at(tx, scene.house, seq, change, value).await;
    format!("{change} of number {seq}")
}

async fn delete(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let from = dice.random_range(1..ROWS);
    let to = dice.random_range(from..ROWS);
    let sql = "DELETE FROM agent_action_audit_log WHERE workspace_id = $1 AND seq BETWEEN $2 AND $3";
    tx.execute(sql, args![scene.house, from, to]).await.unwrap();
    format!("deleted {from} to {to}")
}

/// The seals of a row taken off, so that it would be sealed anew at the end.
async fn unseal(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let seq = dice.random_range(1..=ROWS);
    at(tx, scene.house, seq, "seq = NULL, prev_hash = NULL, hash = NULL", args![]).await;
    format!("unsealed {seq}")
}

/// Two rows take each other's place, number, seal or content.
async fn swap(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let a = dice.random_range(1..ROWS);
    let b = dice.random_range(a + 1..=ROWS);
    let (one, two) = (&scene.rows[a as usize - 1], &scene.rows[b as usize - 1]);
    let kind = dice.random_range(0..3);
    // The unique index stands in the way of a plain exchange.
    overwrite(tx, &ChainRow { seq: Some(-1), ..one.clone() }).await;
    let (first, second) = match kind {
        0 => {
            let place = |row: &ChainRow, of: &ChainRow| ChainRow { seq: of.seq, ..row.clone() };
            (place(two, one), place(one, two))
        }
        1 => {
            let place = |row: &ChainRow, of: &ChainRow| ChainRow {
                seq: of.seq,
                prev_hash: of.prev_hash.clone(),
                hash: of.hash.clone(),
                ..row.clone()
            };
            (place(two, one), place(one, two))
        }
        _ => {
            let says = |row: &ChainRow, of: &ChainRow| ChainRow {
                description: of.description.clone(),
                ..row.clone()
            };
            (says(two, one), says(one, two))
        }
    };
    overwrite(tx, &first).await;
    overwrite(tx, &second).await;
    format!("swapped {a} and {b}, kind {kind}")
}

/// The chain written anew from some row on, as the program would have written it; with the head or without it, with
/// the database's own checkpoints or without them.
async fn fork(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let from = dice.random_range(1..=ROWS);
    let to = dice.random_range(from..=ROWS);
    let mut head = match from {
        1 => Mark::genesis(),
        _ => Mark { seq: from - 1, hash: scene.rows[from as usize - 2].hash.clone().unwrap() },
    };
    let mut rows = scene.rows.clone();
    rows[from as usize - 1].description = "Nothing happened".to_owned();
    for row in &mut rows[from as usize - 1..to as usize] {
        head = row.seal(&head);
        overwrite(tx, row).await;
    }
    let with_head = dice.random_bool(0.5);
    if with_head && to == ROWS {
        move_head(tx, scene.house, &rows[ROWS as usize - 1]).await;
    }
    let bare = forget_checkpoints(tx, dice).await;
    format!("forked {from} to {to}, head {with_head}, {bare}")
}

async fn cut(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let left = dice.random_range(0..ROWS);
    let sql = "DELETE FROM agent_action_audit_log WHERE workspace_id = $1 AND seq > $2";
    tx.execute(sql, args![scene.house, left]).await.unwrap();
    let head = dice.random_range(0..3);
    match (head, left) {
        (0, _) => {}
        (1, 1..) => move_head(tx, scene.house, &scene.rows[left as usize - 1]).await,
        _ => {
            tx.execute("DELETE FROM audit_chain WHERE workspace_id = $1", args![scene.house]).await.unwrap();
        }
    }
    let bare = forget_checkpoints(tx, dice).await;
    format!("cut behind {left}, head {head}, {bare}")
}

async fn forget_checkpoints(tx: &mut Tx, dice: &mut StdRng) -> &'static str {
    if dice.random_bool(0.5) {
        return "checkpoints kept";
    }
    tx.execute("DELETE FROM audit_checkpoints", args![]).await.unwrap();
    "checkpoints deleted"
}

/// A checkpoint changed, or the head alone.
async fn misstate(scene: &Scene, tx: &mut Tx, dice: &mut StdRng) -> String {
    let sql = match dice.random_range(0..4) {
        0 => "UPDATE audit_checkpoints SET hash = $2 WHERE workspace_id = $1",
        1 => "UPDATE audit_checkpoints SET seq = seq - 1, hash = $2 WHERE workspace_id = $1",
        2 => "UPDATE audit_checkpoints SET kind = 'anchor', hash = $2 WHERE workspace_id = $1",
        _ => "UPDATE audit_chain SET hash = $2 WHERE workspace_id = $1",
    };
    let hash = scene.rows[dice.random_range(0..3)].hash.clone();
    tx.execute(sql, args![scene.house, hash]).await.unwrap();
    sql.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_by_hand_in_the_database_is_found() {
    let (seed, mut dice) = dice();
    for test in databases().await {
        let scene = Scene::new(test.node().await).await;
        assert_eq!(report(&scene.db, scene.house).await.checkpoints, 1);
        let began = Instant::now();
        for round in 0..ROUNDS {
            let mut tx = scene.db.begin().await.unwrap();
            scene.restore(&mut tx).await;
            if round.is_multiple_of(100) {
                tx.commit().await.unwrap();
                assert_eq!(scene.verify().await, Ok(()), "{}: nothing was changed", test.name);
                continue;
            }
            let done = match dice.random_range(0..10) {
                0..4 => edit(&scene, &mut tx, &mut dice).await,
                4 => delete(&scene, &mut tx, &mut dice).await,
                5 => unseal(&scene, &mut tx, &mut dice).await,
                6 => swap(&scene, &mut tx, &mut dice).await,
                7 => fork(&scene, &mut tx, &mut dice).await,
                8 => cut(&scene, &mut tx, &mut dice).await,
                _ => misstate(&scene, &mut tx, &mut dice).await,
            };
            tx.commit().await.unwrap();
            let found = scene.verify().await;
            assert!(found.is_err(), "{}: seed {seed}, round {round}: {done} was not found", test.name);
        }
        eprintln!("{}: {ROUNDS} rounds in {:?}", test.name, began.elapsed());
        scene.db.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_an_export_is_found() {
    let (seed, mut dice) = dice();
    let test = databases().await.remove(0);
    let scene = Scene::new(test.node().await).await;
    let checker = checker(&scene.db).await;
    let kept = std::slice::from_ref(&scene.kept);
    let verify = |rows: &[ChainRow], partial: bool| {
        let lines: String = rows.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
        let beside = Beside { checkpoints: kept, checker: Some(&checker), partial };
        let mut found = verify_export(lines.as_bytes(), &beside).unwrap();
        assert!(found.iter().any(|(id, _)| *id == scene.house || found.len() == 1));
        let bad = found.iter().position(|(_, found)| found.is_err());
        found.swap_remove(bad.unwrap_or(0)).1
    };
    for round in 0..ROUNDS {
        let mut rows = scene.rows.clone();
        // The order of the lines says nothing.
        for n in (1..rows.len()).rev() {
            rows.swap(n, dice.random_range(0..=n));
        }
        assert_eq!(verify(&rows, false).unwrap().walked.rows, ROWS, "seed {seed}, round {round}");
        let (a, b) = (dice.random_range(0..rows.len()), dice.random_range(0..rows.len()));
        let other = rows[b].clone();
        let done = dice.random_range(0..9);
        match done {
            0 => rows[a].description.push('!'),
            1 => rows[a].executed_at += chrono::TimeDelta::microseconds(1),
            2 => rows[a].action_data = Some(format!("{{\"n\":{}}}", round + 1_000)),
            3 => drop(rows.remove(a)),
            4 => rows.push(rows[a].clone()),
            5 => rows[a].workspace_id = scene.other,
            6 => {
                rows[a].seq = None;
                rows[a].hash = None;
            }
            7 if a != b => {
                let seqs = (rows[a].seq, rows[b].seq);
                (rows[b].seq, rows[a].seq) = seqs;
            }
            _ => {
                rows[a].actor_name = "Somebody else".to_owned();
                let before = rows[a].seq.unwrap() - 1;
                let hash = rows[a].prev_hash.clone().unwrap();
                rows[a].seal(&Mark { seq: before, hash });
            }
        }
        assert!(
            verify(&rows, false).is_err(),
            "seed {seed}, round {round}: kind {done}, {a} and {b}: {other:?}"
        );
    }
    // What was picked with a filter is no whole chain, but each row of it is proven.
    let picked: Vec<ChainRow> = scene.rows.iter().step_by(3).cloned().collect();
    assert_eq!(verify(&picked, true).unwrap().walked.rows, 7);
    assert!(verify(&picked, false).is_err());
    let mut bad = picked.clone();
    bad[2].event = "test.never".to_owned();
    assert!(verify(&bad, true).is_err());
    // Without the checkpoint nothing tells of a cut tail; that is what it is for.
    let cut = &scene.rows[..10];
    assert!(verify(cut, false).is_err());
    scene.db.close().await;
}
