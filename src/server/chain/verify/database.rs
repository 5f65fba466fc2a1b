//! The chains in the database, page by page, in constant memory, while others write.

use super::{Marks, Report};
use crate::domain::chain::{
    ChainCheck, ChainFault, ChainRow, ChainWalk, Checkpoint, CheckpointKind, FaultKind, Mark,
};
use crate::domain::ids::WorkspaceId;
use crate::server::chain::keys::Checker;
use crate::server::storage::{Db, StorageError};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// Rows of one reading.
const PAGE: i64 = 1_000;
/// Unsealed rows are counted to at most so many.
const UNSEALED_BOUND: i64 = 100_000;
/// Before all rows.
const START: (i64, Uuid) = (i64::MIN, Uuid::nil());

/// Verifies a workspace's whole chain. `outside`: checkpoints of it that were kept elsewhere.
pub async fn verify_workspace(
    db: &Db,
    workspace: WorkspaceId,
    checker: &Checker,
    outside: &[Checkpoint],
) -> Result<Result<Report, ChainFault>, StorageError> {
    loop {
        let anchor = db.read().await?.checkpoint_last(workspace, CheckpointKind::Anchor).await?;
        let found = verify_behind(anchor.as_ref(), db, workspace, checker, outside).await?;
        // Rows that the retention removed meanwhile are missed; but then the anchor has moved.
        let now = db.read().await?.checkpoint_last(workspace, CheckpointKind::Anchor).await?;
        if found.is_ok() || now == anchor {
            return Ok(found);
        }
    }
}

async fn verify_behind(
    anchor: Option<&Checkpoint>,
    db: &Db,
    workspace: WorkspaceId,
    checker: &Checker,
    outside: &[Checkpoint],
) -> Result<Result<Report, ChainFault>, StorageError> {
    let mut marks = Marks::of(outside, checker, workspace);
    marks.add_all(&all_checkpoints(db, workspace).await?, checker, workspace);
    let checkpoints = marks.good.len();
    let mut anchored = Marks::of(anchor, checker, workspace);
    let removed_to = anchored.good.first().map(|mark| mark.seq);
    let mut walk = ChainWalk::new(anchored.good.pop(), marks.good);
    let head = match walk_pages(db, workspace, &mut walk, START, None).await? {
        Ok(End::Head(head)) => head,
        // Without a limit of time a walk ends at the head.
        Ok(End::OutOfTime) => Mark::genesis(),
        Err(fault) => return Ok(Err(fault)),
    };
    let unsealed = db.read().await?.chain_unsealed_count(workspace, UNSEALED_BOUND).await?;
    let signatures = marks.fault.or(anchored.fault);
    Ok(match (walk.finish(Some(&head)), signatures) {
        (Ok(walked), None) => Ok(Report { walked, unsealed, checkpoints, removed_to }),
        (Err(fault), _) | (Ok(_), Some(fault)) => Err(fault),
    })
}

/// Verifies for at most `budget`, from behind a row that is known to hold, or from the beginning.
pub async fn verify_part(
    db: &Db,
    workspace: WorkspaceId,
    checker: &Checker,
    from: Option<i64>,
    budget: Duration,
) -> Result<ChainCheck, StorageError> {
    let deadline = Some(Instant::now() + budget);
    let mut marks = Marks::of(&all_checkpoints(db, workspace).await?, checker, workspace);
    let anchor = db.read().await?.checkpoint_last(workspace, CheckpointKind::Anchor).await?;
    let mut anchored = Marks::of(anchor.as_ref(), checker, workspace);
    let fault = marks.fault.take().or(anchored.fault);
    let known = match from {
        Some(from) => db.read().await?.chain_row(workspace, from).await?,
        None => None,
    };
    let (mut walk, after) =
        match known.and_then(|row| Some((row.id, Mark { seq: row.seq?, hash: row.hash? }))) {
            Some((id, mark)) => {
                let after = (mark.seq, id);
                (ChainWalk::after(mark, marks.good), after)
            }
            None => (ChainWalk::new(anchored.good.pop(), marks.good), START),
        };
    let ended = walk_pages(db, workspace, &mut walk, after, deadline).await?;
    let (rows, checked_to) = (walk.rows(), walk.last().map_or(0, |last| last.seq));
    let part = |complete, fault| ChainCheck { rows, checked_to, complete, fault };
    Ok(match ended {
        Ok(End::Head(head)) => part(true, walk.finish(Some(&head)).err().or(fault)),
        Ok(End::OutOfTime) => part(false, fault),
        Err(found) => part(false, Some(found)),
    })
}

async fn all_checkpoints(db: &Db, workspace: WorkspaceId) -> Result<Vec<Checkpoint>, StorageError> {
    let mut all: Vec<Checkpoint> = Vec::new();
    loop {
        let before = all.last().map_or(i64::MAX, |last| last.seq);
        let page = db.read().await?.checkpoints_before(workspace, before, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// How a walk ended that found no fault.
enum End {
    /// All rows up to this head have come.
    Head(Mark),
    OutOfTime,
}

/// Walks over the rows behind `after`, until the chain ends or the time is over.
async fn walk_pages(
    db: &Db,
    workspace: WorkspaceId,
    walk: &mut ChainWalk,
    mut after: (i64, Uuid),
    deadline: Option<Instant>,
) -> Result<Result<End, ChainFault>, StorageError> {
    let mut head = None;
    loop {
        let rows = match page(db, workspace, after).await? {
            Ok(rows) => rows,
            Err(fault) => return Ok(Err(fault)),
        };
        match (rows.last(), head.take()) {
            (Some(last), _) => after = (last.seq.unwrap_or_default(), last.id),
            // The head was read before this page: whatever it stands for is there, or gone.
            (None, Some(head)) => return Ok(Ok(End::Head(head))),
            (None, None) => {
                let found = db.read().await?.chain_head(workspace).await?;
                head = Some(found.map_or_else(Mark::genesis, |head| head.mark));
            }
        }
        for row in &rows {
            if let Err(fault) = walk.step(row) {
                return Ok(Err(fault));
            }
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) && head.is_none() {
            return Ok(Ok(End::OutOfTime));
        }
    }
}

/// A page of rows; or the fault of the first one that holds what no row of ours can hold.
async fn page(
    db: &Db,
    workspace: WorkspaceId,
    after: (i64, Uuid),
) -> Result<Result<Vec<ChainRow>, ChainFault>, StorageError> {
    let mut conn = db.read().await?;
    let mut rows = match conn.chain_after(workspace, after, PAGE).await {
        Err(fault) if fault.is_unreadable() => Vec::new(),
        read => return read.map(Ok),
    };
    let mut place = after;
    loop {
        match conn.chain_after(workspace, place, 1).await {
            Ok(mut one) => match one.pop() {
                Some(row) => {
                    place = (row.seq.unwrap_or_default(), row.id);
                    rows.push(row);
                }
                None => return Ok(Ok(rows)),
            },
            // Those before it come first: one of them may be bad too.
            Err(fault) if fault.is_unreadable() && !rows.is_empty() => return Ok(Ok(rows)),
            Err(fault) if fault.is_unreadable() => {
                let seq = place.0.saturating_add(1).max(1);
                let detail = format!("the next row cannot be read: {fault}");
                return Ok(Err(ChainFault::new(FaultKind::Unreadable, seq, None, detail)));
            }
            Err(fault) => return Err(fault),
        }
    }
}
