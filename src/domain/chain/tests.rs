//! The form of a seal, and each kind of damage to a chain.

use super::*;

fn row(n: u128) -> ChainRow {
    ChainRow {
        v: FORM,
        id: Uuid::from_u128(n),
        workspace_id: WorkspaceId(Uuid::from_u128(1)),
        seq: None,
        team_id: None,
        agent_id: Some(Uuid::from_u128(9)),
        actor_kind: "agent".to_owned(),
        actor_id: Uuid::from_u128(9),
        actor_name: "Zoë \"the\" agent".to_owned(),
        event: "approval.requested".to_owned(),
        action_type: Some("create_task".to_owned()),
        action_data: Some(r#"{"title":"Call"}"#.to_owned()),
        description: format!("Asked for approval {n}"),
        approval_id: Some(ApprovalId(Uuid::from_u128(7))),
        risk_level: Some("medium".to_owned()),
        was_automatic: false,
        success: None,
        error: None,
        result: None,
        duration_ms: None,
        executed_at: "2026-11-26T08:00:00.5Z".parse().unwrap(),
        prev_hash: None,
        hash: None,
    }
}

fn chain(length: u128) -> Vec<ChainRow> {
    let mut head = Mark::genesis();
    (1..=length)
        .map(|n| {
            let mut row = row(n);
            head = row.seal(&head);
            row
        })
        .collect()
}

fn walk(mut walk: ChainWalk, rows: &[ChainRow], head: Option<&Mark>) -> Result<Walked, ChainFault> {
    for row in rows {
        walk.step(row)?;
    }
    walk.finish(head)
}

/// Computed by another program (Python: hashlib, and json.dumps with sorted keys) from docs/audit-chain.md.
#[test]
fn a_seal_is_what_the_document_says() {
    let mut row = row(1);
    let head = row.seal(&Mark::genesis());
    let line = serde_json::to_value(&row).unwrap();
    assert_eq!(line["executedAt"], "2026-11-26T08:00:00.500000Z");
    assert_eq!(row.digest(), "0221940964a451ed4cb5aefe5837d083e096d0f58487d474d94d8b229b1811f2");
    assert_eq!(head.hash, "df5cc6447b1d59ee448f6b089b1195b9867b771d508c487a80150a2df97bc075");
}

#[test]
fn a_line_of_an_export_reads_back_as_the_row() {
    let sealed = chain(2).pop().unwrap();
    let line = serde_json::to_string(&sealed).unwrap();
    assert_eq!(serde_json::from_str::<ChainRow>(&line).unwrap(), sealed);
}

#[test]
fn an_unchanged_chain_holds_from_any_place() {
    let rows = chain(5);
    let mark = |n: usize| Mark { seq: rows[n].seq.unwrap(), hash: rows[n].hash.clone().unwrap() };
    let head = mark(4);
    let holds = |walked: Result<Walked, ChainFault>, count| {
        assert_eq!(walked, Ok(Walked { rows: count, last: head.clone() }));
    };
    holds(walk(ChainWalk::new(None, []), &rows, Some(&head)), 5);
    holds(walk(ChainWalk::new(None, [mark(1), mark(4)]), &rows, Some(&head)), 5);
    // Rows up to the anchor are removed: all of them, or some so far.
    holds(walk(ChainWalk::new(Some(mark(2)), [mark(0)]), &rows[3..], Some(&head)), 2);
    holds(walk(ChainWalk::new(Some(mark(2)), []), &rows[1..], Some(&head)), 4);
    holds(walk(ChainWalk::new(Some(mark(4)), []), &[], Some(&head)), 0);
    holds(walk(ChainWalk::after(mark(3), [mark(0), mark(4)]), &rows[4..], Some(&head)), 1);
    let picked = [rows[0].clone(), rows[2].clone(), rows[4].clone()];
    assert_eq!(walk(ChainWalk::of_a_part([mark(2)]), &picked, None).map(|walked| walked.rows), Ok(3));
}

#[test]
fn each_kind_of_damage_is_named() {
    let rows = chain(6);
    let mark = |row: &ChainRow| Mark { seq: row.seq.unwrap(), hash: row.hash.clone().unwrap() };
    let head = mark(&rows[5]);
    let found = |rows: &[ChainRow], marks: &[Mark], head: Option<&Mark>| {
        let fault = walk(ChainWalk::new(None, marks.iter().cloned()), rows, head).unwrap_err();
        (fault.kind, fault.seq)
    };
    let with = |change: &dyn Fn(&mut Vec<ChainRow>)| {
        let mut rows = rows.clone();
        change(&mut rows);
        found(&rows, &[], Some(&head))
    };
    assert_eq!(with(&|rows| rows[2].description.push('.')), (FaultKind::Changed, 3));
    assert_eq!(with(&|rows| rows[2].hash = None), (FaultKind::Changed, 3));
    assert_eq!(with(&|rows| drop(rows.remove(2))), (FaultKind::Gap, 4));
    assert_eq!(with(&|rows| drop(rows.remove(0))), (FaultKind::Gap, 2));
    assert_eq!(with(&|rows| rows.swap(2, 3)), (FaultKind::Gap, 4));
    assert_eq!(with(&|rows| rows.insert(2, rows[1].clone())), (FaultKind::Twice, 2));
    assert_eq!(with(&|rows| rows.truncate(4)), (FaultKind::Cut, 5));
    assert_eq!(with(&|rows| rows.clear()), (FaultKind::Cut, 1));
    // Two rows that took each other's place.
    assert_eq!(
        with(&|rows| {
            rows[2].seq = Some(4);
            rows[3].seq = Some(3);
            rows.swap(2, 3);
        }),
        (FaultKind::Changed, 3)
    );
    // A row sealed anew, whose successors are not.
    let fork = |rows: &mut Vec<ChainRow>, from: usize, to: usize| {
        let mut head = mark(&rows[from - 1]);
        rows[from].description = "Nothing happened".to_owned();
        for row in &mut rows[from..to] {
            head = row.seal(&head);
        }
    };
    assert_eq!(with(&|rows| fork(rows, 2, 3)), (FaultKind::Fork, 4));
    assert_eq!(with(&|rows| fork(rows, 2, 6)), (FaultKind::Rewritten, 6));
    // With the head too, only a checkpoint tells.
    let mut anew = rows.clone();
    fork(&mut anew, 2, 6);
    assert_eq!(found(&anew, &[mark(&rows[3])], Some(&mark(&anew[5]))), (FaultKind::Rewritten, 4));
    assert_eq!(found(&rows[..4], std::slice::from_ref(&head), None), (FaultKind::Cut, 5));
    // An anchor that is not of this chain.
    let other = Mark { seq: 2, hash: GENESIS.to_owned() };
    let fault = walk(ChainWalk::new(Some(other), []), &rows[2..], None).unwrap_err();
    assert_eq!((fault.kind, fault.seq), (FaultKind::Fork, 3));
}
