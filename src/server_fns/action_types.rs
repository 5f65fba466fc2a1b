//! Action types: the catalogue as this workspace has it, and its own types.

use super::codec::JsonOrForm;
use super::inputs::DataOrText;
use crate::domain::AppError;
use crate::domain::action_type::{
    ActionType, CustomExecutor, NewActionType, PatchActionType, ReclassActionType,
};
use crate::domain::ids::WebhookId;
use crate::domain::risk::RiskLevel;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A [`NewActionType`]; the schema may be JSON text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionTypeForm {
    pub name: String,
    pub title: String,
    pub risk_level: RiskLevel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<DataOrText>,
    pub executor: CustomExecutor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<WebhookId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_approvals: Option<i64>,
}

impl TryFrom<ActionTypeForm> for NewActionType {
    type Error = AppError;

    fn try_from(form: ActionTypeForm) -> Result<Self, AppError> {
        Ok(Self {
            name: form.name,
            title: form.title,
            risk_level: form.risk_level,
            schema: form.schema.map(|schema| schema.read("/schema")).transpose()?.flatten(),
            executor: form.executor,
            webhook_id: form.webhook_id,
            required_approvals: form.required_approvals.unwrap_or(1),
        })
    }
}

/// A [`PatchActionType`]; the schema may be JSON text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ActionTypePatchForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<RiskLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<DataOrText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor: Option<CustomExecutor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<WebhookId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_approvals: Option<i64>,
}

impl TryFrom<ActionTypePatchForm> for PatchActionType {
    type Error = AppError;

    fn try_from(form: ActionTypePatchForm) -> Result<Self, AppError> {
        Ok(Self {
            title: form.title,
            risk_level: form.risk_level,
            schema: form.schema.map(|schema| schema.read("/schema")).transpose()?.flatten(),
            executor: form.executor,
            webhook_id: form.webhook_id,
            required_approvals: form.required_approvals,
        })
    }
}

/// The catalogue from low to critical, then the workspace's own types.
#[server(name = ActionTypeList, prefix = "/api/fn", endpoint = "action-types/list", protocol = JsonOrForm)]
pub async fn action_type_list() -> Result<Vec<ActionType>, AppError> {
    use super::door;
    use crate::server::services::{action_types, ctx::ReadSettings};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(action_types::action_type_list(&by, &state.db)).await
}

#[server(name = ActionTypeGet, prefix = "/api/fn", endpoint = "action-types/get", protocol = JsonOrForm)]
pub async fn action_type_get(name: String) -> Result<ActionType, AppError> {
    use super::door;
    use crate::server::services::{action_types, ctx::ReadSettings};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(action_types::action_type_get(&by, &state.db, &name)).await
}

/// Re-classes a built-in type. `version`: the one that the caller saw; none while the type is as it came.
#[server(name = ActionTypeReclass, prefix = "/api/fn", endpoint = "action-types/reclass", protocol = JsonOrForm)]
pub async fn action_type_reclass(
    name: String,
    version: Option<i64>,
    input: ReclassActionType,
) -> Result<ActionType, AppError> {
    use super::{door, reply};
    use crate::server::services::{action_types, ctx::Administer};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let found = action_types::action_type_reclass(&by, &state.db, &name, input, version).await?;
        reply::go_to(&format!("/settings/action-types/{}?done=saved", found.name));
        Ok(found)
    })
    .await
}

/// Registers a type of the workspace's own.
#[server(name = ActionTypeCreate, prefix = "/api/fn", endpoint = "action-types/create", protocol = JsonOrForm)]
pub async fn action_type_create(input: ActionTypeForm) -> Result<ActionType, AppError> {
    use super::{door, reply};
    use crate::server::services::{action_types, ctx::Administer};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let made = action_types::action_type_create(&by, &state.db, input.try_into()?).await?;
        reply::go_to(&format!("/settings/action-types/{}?done=created", made.name));
        Ok(made)
    })
    .await
}

/// Changes a type of the workspace's own.
#[server(name = ActionTypePatch, prefix = "/api/fn", endpoint = "action-types/patch", protocol = JsonOrForm)]
pub async fn action_type_patch(
    name: String,
    version: Option<i64>,
    input: ActionTypePatchForm,
) -> Result<ActionType, AppError> {
    use super::{door, reply};
    use crate::server::services::{action_types, ctx::Administer};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let found =
            action_types::action_type_patch(&by, &state.db, &name, input.try_into()?, version).await?;
        reply::go_to(&format!("/settings/action-types/{}?done=saved", found.name));
        Ok(found)
    })
    .await
}

/// Puts a built-in type back as it came, or removes one of the workspace's own.
#[server(name = ActionTypeDelete, prefix = "/api/fn", endpoint = "action-types/delete", protocol = JsonOrForm)]
pub async fn action_type_delete(name: String, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{action_types, ctx::Administer};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        action_types::action_type_delete(&by, &state.db, &name, version).await?;
        reply::go_to("/settings/action-types?done=deleted");
        Ok(())
    })
    .await
}
