//! Notifications: what a person should know, which of it they want, and how it reaches them.
//!
//! What happens is written to the audit trail; [`notice_of`] says which of that is told to anybody, and
//! [`NoticeKind`] is what members choose by.

use super::ids::NotificationId;
use super::risk::RiskLevel;
use super::{AppError, AppResult, FieldError};
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

wire_enum! {
    /// What a notification is about, and what a member chooses by.
    pub enum NoticeKind {
        /// A new approval of high or critical risk.
        ApprovalNeeded = "approval_needed",
        /// An approval that waits too long: at half of its time, and once more for admins.
        ApprovalWaiting = "approval_waiting",
        /// An approval that is about to expire.
        ApprovalExpiring = "approval_expiring",
        /// More approvals wait than people seem to get to.
        ManyWaiting = "many_waiting",
        /// A decision on what one asked for oneself, or one's agent did.
        RequestDecided = "request_decided",
        /// An action that failed, or of which nobody knows whether it happened.
        Outcome = "outcome",
        /// A team's status or autonomy.
        TeamChanged = "team_changed",
        /// Learned trust that is suggested, revoked or over.
        Trust = "trust",
        /// A webhook that was switched off because nothing reached it.
        WebhookOff = "webhook_off",
        /// What an agent tells people by an action of its own.
        Message = "message",
        /// A workflow or a team run that completed or failed.
        Workflow = "workflow",
    }
}

impl NoticeKind {
    /// Of one notification.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApprovalNeeded => "An approval needs you",
            Self::ApprovalWaiting => "An approval still waits",
            Self::ApprovalExpiring => "An approval is about to expire",
            Self::ManyWaiting => "Many approvals wait",
            Self::RequestDecided => "A request was decided",
            Self::Outcome => "An action did not succeed",
            Self::TeamChanged => "A team changed",
            Self::Trust => "Learned trust changed",
            Self::WebhookOff => "A webhook was switched off",
            Self::Message => "A message",
            Self::Workflow => "A workflow ended",
        }
    }

    /// Of `count` of them in one.
    pub fn title_of(self, count: i64) -> String {
        match (self, count) {
            (kind, ..=1) => kind.title().to_owned(),
            (Self::ApprovalNeeded, n) => format!("{n} approvals need you"),
            (Self::ApprovalWaiting, n) => format!("{n} approvals still wait"),
            (Self::ApprovalExpiring, n) => format!("{n} approvals are about to expire"),
            (Self::RequestDecided, n) => format!("{n} requests were decided"),
            (Self::Outcome, n) => format!("{n} actions did not succeed"),
            (Self::TeamChanged, n) => format!("{n} changes of teams"),
            (Self::Trust, n) => format!("{n} changes of learned trust"),
            (Self::WebhookOff, n) => format!("{n} webhooks were switched off"),
            (Self::Message, n) => format!("{n} messages"),
            (Self::Workflow, n) => format!("{n} workflows ended"),
            (Self::ManyWaiting, _) => self.title().to_owned(),
        }
    }

    /// What choosing it means, in a sentence.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::ApprovalNeeded => "A new action of high or critical risk waits for a person.",
            Self::ApprovalWaiting => {
                "Half of its time is over, or as much as its team says, and nobody has decided."
            }
            Self::ApprovalExpiring => "It expires soon, and then nothing happens.",
            Self::ManyWaiting => "More than 50 approvals wait.",
            Self::RequestDecided => "What you or your agent asked for was approved, rejected or has expired.",
            Self::Outcome => "It failed, or nobody knows whether it happened.",
            Self::TeamChanged => "A team was paused, frozen, archived or given another autonomy.",
            Self::Trust => "Learned trust is suggested, revoked or over.",
            Self::WebhookOff => "Nothing reached it for days.",
            Self::Message => "An agent tells you something by an action that was allowed.",
            Self::Workflow => "What you started completed or failed; for operators, whatever failed.",
        }
    }

    /// The list in which all of a kind are found, where a notification is about several.
    pub const fn place(self) -> &'static str {
        match self {
            Self::ApprovalNeeded | Self::ApprovalWaiting | Self::ManyWaiting => "/approvals",
            Self::ApprovalExpiring => "/approvals?expiringWithin=3600",
            Self::RequestDecided => "/approvals?status=all&sort=created_at",
            Self::Outcome => "/audit?event=action.failed",
            Self::TeamChanged | Self::Trust => "/settings/teams",
            Self::WebhookOff => "/settings/webhooks",
            Self::Message => "/notifications",
            Self::Workflow => "/executions",
        }
    }

    /// Whether it also goes out by e-mail, and to browsers, before a member has said anything.
    pub const fn sent_by_default(self) -> bool {
        !matches!(self, Self::TeamChanged | Self::ManyWaiting | Self::Message | Self::Workflow)
    }

    /// Whether the thing it is about may be over before anybody is told; then nobody is.
    pub const fn needs_a_decision(self) -> bool {
        matches!(self, Self::ApprovalNeeded | Self::ApprovalWaiting | Self::ApprovalExpiring)
    }
}

/// The kind of notice that an audit event is: `None` for what nobody is told of. What nobody did, such as waiting, has
/// no event; whoever sees it writes the notice.
///
/// `result` is the event's own detail; of a team's change it holds `status` or `autonomyLevel` where those changed, of an
/// execution's end `top` where no other execution waits for it.
pub fn notice_of(event: &str, risk: Option<RiskLevel>, result: Option<&Value>) -> Option<NoticeKind> {
    let changed = |name: &str| result.is_some_and(|result| result.get(name).is_some());
    Some(match event {
        "approval.requested" if risk >= Some(RiskLevel::High) => NoticeKind::ApprovalNeeded,
        "approval.approved" | "approval.rejected" | "approval.expired" => NoticeKind::RequestDecided,
        "action.failed" | "action.unknown" => NoticeKind::Outcome,
        "team.frozen" | "team.unfrozen" | "team.archived" => NoticeKind::TeamChanged,
        "team.changed" if changed("status") || changed("autonomyLevel") => NoticeKind::TeamChanged,
        "trust.suggested" | "trust.revoked" | "trust.lapsed" => NoticeKind::Trust,
        "webhook.switched_off" => NoticeKind::WebhookOff,
        "execution.completed" | "execution.failed" if changed("top") => NoticeKind::Workflow,
        _ => return None,
    })
}

/// One notification, as its member sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NoticeKind,
    pub title: String,
    /// A line for each thing that it is about; the first five of many.
    pub body: String,
    /// How many things it is about.
    pub count: i64,
    /// A path of Countersign's that shows it.
    pub href: String,
    pub critical: bool,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// Which notifications are listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct NotificationFilter {
    /// `true` for those not read yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// `nextCursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl NotificationFilter {
    pub fn unread_only(&self) -> AppResult<bool> {
        match self.unread.as_deref() {
            None | Some("" | "false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(AppError::invalid("unread", "must be true or false")),
        }
    }
}

/// Which of one's notifications are read now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReadNotifications {
    /// Every one that is there.
    pub all: bool,
    #[validate(length(max = 200, message = "must be at most 200"))]
    pub ids: Vec<NotificationId>,
}

/// How many are left unread, at most 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    pub unread: i64,
}

/// What a member wants to hear of, where and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationPreferences {
    /// The kinds that the notifications page shows.
    pub in_app: Vec<NoticeKind>,
    /// The kinds that also come by e-mail.
    pub email: Vec<NoticeKind>,
    /// The kinds that also come to the browsers in which the member turned that on.
    pub push: Vec<NoticeKind>,
    /// The hours in which nothing is sent, in the member's zone.
    pub quiet: Option<QuietHours>,
    /// Whether what is critical is sent in those hours too.
    pub critical_breaks_quiet: bool,
    /// The hour of the daily digest, 0 to 23, in the member's zone; `null` for none.
    pub digest_hour: Option<i64>,
    /// The member's zone, which their account sets; `null` counts as UTC.
    pub time_zone: Option<String>,
}

/// From one hour to another, over midnight where the second is not later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    pub from: i64,
    pub until: i64,
}

impl QuietHours {
    pub const fn holds_at(self, hour: i64) -> bool {
        if self.from < self.until {
            self.from <= hour && hour < self.until
        } else {
            self.from <= hour || hour < self.until
        }
    }
}

impl Default for NotificationPreferences {
    fn default() -> Self {
        let kinds = NoticeKind::ALL.iter().copied();
        Self {
            in_app: kinds.clone().collect(),
            email: kinds.clone().filter(|kind| kind.sent_by_default()).collect(),
            push: kinds.filter(|kind| kind.sent_by_default()).collect(),
            quiet: None,
            critical_breaks_quiet: true,
            digest_hour: None,
            time_zone: None,
        }
    }
}

/// All of a member's preferences anew: a kind that is not named is not wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetNotificationPreferences {
    pub in_app: Vec<NoticeKind>,
    pub email: Vec<NoticeKind>,
    pub push: Vec<NoticeKind>,
    /// 0 to 23; both or neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<i64>,
    pub critical_breaks_quiet: bool,
    /// 0 to 23; absent for no digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_hour: Option<i64>,
}

impl SetNotificationPreferences {
    /// The preferences that are meant; each kind once, in its order.
    pub fn checked(mut self) -> AppResult<NotificationPreferences> {
        let mut errors = Vec::new();
        for (pointer, hour) in [
            ("/quietFrom", self.quiet_from),
            ("/quietUntil", self.quiet_until),
            ("/digestHour", self.digest_hour),
        ] {
            if hour.is_some_and(|hour| !(0..=23).contains(&hour)) {
                errors.push(FieldError::new(pointer, "must be an hour from 0 to 23"));
            }
        }
        let quiet = match (self.quiet_from, self.quiet_until) {
            (Some(from), Some(until)) if from == until => {
                errors
                    .push(FieldError::new("/quietUntil", "must be another hour than the one they begin at"));
                None
            }
            (Some(from), Some(until)) => Some(QuietHours { from, until }),
            (None, None) => None,
            (Some(_), None) => {
                errors.push(FieldError::new("/quietUntil", "say when the quiet hours end"));
                None
            }
            (None, Some(_)) => {
                errors.push(FieldError::new("/quietFrom", "say when the quiet hours begin"));
                None
            }
        };
        if !errors.is_empty() {
            return Err(AppError::Invalid { errors });
        }
        for kinds in [&mut self.in_app, &mut self.email, &mut self.push] {
            kinds.sort_unstable();
            kinds.dedup();
        }
        Ok(NotificationPreferences {
            in_app: self.in_app,
            email: self.email,
            push: self.push,
            quiet,
            critical_breaks_quiet: self.critical_breaks_quiet,
            digest_hour: self.digest_hour,
            time_zone: None,
        })
    }
}

/// Where the link of an e-mail leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FollowedLink {
    pub href: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_some_events_are_told() {
        let high = Some(RiskLevel::High);
        for (event, risk, kind) in [
            ("approval.requested", high, Some(NoticeKind::ApprovalNeeded)),
            ("approval.requested", Some(RiskLevel::Critical), Some(NoticeKind::ApprovalNeeded)),
            ("approval.requested", Some(RiskLevel::Medium), None),
            ("approval.requested", None, None),
            ("approval.rejected", None, Some(NoticeKind::RequestDecided)),
            ("action.succeeded", high, None),
            ("action.unknown", high, Some(NoticeKind::Outcome)),
            ("team.changed", None, None),
            ("trust.suggested", None, Some(NoticeKind::Trust)),
            ("record.changed", None, None),
        ] {
            assert_eq!(notice_of(event, risk, None), kind, "{event} {risk:?}");
        }
        let renamed = json!({"name": ["a", "b"]});
        assert_eq!(notice_of("team.changed", None, Some(&renamed)), None);
        let freed = json!({"autonomyLevel": ["supervised", "autonomous"]});
        assert_eq!(notice_of("team.changed", None, Some(&freed)), Some(NoticeKind::TeamChanged));
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let night = QuietHours { from: 22, until: 7 };
        let noon = QuietHours { from: 12, until: 13 };
        for (hour, at_night, at_noon) in
            [(21, false, false), (22, true, false), (0, true, false), (7, false, false), (12, false, true)]
        {
            assert_eq!((night.holds_at(hour), noon.holds_at(hour)), (at_night, at_noon), "{hour}");
        }
    }

    #[test]
    fn hours_are_checked_where_they_are() {
        let wrong = SetNotificationPreferences { quiet_from: Some(24), ..Default::default() };
        let places: Vec<_> =
            wrong.checked().unwrap_err().errors().iter().map(|e| e.pointer.clone()).collect();
        assert_eq!(places, ["/quietFrom", "/quietUntil"]);
        let kinds = vec![NoticeKind::Trust, NoticeKind::ApprovalNeeded, NoticeKind::Trust];
        let set = SetNotificationPreferences { email: kinds, ..Default::default() };
        assert_eq!(set.checked().unwrap().email, [NoticeKind::ApprovalNeeded, NoticeKind::Trust]);
    }
}
