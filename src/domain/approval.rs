//! Approvals: an action waiting for people, its decision, its votes.

use super::canonical::Data;
use super::ids::{AgentId, ApprovalId, ExecutionId, RecordId, TeamId, TrustGrantId, UserId, WorkspaceId};
use super::outcome::Outcome;
use super::risk::RiskLevel;
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

wire_enum! {
    pub enum ApprovalStatus {
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        Expired = "expired",
        Withdrawn = "withdrawn",
        /// The gate let it through; born decided.
        AutoApproved = "auto_approved",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalMove {
    Approve,
    Reject,
    Expire,
    Withdraw,
    /// Back to pending, inside the hold.
    Undo,
}

impl ApprovalMove {
    pub const ALL: &'static [Self] = &[Self::Approve, Self::Reject, Self::Expire, Self::Withdraw, Self::Undo];
}

impl ApprovalStatus {
    /// Nothing but `undo` (approved, inside the hold) leaves a decided state.
    pub const fn is_decided(self) -> bool {
        !matches!(self, Self::Pending)
    }

    /// The state after `step`, or `None` where the step does not apply (DESIGN.md, State machines).
    pub const fn after(self, step: ApprovalMove) -> Option<Self> {
        use ApprovalMove as M;
        match (self, step) {
            (Self::Pending, M::Approve) => Some(Self::Approved),
            (Self::Pending, M::Reject) => Some(Self::Rejected),
            (Self::Pending, M::Expire) => Some(Self::Expired),
            (Self::Pending, M::Withdraw) => Some(Self::Withdrawn),
            (Self::Approved, M::Undo) => Some(Self::Pending),
            _ => None,
        }
    }
}

/// Who asked for an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActorRef {
    pub kind: ActorKind,
    pub id: uuid::Uuid,
    pub name: String,
}

wire_enum! {
    pub enum ActorKind {
        User = "user",
        Agent = "agent",
        System = "system",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    pub user_id: UserId,
    pub name: String,
    pub approved: bool,
    pub args_hash: String,
    pub notes: Option<String>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    pub id: ApprovalId,
    pub workspace_id: WorkspaceId,
    pub team_id: Option<TeamId>,
    pub agent_id: Option<AgentId>,
    pub workflow_execution_id: Option<ExecutionId>,
    pub action_type: String,
    pub action_data: Data,
    /// What will happen, computed from type and data; never the requester's words.
    pub sentence: String,
    /// The requester's words, or the sentence where there are none.
    pub description: String,
    pub risk_level: RiskLevel,
    /// Why the risk is what it is.
    pub risk_reasons: Vec<String>,
    /// Why the gate stopped it or let it through.
    pub gate_reasons: Vec<String>,
    /// The grant of trust that let it run by itself.
    pub trust_grant_id: Option<TrustGrantId>,
    pub status: ApprovalStatus,
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<DateTime<Utc>>,
    pub review_notes: Option<String>,
    pub expires_at: DateTime<Utc>,
    /// The clock stands still while the workspace or the team is frozen.
    pub expiry_paused: bool,
    pub created_at: DateTime<Utc>,
    /// SHA-256 of the RFC 8785 text of `action_data`; a decision must carry it.
    pub args_hash: String,
    /// Goes up with each change of the approval.
    pub version: i64,
    pub required_approvals: i64,
    pub votes: Vec<Vote>,
    pub requested_by: ActorRef,
    pub external_ref: Option<String>,
    /// An approved action starts not before this, and can be undone until then.
    pub hold_until: Option<DateTime<Utc>>,
    pub outcome: Outcome,
    pub team_name: Option<String>,
    pub agent_name: Option<String>,
    pub reviewer_name: Option<String>,
    /// Who claimed it to perform it, for external agents.
    pub claimed_at: Option<DateTime<Utc>>,
    /// The data as first requested, where a reviewer edited it.
    pub original_data: Option<Data>,
    /// Who is on it, or was: it means nothing after its `until`, nor once this is decided.
    pub attending: Option<super::attending::Attending>,
    /// How many comments there are, those among colleagues included.
    pub comment_count: i64,
}

/// A list row carries the same facts; the list is bounded by its page.
pub type ApprovalRow = Approval;

/// What will happen, in words and as a change: computed from the catalogue and the record as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// One sentence, such as "Send \"Quote\" to 3 recipients".
    pub sentence: String,
    /// What a reviewer must not miss: recipients, amounts, targets.
    pub facts: Vec<Fact>,
    pub changes: Vec<Change>,
    pub reversibility: super::catalogue::Reversibility,
    /// The word that must be typed before a critical action can be approved.
    pub target: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// One field of a record: as it is now, as it will be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub record_id: Option<RecordId>,
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// An approval, and how the records that it is about stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalNow {
    #[serde(flatten)]
    pub approval: Approval,
    #[serde(flatten)]
    pub records: RecordsNow,
}

/// How the records of a waiting action stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordsNow {
    /// What changed about them since the action was proposed.
    pub changed_since: Vec<super::catalogue::RecordDrift>,
    /// Names this state of them, to be sent with the decision; `null` where the action is about no record, or no
    /// longer waits.
    pub records_hash: Option<String>,
}

/// Everything the detail page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalDetail {
    pub approval: Approval,
    pub preview: Preview,
    pub records: RecordsNow,
    /// Oldest first.
    pub history: Vec<super::audit::AuditRow>,
    /// Those that the asking one may read, oldest first.
    pub comments: Vec<super::comment::Comment>,
    /// The last three that people decided: the same type in the same team, or of the same agent, newest first.
    pub similar: Vec<super::similar::SimilarDecision>,
    /// What differs from the newest such approval; absent where there is none.
    pub difference: Option<super::similar::DataDifference>,
    /// The data as fields of a form, where the asking person may decide; the rest of it is edited as JSON.
    pub edit_fields: Vec<super::edit_fields::EditField>,
    /// May the asking person decide it now? If not, why.
    pub may_decide: bool,
    pub why_not: Option<String>,
    /// Until when the asking member put it aside; `null` once that is over, and for agents.
    pub snoozed_until: Option<DateTime<Utc>>,
}

wire_enum! {
    pub enum ApprovalSort {
        ExpiresAt = "expires_at",
        CreatedAt = "created_at",
        Risk = "risk",
    }
}

/// Filters of the list, the same in the URL of the page and of the API. Absent: no filter. Empty strings, which
/// plain HTML forms send, count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ApprovalFilter {
    /// `pending` when absent; `all` for every status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Words in the description, the data, the agent's or the team's name.
    #[validate(length(max = 200, message = "must be at most 200 characters"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Seconds: only what expires within that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiring_within: Option<String>,
    /// `none`, `queued`, `running`, `succeeded`, `failed` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// Of what is pending: absent, without what the asking member put aside; `only`, just that; `all`, both. For
    /// agents, who put nothing aside, and for other statuses it makes no difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoozed: Option<String>,
    /// `expires_at` (soonest first, the default), `created_at` (newest first) or `risk` (highest first).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A decision on one approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Decide {
    pub approved: bool,
    /// The `argsHash` that the reviewer saw.
    #[validate(custom(function = "args_hash"))]
    pub args_hash: String,
    /// The agent reads it. The pages ask for it when rejecting.
    #[validate(custom(function = "text::note"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_notes: Option<String>,
    /// The data to run instead. Earlier votes fall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_action_data: Option<Data>,
    /// For a critical action: the target from the preview, typed.
    #[validate(length(max = 1000, message = "must be at most 1,000 characters"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    /// The `recordsHash` that the reviewer saw. Needed to approve once the action's records are not what they were
    /// when it was proposed.
    #[validate(custom(function = "args_hash"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_hash: Option<String>,
}

pub(super) fn args_hash(text: &str) -> Result<(), validator::ValidationError> {
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        Ok(())
    } else {
        Err(validator::ValidationError::new("hash").with_message("must be 64 lower-case hex digits".into()))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Extend {
    /// 60 s to 30 days, added to the present deadline.
    #[validate(range(min = 60, max = 2_592_000, message = "must be between 60 and 2592000 seconds"))]
    pub seconds: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Withdraw {
    #[validate(custom(function = "text::note"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What happened to a decision: the whole approval after it, and whether more votes are needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub approval: Approval,
    /// Votes still missing; 0 when the decision stands.
    pub votes_missing: i64,
}

/// How long an approval waits when nobody says.
pub const DEFAULT_EXPIRY_SECONDS: i64 = 24 * 3600;
pub const MIN_EXPIRY_SECONDS: i64 = 10;
pub const MAX_EXPIRY_SECONDS: i64 = 90 * 24 * 3600;
pub const MAX_REQUIRED_APPROVALS: i64 = 10;

#[cfg(test)]
mod tests {
    use super::super::outcome::{OutcomeMove, OutcomeStatus};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decided_approval_stays_decided_but_for_undo(steps in prop::collection::vec(0usize..ApprovalMove::ALL.len(), 1..60)) {
            for &start in ApprovalStatus::ALL {
                let mut status = start;
                for &step in &steps {
                    let step = ApprovalMove::ALL[step];
                    if let Some(next) = status.after(step) {
                        if status.is_decided() {
                            prop_assert_eq!((status, step, next), (ApprovalStatus::Approved, ApprovalMove::Undo, ApprovalStatus::Pending));
                        }
                        prop_assert_ne!(next, ApprovalStatus::AutoApproved, "only born, never reached");
                        status = next;
                    }
                }
                if matches!(start, ApprovalStatus::Rejected | ApprovalStatus::Expired | ApprovalStatus::Withdrawn | ApprovalStatus::AutoApproved) {
                    prop_assert_eq!(status, start);
                }
            }
        }

        #[test]
        fn an_outcome_runs_once_unless_a_person_says_otherwise(steps in prop::collection::vec(0usize..OutcomeMove::ALL.len(), 1..80)) {
            let mut status = OutcomeStatus::None;
            let (mut starts, mut leave) = (0, 1);
            for &step in &steps {
                let step = OutcomeMove::ALL[step];
                if let Some(next) = status.after(step) {
                    prop_assert_ne!(status, OutcomeStatus::Succeeded, "success is terminal");
                    match step {
                        OutcomeMove::Start => { starts += 1; prop_assert_eq!(status, OutcomeStatus::Queued); }
                        OutcomeMove::Retry => { leave += 1; }
                        _ => {}
                    }
                    status = next;
                }
                prop_assert!(starts <= leave, "a start needs a decision or a person's retry");
            }
        }
    }
}
