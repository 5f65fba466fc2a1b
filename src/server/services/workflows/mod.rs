//! Workflows: what people make, change, publish and restore. What runs of them is in `executions`.

pub mod hook;
pub mod template;
pub mod templates;
pub mod text;

use super::agents::shown;
use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Allowed, ReadWorkflows, WriteWorkflows};
use super::executions::advance_job;
use crate::domain::error::FieldError;
use crate::domain::event::Topic;
use crate::domain::ids::{TeamId, UserId, WorkflowId, WorkspaceId};
use crate::domain::page::Page;
use crate::domain::workflow::{
    Definition, NewWorkflow, PatchWorkflow, PublishWorkflow, StepRun, Trigger, Workflow, WorkflowDetail,
    WorkflowFilter, WorkflowStatus, WorkflowVersion, check,
};
use crate::domain::{AppError, AppResult};
use crate::server::engine::Schedule;
use crate::server::storage::{AuditEntry, Conn, Db, Tx, cursor};
use serde_json::json;
use std::collections::BTreeSet;
use validator::Validate;

/// Versions that are listed at most.
const VERSIONS: i64 = 100;

/// By name.
pub async fn workflow_list(
    by: &Allowed<ReadWorkflows>,
    db: &Db,
    filter: &WorkflowFilter,
) -> AppResult<Page<Workflow>> {
    let limit = cursor::limit(filter.limit.as_deref())?;
    let after = cursor::after_text(filter.cursor.as_deref())?;
    let shown = shown(filter.status.as_deref(), WorkflowStatus::as_str)?;
    let rows = db.read().await?.workflow_list(by.workspace(), shown, &after, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.name)]))
}

pub async fn workflow_get(by: &Allowed<ReadWorkflows>, db: &Db, id: WorkflowId) -> AppResult<WorkflowDetail> {
    detail(&mut db.read().await?, by.workspace(), id).await
}

/// Makes a draft. It may be faulty; publishing it says how.
pub async fn workflow_create(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    input: NewWorkflow,
) -> AppResult<WorkflowDetail> {
    input.validate()?;
    schedule_reads(&input.trigger)?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    team_is_there(&mut tx, workspace, input.team_id).await?;
    let id = tx
        .workflow_insert(workspace, &input)
        .await
        .map_err(taken("/name", "is the name of another workflow"))?;
    note_workflow(
        &mut tx,
        id,
        None,
        entry(by, "workflow.created", format!("Made the workflow {}", input.name)),
    );
    let made = detail(&mut tx, workspace, id).await?;
    tx.commit().await?;
    Ok(made)
}

/// `if_match`: the version that the caller saw.
pub async fn workflow_patch(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    id: WorkflowId,
    input: PatchWorkflow,
    if_match: Option<i64>,
) -> AppResult<WorkflowDetail> {
    input.validate()?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let mut workflow = find(&mut tx, workspace, id).await?;
    same_version(if_match, workflow.version)?;
    let before = workflow.clone();
    if let Some(status) = input.status {
        becomes(&mut workflow, status)?;
    }
    if let Some(team) = input.team_id {
        team_is_there(&mut tx, workspace, team).await?;
        workflow.team_id = team;
    }
    if let Some(trigger) = input.trigger {
        schedule_reads(&trigger)?;
        workflow.trigger = trigger;
    }
    if let Some(limit) = input.max_running {
        if limit.is_some_and(|limit| !(1..=1000).contains(&limit)) {
            return Err(AppError::invalid("/maxRunning", "must be between 1 and 1000"));
        }
        workflow.max_running = limit;
    }
    workflow.name = input.name.unwrap_or(workflow.name);
    workflow.description = input.description.unwrap_or(workflow.description);
    let draft = match input.definition {
        Some(new) if tx.workflow_draft(workspace, id).await?.as_ref() != Some(&new) => Some(new),
        _ => None,
    };
    workflow.changed = workflow.changed || draft.is_some();
    if workflow != before || draft.is_some() {
        won(tx
            .workflow_update(&workflow, draft.as_ref())
            .await
            .map_err(taken("/name", "is the name of another workflow"))?)?;
        let what = what_changed(&before, &workflow, draft.is_some());
        let mut row =
            entry(by, "workflow.changed", format!("Changed the workflow {}: {what}", workflow.name));
        row.result =
            (before.status != workflow.status).then(|| json!({ "status": [before.status, workflow.status] }));
        note_workflow(&mut tx, id, workflow.team_id, row);
        if workflow.max_running != before.max_running {
            wake_line(&mut tx, &workflow).await?;
        }
    }
    let changed = detail(&mut tx, workspace, id).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Publishes the draft, or a former version again, as the next version. Refuses what is faulty, each fault at its place.
pub async fn workflow_publish(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    id: WorkflowId,
    input: PublishWorkflow,
    if_match: Option<i64>,
) -> AppResult<WorkflowDetail> {
    input.validate()?;
    let workspace = by.workspace();
    let user = by.principal().user_id().ok_or_else(|| AppError::forbidden("People publish workflows."))?;
    let mut tx = db.begin().await?;
    let mut workflow = find(&mut tx, workspace, id).await?;
    same_version(if_match, workflow.version)?;
    if workflow.status == WorkflowStatus::Archived {
        return Err(AppError::refused("An archived workflow is not published. Activate it first."));
    }
    let definition = match input.restore {
        Some(number) => tx
            .workflow_version(workspace, id, number)
            .await?
            .ok_or_else(|| AppError::invalid("/restore", "is not a version of this workflow"))?,
        None => tx.workflow_draft(workspace, id).await?.ok_or_else(|| AppError::not_found("workflow"))?,
    };
    let errors = faults(&mut tx, workspace, &workflow, &definition).await?;
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    publish(&mut tx, by, &mut workflow, &definition, &input, user).await?;
    let published = detail(&mut tx, workspace, id).await?;
    tx.commit().await?;
    Ok(published)
}

/// As many of those in line as may begin now look again: all of them where there is no limit, because then nobody who
/// ends wakes the next.
async fn wake_line(tx: &mut Tx, workflow: &Workflow) -> AppResult<()> {
    let most = workflow.max_running.unwrap_or(i64::MAX);
    let now = tx.now();
    for id in tx.executions_in_line(workflow.workspace_id, workflow.id, most).await? {
        tx.enqueue(advance_job(workflow.workspace_id, id, now));
    }
    Ok(())
}

async fn publish(
    tx: &mut Tx,
    by: &Allowed<WriteWorkflows>,
    workflow: &mut Workflow,
    definition: &Definition,
    input: &PublishWorkflow,
    user: UserId,
) -> AppResult<()> {
    let number = tx.workflow_version_insert(workflow, definition, &input.note, user).await?;
    workflow.published = Some(number);
    workflow.changed = false;
    if workflow.status == WorkflowStatus::Draft {
        workflow.status = WorkflowStatus::Active;
    }
    won(tx.workflow_update(workflow, Some(definition)).await?)?;
    let text = match input.restore {
        Some(former) => {
            format!("Restored version {former} of the workflow {} as version {number}", workflow.name)
        }
        None => format!("Published version {number} of the workflow {}", workflow.name),
    };
    let mut row = entry(by, "workflow.published", text);
    row.result = Some(json!({ "workflowId": workflow.id, "number": number, "restored": input.restore }));
    note_workflow(tx, workflow.id, workflow.team_id, row);
    Ok(())
}

/// Newest first.
pub async fn workflow_versions(
    by: &Allowed<ReadWorkflows>,
    db: &Db,
    id: WorkflowId,
) -> AppResult<Vec<WorkflowVersion>> {
    let mut conn = db.read().await?;
    find(&mut conn, by.workspace(), id).await?;
    Ok(conn.workflow_versions(by.workspace(), id, i64::MAX, VERSIONS).await?)
}

/// Removes a workflow that never ran; another is archived instead.
pub async fn workflow_delete(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    id: WorkflowId,
    if_match: Option<i64>,
) -> AppResult<()> {
    if remove(by, db, id, if_match).await? {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let mut workflow = find(&mut tx, by.workspace(), id).await?;
    same_version(if_match, workflow.version)?;
    if workflow.status == WorkflowStatus::Archived {
        return Ok(());
    }
    workflow.status = WorkflowStatus::Archived;
    won(tx.workflow_update(&workflow, None).await?)?;
    let row = entry(by, "workflow.archived", format!("Archived the workflow {}", workflow.name));
    note_workflow(&mut tx, id, workflow.team_id, row);
    tx.commit().await?;
    Ok(())
}

/// `false`: it ran, and nothing was changed.
async fn remove(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    id: WorkflowId,
    if_match: Option<i64>,
) -> AppResult<bool> {
    let mut tx = db.begin().await?;
    let workflow = find(&mut tx, by.workspace(), id).await?;
    same_version(if_match, workflow.version)?;
    match tx.workflow_delete(&workflow).await {
        Err(fault) if fault.is_foreign_key_violation() => return Ok(false),
        deleted => won(deleted?)?,
    }
    let row =
        entry(by, "workflow.deleted", format!("Removed the workflow {}, which never ran", workflow.name));
    note_workflow(&mut tx, id, workflow.team_id, row);
    tx.commit().await?;
    Ok(true)
}

/// Everything that keeps a definition from being published.
pub async fn faults(
    conn: &mut Conn,
    workspace: WorkspaceId,
    workflow: &Workflow,
    definition: &Definition,
) -> AppResult<Vec<FieldError>> {
    let mut found = check::faults(definition);
    if !found.is_empty() {
        return Ok(found);
    }
    found = template::faults(definition);
    let named: Vec<(String, &str)> = definition
        .steps
        .iter()
        .enumerate()
        .filter_map(|(i, step)| {
            let name = match &step.run {
                StepRun::Action(action) => &action.agent,
                StepRun::Agent(agent) => &agent.agent,
                StepRun::Approval(approval) => &approval.agent,
                _ => return None,
            };
            Some((format!("/steps/{i}/run/{}/agent", step.run.kind()), name.as_str()))
        })
        .collect();
    let names: BTreeSet<&str> = named.iter().map(|(_, name)| *name).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let there = conn.agents_named(workspace, &names).await?;
    for (pointer, name) in named {
        if !there.iter().any(|known| known == name) {
            found.push(FieldError::new(pointer, format!("there is no agent \"{name}\"")));
        }
    }
    for (i, step) in definition.steps.iter().enumerate() {
        let StepRun::Workflow(child) = &step.run else { continue };
        let pointer = format!("/steps/{i}/run/workflow/workflow");
        if child.workflow == workflow.name {
            found.push(FieldError::new(pointer, "a workflow cannot start itself"));
        } else if conn.workflow_by_name(workspace, &child.workflow).await?.is_none() {
            found.push(FieldError::new(pointer, format!("there is no workflow \"{}\"", child.workflow)));
        }
    }
    Ok(found)
}

async fn detail(conn: &mut Conn, workspace: WorkspaceId, id: WorkflowId) -> AppResult<WorkflowDetail> {
    let workflow = find(conn, workspace, id).await?;
    let draft = conn.workflow_draft(workspace, id).await?.ok_or_else(|| AppError::not_found("workflow"))?;
    let faults = faults(conn, workspace, &workflow, &draft).await?;
    Ok(WorkflowDetail { workflow, draft, faults })
}

async fn find(conn: &mut Conn, workspace: WorkspaceId, id: WorkflowId) -> AppResult<Workflow> {
    conn.workflow_get(workspace, id).await?.ok_or_else(|| AppError::not_found("workflow"))
}

async fn team_is_there(conn: &mut Conn, workspace: WorkspaceId, team: Option<TeamId>) -> AppResult<()> {
    match team {
        Some(team) if conn.team_get(workspace, team).await?.is_none() => {
            Err(AppError::invalid("/teamId", "is not a team of this workspace"))
        }
        _ => Ok(()),
    }
}

/// Draft is what was never published; nothing goes back there.
fn becomes(workflow: &mut Workflow, status: WorkflowStatus) -> AppResult<()> {
    match status {
        WorkflowStatus::Draft if workflow.status != WorkflowStatus::Draft => {
            Err(AppError::invalid("/status", "a published workflow is no draft any more"))
        }
        WorkflowStatus::Active | WorkflowStatus::Paused if workflow.published.is_none() => {
            Err(AppError::invalid("/status", "publish the workflow first"))
        }
        _ => {
            workflow.status = status;
            Ok(())
        }
    }
}

fn schedule_reads(trigger: &Trigger) -> AppResult<()> {
    match trigger {
        Trigger::Schedule { cron, zone } => {
            let zone = zone.parse().map_err(|_| {
                AppError::invalid("/trigger/zone", "must be a time zone such as Europe/Vienna")
            })?;
            Schedule::parse(cron, zone)
                .map(drop)
                .map_err(|fault| AppError::invalid("/trigger/cron", fault.to_string()))
        }
        _ => Ok(()),
    }
}

fn what_changed(before: &Workflow, after: &Workflow, draft: bool) -> String {
    let mut parts = Vec::new();
    if before.status != after.status {
        parts.push(format!("from {} to {}", before.status, after.status));
    }
    if before.name != after.name {
        parts.push(format!("name from {}", before.name));
    }
    for (changed, word) in [
        (draft, "draft"),
        (before.description != after.description, "description"),
        (before.team_id != after.team_id, "team"),
        (before.trigger != after.trigger, "trigger"),
        (before.max_running != after.max_running, "executions at once"),
    ] {
        if changed {
            parts.push(word.to_owned());
        }
    }
    parts.join("; ")
}

fn note_workflow(tx: &mut Tx, id: WorkflowId, team: Option<TeamId>, mut row: AuditEntry) {
    row.team_id = team;
    note(tx, Topic::Workflow, id.0, row);
}
