//! The action types of a workspace: built-in ones, which it can re-class, and its own.

use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Administer, Allowed, ReadSettings};
use crate::domain::action::action_type_name;
use crate::domain::action_type::{
    ActionType, ActionTypeSetting, ActionTypeTerms, MAX_CUSTOM, NewActionType, PatchActionType,
    ReclassActionType, check_executor,
};
use crate::domain::canonical::Data;
use crate::domain::catalogue::{self, ActionSpec, Executor, Reversibility};
use crate::domain::event::Topic;
use crate::domain::ids::{ActionTypeId, WorkspaceId};
use crate::domain::{AppError, AppResult};
use crate::server::actions::schema;
use crate::server::storage::{Conn, Db, Tx};
use std::collections::HashMap;
use validator::Validate;

/// All types as this workspace has them: the built-in ones from low to critical, then its own by name.
pub async fn action_type_list(allowed: &Allowed<ReadSettings>, db: &Db) -> AppResult<Vec<ActionType>> {
    types_of(&mut db.read().await?, allowed.workspace()).await
}

/// The same, for the program itself.
pub async fn types_of(conn: &mut Conn, workspace: WorkspaceId) -> AppResult<Vec<ActionType>> {
    let settings = conn.action_type_list(workspace).await?;
    let (own, reclassed): (Vec<_>, Vec<_>) = settings.into_iter().partition(|setting| setting.custom);
    let reclassed: HashMap<_, _> = reclassed.iter().map(|setting| (setting.name.as_str(), setting)).collect();
    let built_in = catalogue::all().iter().map(|spec| built_in(spec, reclassed.get(spec.name).copied()));
    Ok(built_in.chain(own.into_iter().map(custom)).collect())
}

pub async fn action_type_get(allowed: &Allowed<ReadSettings>, db: &Db, name: &str) -> AppResult<ActionType> {
    view(&mut db.read().await?, allowed, known_name(name)?).await
}

/// Re-classes a built-in type in this workspace. The data still raises the risk from there.
pub async fn action_type_reclass(
    allowed: &Allowed<Administer>,
    db: &Db,
    name: &str,
    input: ReclassActionType,
    if_match: Option<i64>,
) -> AppResult<ActionType> {
    input.validate()?;
    let spec = catalogue::find(name).ok_or_else(no_such_type)?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let found = tx.action_type_get(workspace, name).await?;
    let before = found.as_ref().map_or(spec.risk, |found| found.terms.risk_level);
    let terms = ActionTypeTerms {
        title: spec.title.to_owned(),
        risk_level: input.risk_level,
        schema: None,
        executor: spec.executor,
        webhook_id: None,
        required_approvals: input.required_approvals,
    };
    let id = match found {
        Some(found) => {
            same_version(if_match, found.version)?;
            won(tx.action_type_update(workspace, &found, &terms).await?)?;
            found.id
        }
        None => {
            same_version(if_match, 0)?;
            tx.action_type_insert(workspace, name, false, &terms)
                .await
                .map_err(taken("/name", "was re-classed at the same moment"))?
        }
    };
    let description = format!(
        "Re-classed {name} from {before} to {}, with {} approvals needed",
        input.risk_level, input.required_approvals
    );
    note_type(&mut tx, allowed, id, name, "action_type.reclassed", description);
    let after = view(&mut tx, allowed, name).await?;
    tx.commit().await?;
    Ok(after)
}

/// Registers a type of the workspace's own.
pub async fn action_type_create(
    allowed: &Allowed<Administer>,
    db: &Db,
    input: NewActionType,
) -> AppResult<ActionType> {
    input.validate()?;
    if catalogue::find(&input.name).is_some() {
        return Err(AppError::invalid("/name", "is the name of a built-in type: re-class that one instead"));
    }
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    // The count below holds until the commit.
    tx.workspace_lock(workspace).await?;
    if tx.action_type_count_custom(workspace).await? >= MAX_CUSTOM {
        return Err(AppError::refused(format!("A workspace has at most {MAX_CUSTOM} types of its own.")));
    }
    let terms = ActionTypeTerms {
        title: input.title,
        risk_level: input.risk_level,
        schema: input.schema,
        executor: input.executor.into(),
        webhook_id: input.webhook_id,
        required_approvals: input.required_approvals,
    };
    check_terms(&mut tx, allowed, &terms).await?;
    let name = input.name;
    let id = tx
        .action_type_insert(workspace, &name, true, &terms)
        .await
        .map_err(taken("/name", "is the name of another type"))?;
    let description = format!("Registered {name} ({}, {})", terms.risk_level, terms.executor);
    note_type(&mut tx, allowed, id, &name, "action_type.created", description);
    let after = view(&mut tx, allowed, &name).await?;
    tx.commit().await?;
    Ok(after)
}

/// Changes a type of the workspace's own. `if_match`: the version that the caller saw.
pub async fn action_type_patch(
    allowed: &Allowed<Administer>,
    db: &Db,
    name: &str,
    input: PatchActionType,
    if_match: Option<i64>,
) -> AppResult<ActionType> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let setting = find_custom(&mut tx, allowed, name).await?;
    same_version(if_match, setting.version)?;
    let mut terms = setting.terms.clone();
    terms.title = input.title.unwrap_or(terms.title);
    terms.risk_level = input.risk_level.unwrap_or(terms.risk_level);
    terms.schema = input.schema.or(terms.schema);
    terms.required_approvals = input.required_approvals.unwrap_or(terms.required_approvals);
    if let Some(executor) = input.executor {
        terms.executor = executor.into();
        terms.webhook_id = terms.webhook_id.filter(|_| terms.executor == Executor::Webhook);
    }
    terms.webhook_id = input.webhook_id.or(terms.webhook_id);
    if terms == setting.terms {
        return Ok(custom(setting));
    }
    check_terms(&mut tx, allowed, &terms).await?;
    let written = tx.action_type_update(allowed.workspace(), &setting, &terms).await;
    won(written.map_err(taken("/name", "is the name of another type"))?)?;
    let description = format!(
        "Changed {name} (risk from {} to {}, {})",
        setting.terms.risk_level, terms.risk_level, terms.executor
    );
    note_type(&mut tx, allowed, setting.id, name, "action_type.changed", description);
    let after = view(&mut tx, allowed, name).await?;
    tx.commit().await?;
    Ok(after)
}

/// Puts a re-classed built-in type back as it came, or removes a type of the workspace's own. The latter is refused
/// while an action of that type waits for people or for its performance.
pub async fn action_type_delete(
    allowed: &Allowed<Administer>,
    db: &Db,
    name: &str,
    if_match: Option<i64>,
) -> AppResult<()> {
    let name = known_name(name)?;
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let setting = tx.action_type_get(workspace, name).await?;
    let Some(setting) = setting else {
        return if catalogue::find(name).is_some() { Ok(()) } else { Err(no_such_type()) };
    };
    same_version(if_match, setting.version)?;
    let (event, description) = match setting.custom {
        false => ("action_type.reset", format!("Put {name} back to the catalogue's risk")),
        true if tx.action_type_is_awaited(workspace, name).await? => {
            return Err(AppError::refused("Actions of this type still wait. Decide and finish them first."));
        }
        true => ("action_type.deleted", format!("Removed the type {name}")),
    };
    won(tx.action_type_delete(workspace, setting.id, setting.version).await?)?;
    note_type(&mut tx, allowed, setting.id, name, event, description);
    tx.commit().await?;
    Ok(())
}

/// The schema, the executor and its webhook fit together and exist.
async fn check_terms(tx: &mut Tx, allowed: &Allowed<Administer>, terms: &ActionTypeTerms) -> AppResult<()> {
    if let Some(schema) = &terms.schema {
        schema::check_schema(&schema.to_value())?;
    }
    check_executor(terms.executor, terms.webhook_id)?;
    match terms.webhook_id {
        Some(webhook) if tx.webhook_get(allowed.workspace(), webhook).await?.is_none() => {
            Err(AppError::invalid("/webhookId", "is not a webhook of this workspace"))
        }
        Some(_) | None => Ok(()),
    }
}

/// A name from outside, if any type could have it.
fn known_name(name: &str) -> AppResult<&str> {
    action_type_name(name).map(|()| name).map_err(|_| no_such_type())
}

async fn find_custom(
    conn: &mut Conn,
    allowed: &Allowed<Administer>,
    name: &str,
) -> AppResult<ActionTypeSetting> {
    let setting = conn.action_type_get(allowed.workspace(), known_name(name)?).await?;
    setting.filter(|setting| setting.custom).ok_or_else(no_such_type)
}

async fn view<P>(conn: &mut Conn, allowed: &Allowed<P>, name: &str) -> AppResult<ActionType> {
    let setting = conn.action_type_get(allowed.workspace(), name).await?;
    match (catalogue::find(name), setting) {
        (Some(spec), setting) => Ok(built_in(spec, setting.as_ref())),
        (None, Some(setting)) => Ok(custom(setting)),
        (None, None) => Err(no_such_type()),
    }
}

fn built_in(spec: &ActionSpec, setting: Option<&ActionTypeSetting>) -> ActionType {
    ActionType {
        name: spec.name.to_owned(),
        title: spec.title.to_owned(),
        summary: spec.summary.to_owned(),
        custom: false,
        risk_level: setting.map_or(spec.risk, |setting| setting.terms.risk_level),
        default_risk_level: Some(spec.risk),
        reversibility: spec.reversibility,
        executor: spec.executor,
        webhook_id: None,
        required_approvals: setting.map_or(1, |setting| setting.terms.required_approvals),
        schema: Data::parse(spec.schema).ok(),
        version: setting.map(|setting| setting.version),
    }
}

fn custom(setting: ActionTypeSetting) -> ActionType {
    ActionType {
        name: setting.name,
        title: setting.terms.title,
        summary: String::new(),
        custom: true,
        risk_level: setting.terms.risk_level,
        default_risk_level: None,
        // Nobody told us how to put it back.
        reversibility: Reversibility::Irreversible,
        executor: setting.terms.executor,
        webhook_id: setting.terms.webhook_id,
        required_approvals: setting.terms.required_approvals,
        schema: setting.terms.schema,
        version: Some(setting.version),
    }
}

fn note_type(
    tx: &mut Tx,
    allowed: &Allowed<Administer>,
    id: ActionTypeId,
    name: &str,
    event: &'static str,
    description: String,
) {
    let mut entry = entry(allowed, event, description);
    entry.action_type = Some(name.to_owned());
    note(tx, Topic::ActionType, id.0, entry);
}

fn no_such_type() -> AppError {
    AppError::not_found("action type")
}
