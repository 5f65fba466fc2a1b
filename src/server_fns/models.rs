//! Language models: what the settings name, how far they may be used, and what their use was.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::model::{ModelLimits, Models};
use leptos::prelude::*;

/// The models, the workspace's limits, the last day's use and the last calls.
#[server(name = ModelsGet, prefix = "/api/fn", endpoint = "models/get", protocol = JsonOrForm)]
pub async fn models_get() -> Result<Models, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, models};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(models::models_get(&by, &state.db, &state.config)).await
}

/// How far all agents of the workspace together may use models.
#[server(name = ModelLimitsGet, prefix = "/api/fn", endpoint = "models/limits", protocol = JsonOrForm)]
pub async fn model_limits() -> Result<ModelLimits, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, models};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(models::model_limits_get(&by, &state.db)).await
}

/// Sets the limits: all of them anew.
#[server(name = ModelLimitsSet, prefix = "/api/fn", endpoint = "models/set-limits", protocol = JsonOrForm)]
pub async fn set_model_limits(#[server(default)] input: ModelLimits) -> Result<ModelLimits, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, models};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let limits = models::model_limits_set(&by, &state.db, input).await?;
        reply::go_to("/settings/models?done=limits");
        Ok(limits)
    })
    .await
}
