//! Events of the audit trail that start workflows and wake steps.
//!
//! Read from the sealed chain, in which each committed row has its place once: nothing is missed and nothing counts
//! twice, because the place reached is kept in the transaction of what it brought about.

use crate::domain::AppResult;
use crate::domain::ids::WorkspaceId;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::start::{DEPTH_MAX, Line, event_key, start_workflow};
use crate::server::services::executions::{EVENTS, advance_job};
use crate::server::storage::jobs::Job;
use crate::server::storage::workflows::triggers::{Follower, Follows, Happened};
use crate::server::storage::{Db, Tx};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rows of one transaction.
const BATCH: i64 = 100;

pub struct Events;

#[async_trait]
impl Handler for Events {
    fn kind(&self) -> &'static str {
        EVENTS
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        while !read_on(cx.db(), job.workspace_id).await? {}
        Ok(Done::Finish)
    }
}

/// Reads one batch. `true`: that was all there is.
async fn read_on(db: &Db, workspace: WorkspaceId) -> AppResult<bool> {
    let mut tx = db.begin().await?;
    let after = tx.event_cursor(workspace).await?;
    let to = tx.sealed_to(workspace).await?;
    let followed = tx.events_followed_by_name(workspace).await?;
    let rows = match followed.is_empty() {
        true => Vec::new(),
        false => tx.happened_after(workspace, after, to, &followed, BATCH).await?,
    };
    if !rows.is_empty() {
        let happened: BTreeSet<&str> = rows.iter().map(|row| row.event.as_str()).collect();
        let happened: Vec<&str> = happened.into_iter().collect();
        let follows = tx.event_followers(workspace, &happened).await?;
        for row in &rows {
            for one in &follows {
                tell(&mut tx, workspace, row, one).await?;
            }
        }
    }
    let all = (rows.len() as i64) < BATCH;
    let reached = if all { to } else { rows.last().map_or(to, |row| row.seq) };
    if reached > after {
        tx.event_cursor_set(workspace, reached).await?;
    }
    tx.commit().await?;
    Ok(all)
}

/// Tells one follower of one row. What a workflow brings about itself does not start it again.
async fn tell(tx: &mut Tx, workspace: WorkspaceId, row: &Happened, one: &Follows) -> AppResult<()> {
    if row.event != one.event || row.executed_at < one.since {
        return Ok(());
    }
    match one.follower {
        Follower::Starts(workflow) => {
            if row.within == Some(workflow) {
                return Ok(());
            }
            let Some(workflow) = tx.workflow_get(workspace, workflow).await? else { return Ok(()) };
            let key = event_key(workflow.id, row.id);
            let line = Line { parent: None, depth: row.depth.map_or(0, |depth| depth + 1) };
            if line.depth > DEPTH_MAX {
                tracing::warn!(workflow = %workflow.id, "workflows start one another in a circle; this one is not started");
                return Ok(());
            }
            let input = json!({ "event": about(row) });
            start_workflow(tx, &workflow, input, system_actor(), Some(key), line).await?;
        }
        Follower::Wakes { step, execution } => {
            if tx.step_event_came(step, &json!({ "event": about(row) })).await? {
                let now = tx.now();
                tx.enqueue(advance_job(workspace, execution, now));
            }
        }
    }
    Ok(())
}

/// The event as data.
fn about(row: &Happened) -> Value {
    json!({
        "event": row.event,
        "description": row.description,
        "actor": { "kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name },
        "approvalId": row.approval_id,
        "result": row.result,
        "at": row.executed_at,
    })
}
