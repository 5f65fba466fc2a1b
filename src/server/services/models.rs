//! Language models: which there are, how far they may be used, what they were used for.

use super::change::{entry, note};
use super::ctx::{Administer, Allowed, ReadSettings};
use crate::domain::AppResult;
use crate::domain::event::Topic;
use crate::domain::model::{ModelLimits, Models};
use crate::server::config::Config;
use crate::server::models::known;
use crate::server::storage::Db;
use chrono::TimeDelta;
use validator::Validate;

/// Calls that are listed.
const CALLS: i64 = 50;

/// `config`: the server's settings, which name the models.
pub async fn models_get(by: &Allowed<ReadSettings>, db: &Db, config: &Config) -> AppResult<Models> {
    let workspace = by.workspace();
    let now = db.now().await?;
    let mut conn = db.read().await?;
    Ok(Models {
        models: known(config),
        limits: conn.workspace_model_limits(workspace).await?,
        day: conn.model_use_since(workspace, None, now - TimeDelta::days(1)).await?,
        calls: conn.model_call_list(workspace, CALLS).await?,
    })
}

pub async fn model_limits_get(by: &Allowed<ReadSettings>, db: &Db) -> AppResult<ModelLimits> {
    Ok(db.read().await?.workspace_model_limits(by.workspace()).await?)
}

/// How far all agents of the workspace together may use models; each has its own limits beside.
pub async fn model_limits_set(
    by: &Allowed<Administer>,
    db: &Db,
    limits: ModelLimits,
) -> AppResult<ModelLimits> {
    limits.validate()?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    tx.workspace_set_model_limits(workspace, &limits).await?;
    let entry = entry(by, "workspace.model_limits_set", "Changed how far models may be used".to_owned());
    note(&mut tx, Topic::Workspace, workspace.0, entry);
    tx.commit().await?;
    Ok(limits)
}
