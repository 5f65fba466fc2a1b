//! Webhooks: where a `webhook` executor sends an approved action, and where notices go; signed as Standard Webhooks
//! says.

use super::ids::{WebhookDeliveryId, WebhookId};
use super::notification::NoticeKind;
use super::text;
use crate::wire_enum;
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
    /// How notices are written for it.
    pub format: WebhookFormat,
    /// The kinds of notices that it gets.
    pub notices: Vec<NoticeKind>,
    /// Why Countersign switched it off by itself.
    pub off_reason: Option<String>,
    /// Until when the secret before the present one signs too.
    pub old_secret_until: Option<DateTime<Utc>>,
}

wire_enum! {
    /// How a webhook's receiver reads notices.
    #[derive(Default)]
    pub enum WebhookFormat {
        /// A JSON object with `type`, `timestamp` and `data`.
        #[default]
        Standard = "standard",
        /// A text, as the incoming webhooks of Slack and of what is compatible take it.
        Slack = "slack",
    }
}

/// Which notices a webhook gets, and how: all of it anew.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetWebhookNotices {
    pub format: WebhookFormat,
    pub notices: Vec<NoticeKind>,
}

wire_enum! {
    pub enum WebhookDeliveryState {
        Waiting = "waiting",
        Sending = "sending",
        Delivered = "delivered",
        /// Given up.
        Failed = "failed",
    }
}

/// A notice on its way to a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// The message's id, which its receiver gets as `webhook-id`.
    pub id: WebhookDeliveryId,
    pub kind: NoticeKind,
    pub title: String,
    pub state: WebhookDeliveryState,
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: Option<DateTime<Utc>>,
    /// What came of the last try.
    pub answer: Option<String>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
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
