//! Snoozing: a member puts an approval aside until a time. It leaves their own list and comes back by itself; for
//! everybody else, and for its deadline, nothing changes.

use super::approval::Approval;
use super::{AppError, AppResult};
use crate::wire_enum;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A minute.
pub const MIN_SNOOZE_SECONDS: i64 = 60;
/// 30 days.
pub const MAX_SNOOZE_SECONDS: i64 = 30 * 24 * 3600;

/// When it comes back: exactly one of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Snooze {
    /// A moment, from a minute to 30 days from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// In so many seconds, 60 to 2592000: plain HTML forms know no time zones.
    #[validate(range(min = 60, max = 2_592_000, message = "must be between 60 and 2592000 seconds"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
}

impl Snooze {
    /// The moment at which `approval` comes back, in microseconds: before its deadline, unless the clock stands still.
    pub fn moment(&self, approval: &Approval, now: DateTime<Utc>) -> AppResult<DateTime<Utc>> {
        let (pointer, until) = match (self.until, self.seconds) {
            (Some(until), None) => ("/until", until.trunc_subsecs(6)),
            (None, Some(seconds)) => ("/seconds", now + TimeDelta::seconds(seconds)),
            (Some(_), Some(_)) => return Err(AppError::invalid("/seconds", "cannot be sent beside `until`")),
            (None, None) => return Err(AppError::invalid("/until", "send `until` or `seconds`")),
        };
        if until < now + TimeDelta::seconds(MIN_SNOOZE_SECONDS) {
            return Err(AppError::invalid(pointer, "must be at least a minute from now"));
        }
        if until > now + TimeDelta::seconds(MAX_SNOOZE_SECONDS) {
            return Err(AppError::invalid(pointer, "must be at most 30 days from now"));
        }
        if until >= approval.expires_at && !approval.expiry_paused {
            let deadline = approval.expires_at.format("%Y-%m-%d %H:%M:%S UTC");
            return Err(AppError::invalid(pointer, format!("must be before the deadline, {deadline}")));
        }
        Ok(until)
    }
}

/// An approval, and until when the asking member put it aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snoozed {
    pub approval: Approval,
    /// `null`: it is in their list.
    pub snoozed_until: Option<DateTime<Utc>>,
}

wire_enum! {
    /// What the list does with what the asking member put aside, where it does not leave it out.
    pub enum SnoozedToo {
        /// Only that.
        Only = "only",
        /// That too.
        All = "all",
    }
}
