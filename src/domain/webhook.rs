//! Webhooks: where a `webhook` executor sends an approved action, signed as Standard Webhooks says.

use super::ids::WebhookId;
use super::text;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    pub id: WebhookId,
    pub name: String,
    pub url: String,
    pub enabled: bool,
    pub version: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewWebhook {
    #[validate(custom(function = "text::name"))]
    pub name: String,
    /// `https://`, or `http://` where the installation allows it. Private addresses are refused unless allowed.
    #[validate(length(min = 8, max = 2000, message = "must be 8 to 2,000 characters"))]
    pub url: String,
}

/// The only time a secret is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedWebhook {
    pub webhook: Webhook,
    /// `whsec_…`: the key of the HMAC-SHA-256 signature.
    pub secret: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchWebhook {
    #[validate(custom(function = "text::name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[validate(length(min = 8, max = 2000, message = "must be 8 to 2,000 characters"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}
