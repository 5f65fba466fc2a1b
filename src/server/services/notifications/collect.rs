//! From notices to notifications: who is told, of what, and in how many messages. All of it is one transaction with the
//! end of its job.

use super::recipients::{is_for, still_matters};
use super::tell::{Item, Told, tell};
use super::webhook::fan_out;
use crate::domain::event::Topic;
use crate::domain::ids::ApprovalId;
use crate::domain::member::Permission;
use crate::domain::notification::NoticeKind;
use crate::domain::risk::RiskLevel;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::storage::jobs::Job;
use crate::server::storage::notices::{COLLECT, Notice, NoticedApproval, collect_job};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// So many notices are told in one transaction.
const BATCH: i64 = 1_000;

pub struct Collect {
    /// How browsers reach this server, for what goes to webhooks.
    pub public_url: Arc<str>,
}

#[async_trait]
impl Handler for Collect {
    fn kind(&self) -> &'static str {
        COLLECT
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        let notices = tx.notices_take(workspace, BATCH).await?;
        if !notices.is_empty() {
            let ids: Vec<ApprovalId> = notices.iter().filter_map(|notice| notice.approval_id).collect();
            let approvals = tx.approvals_noticed(workspace, &ids).await?;
            let people = tx.recipients(workspace).await?;
            let has_reviewers = people.iter().any(|one| {
                one.role.grants(Permission::DecideApprovals) && !one.role.grants(Permission::Administer)
            });
            for to in &people {
                let for_them = |notice: &&Notice| {
                    let approval = about(notice, &approvals);
                    still_matters(notice, approval)
                        && is_for(notice, approval, to.user, to.role, has_reviewers)
                };
                for (kind, items) in grouped(notices.iter().filter(for_them), &approvals) {
                    tell(&mut tx, workspace, to, &Told { kind, title: None, items: &items }).await?;
                }
            }
            let matters = notices.iter().filter(|notice| still_matters(notice, about(notice, &approvals)));
            fan_out(&mut tx, workspace, &grouped(matters, &approvals), &self.public_url).await?;
            tx.emit(workspace, Topic::Notification, workspace.0);
            if notices.len() as i64 == BATCH {
                let now = tx.now();
                tx.enqueue(collect_job(workspace, now));
            }
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}

fn about<'a>(
    notice: &Notice,
    approvals: &'a HashMap<ApprovalId, NoticedApproval>,
) -> Option<&'a NoticedApproval> {
    notice.approval_id.and_then(|id| approvals.get(&id))
}

fn grouped<'a>(
    notices: impl Iterator<Item = &'a Notice>,
    approvals: &HashMap<ApprovalId, NoticedApproval>,
) -> BTreeMap<NoticeKind, Vec<Item>> {
    let mut groups: BTreeMap<NoticeKind, Vec<Item>> = BTreeMap::new();
    for notice in notices {
        groups.entry(notice.kind).or_default().push(item(notice, about(notice, approvals)));
    }
    groups
}

fn item(notice: &Notice, approval: Option<&NoticedApproval>) -> Item {
    if let Some(execution) = notice.execution_id.filter(|_| notice.kind == NoticeKind::Workflow) {
        let (line, href) = (notice.description.clone(), format!("/executions/{execution}"));
        return Item { line, href, subject: Some(execution.0), critical: false };
    }
    let (line, href) = match (approval, notice.approval_id, notice.team_id) {
        (Some(approval), Some(id), _) => {
            let line = match notice.kind.needs_a_decision() {
                true => approval.sentence.clone(),
                // "Approved: Send …", "Failed: Send …"
                false => notice.description.clone(),
            };
            (line, format!("/approvals/{id}"))
        }
        (_, _, Some(team)) => (notice.description.clone(), format!("/settings/teams/{team}")),
        _ => (notice.description.clone(), notice.kind.place().to_owned()),
    };
    let critical = notice.kind.needs_a_decision() && approval.is_some_and(|a| a.risk == RiskLevel::Critical);
    Item { line, href, subject: notice.approval_id.map(|id| id.0), critical }
}
