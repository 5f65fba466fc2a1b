//! Whether an execution begins: the line of its team, then that of its workflow. And the job that looks at the
//! line of a team.

use crate::domain::AppResult;
use crate::domain::ids::TeamId;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::executions::advance_job;
use crate::server::services::executions::line::{self, Place, TEAM_LINE};
use crate::server::storage::Tx;
use crate::server::storage::jobs::Job;
use crate::server::storage::workflows::executions::Running;
use async_trait::async_trait;
use serde::Deserialize;

/// Whether an execution begins now. Where it does not, whoever makes room for it wakes it.
pub(super) async fn may_begin(tx: &mut Tx, running: &Running) -> AppResult<bool> {
    let execution = &running.execution;
    let (workspace, id, now) = (execution.workspace_id, execution.id, tx.now());
    let limit = running.max_running.zip(execution.workflow_id);
    // The workflow's row before the team's, as where executions end.
    if let Some((_, workflow)) = limit {
        tx.workflow_lock(workspace, workflow).await?;
    }
    if running.team_limits {
        let place = line::place(tx, execution).await?;
        if place == Place::Back
            && let Some((_, workflow)) = limit
            && let Some(next) = tx.execution_next_in_line(workspace, workflow).await?
        {
            tx.enqueue(advance_job(workspace, next, now));
        }
        if place != Place::LetIn {
            return Ok(false);
        }
    }
    if let Some((most, workflow)) = limit {
        // In the order in which they came; each that begins lets the next one look.
        let mut line = tx.executions_in_line(workspace, workflow, 2).await?.into_iter();
        if tx.executions_under_way(workspace, workflow).await? >= most || line.next() != Some(id) {
            return Ok(false);
        }
        if let Some(next) = line.next() {
            tx.enqueue(advance_job(workspace, next, now));
        }
    }
    if running.team_limits {
        tx.team_line_leave(id).await?;
    }
    Ok(true)
}

/// What a job about a team carries.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutTeam {
    team_id: TeamId,
}

/// Lets in those in line of a team: it opens, or more of them may begin than one transaction lets in.
pub struct TeamLine;

#[async_trait]
impl Handler for TeamLine {
    fn kind(&self) -> &'static str {
        TEAM_LINE
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let about: AboutTeam = job.payload()?;
        let mut tx = cx.db().begin().await?;
        line::look(&mut tx, job.workspace_id, about.team_id).await?;
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, _cause: &str) -> Result<(), JobError> {
        let about: AboutTeam = job.payload()?;
        line::look_later(tx, job.workspace_id, about.team_id);
        Ok(())
    }
}
