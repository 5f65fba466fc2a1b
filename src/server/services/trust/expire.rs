//! What time does to trust: a suggestion whose approvals are too long ago is withdrawn, a grant lapses.

use super::end;
use crate::domain::ids::{TrustGrantId, WorkspaceId};
use crate::domain::trust::TrustEnd;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::approvals::QUEUE_DEFAULT;
use crate::server::services::ctx::system_actor;
use crate::server::storage::NewJob;
use crate::server::storage::jobs::Job;
use crate::server::storage::trust::TrustKey;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

pub const EXPIRE: &str = "trust.expire";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    trust_grant_id: TrustGrantId,
}

pub(super) fn job(workspace: WorkspaceId, id: TrustGrantId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_DEFAULT,
        kind: EXPIRE,
        payload: json!({ "trustGrantId": id }),
        priority: 0,
        run_at,
        max_attempts: 20,
        dedupe_key: Some(id.to_string()),
    }
}

/// The gate does not wait for it: a grant covers nothing from its last moment on.
pub struct Expire;

#[async_trait]
impl Handler for Expire {
    fn kind(&self) -> &'static str {
        EXPIRE
    }

    /// A stale timer does nothing; where the end has moved, there is a new one.
    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let About { trust_grant_id: id } = job.payload()?;
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        if let Some(grant) = tx.trust_get(workspace, id).await? {
            tx.trust_lock(TrustKey { workspace, team: grant.team_id, action_type: &grant.action_type })
                .await?;
        }
        match tx.trust_get(workspace, id).await? {
            Some(grant) if grant.status.is_live() && grant.expires_at <= tx.now() => {
                end(&mut tx, workspace, system_actor(), &grant, TrustEnd::Time, None).await?;
            }
            Some(grant) if grant.status.is_live() => {
                tx.enqueue(self::job(workspace, id, grant.expires_at));
            }
            _ => {}
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}
