//! People and what their role lets them do.

use super::ids::{UserId, WorkspaceId};
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use validator::Validate;

wire_enum! {
    /// From most to least.
    pub enum Role {
        Owner = "owner",
        Admin = "admin",
        Operator = "operator",
        Reviewer = "reviewer",
        Viewer = "viewer",
    }
}

wire_enum! {
    /// What a door asks for. A role or a token's scopes grant permissions; a service takes the grant as an argument.
    pub enum Permission {
        ReadApprovals = "approvals:read",
        SubmitActions = "actions:submit",
        DecideApprovals = "approvals:decide",
        CommentApprovals = "approvals:comment",
        ReportOutcomes = "outcomes:report",
        ReadAudit = "audit:read",
        ReadAgents = "agents:read",
        WriteAgents = "agents:write",
        ReadTeams = "teams:read",
        WriteTeams = "teams:write",
        ReadRecords = "records:read",
        WriteRecords = "records:write",
        ReadMessages = "messages:read",
        WriteMessages = "messages:write",
        ReadMemory = "memory:read",
        WriteMemory = "memory:write",
        ReadWorkflows = "workflows:read",
        WriteWorkflows = "workflows:write",
        /// Starting a workflow, and pausing, resuming, cancelling and retrying what it started.
        RunWorkflows = "workflows:run",
        /// Running teams, handing tasks to agents.
        RunTeams = "teams:run",
        ReadEvents = "events:read",
        ReadSettings = "settings:read",
        /// Members, agents' tokens, action types, webhooks, freeze of the workspace.
        Administer = "settings:write",
        /// One's own tokens, sessions, preferences and saved views.
        OwnAccount = "account:own",
    }
}

impl Permission {
    /// No scope of an agent ever holds one of these (promise 6).
    pub const fn is_human_only(self) -> bool {
        matches!(
            self,
            Self::DecideApprovals
                | Self::Administer
                | Self::WriteTeams
                | Self::WriteAgents
                | Self::WriteRecords
                | Self::WriteWorkflows
                | Self::OwnAccount
        )
    }
}

impl Role {
    pub const fn grants(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::ReadApprovals
            | P::ReadAgents
            | P::ReadTeams
            | P::ReadRecords
            | P::ReadMessages
            | P::ReadMemory
            | P::ReadWorkflows
            | P::ReadEvents
            | P::ReadAudit => true,
            P::OwnAccount | P::ReadSettings => true,
            P::DecideApprovals | P::CommentApprovals => !matches!(self, Self::Viewer),
            P::SubmitActions
            | P::WriteRecords
            | P::WriteMessages
            | P::WriteMemory
            | P::ReportOutcomes
            | P::WriteWorkflows
            | P::RunWorkflows
            | P::RunTeams
            | P::WriteTeams
            | P::WriteAgents => {
                matches!(self, Self::Owner | Self::Admin | Self::Operator)
            }
            P::Administer => matches!(self, Self::Owner | Self::Admin),
        }
    }

    /// A member may give roles up to their own.
    pub fn may_assign(self, role: Self) -> bool {
        matches!(self, Self::Owner) || (matches!(self, Self::Admin) && role > Self::Owner)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub user_id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Who is signed in, as pages need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub user_id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub workspace_id: WorkspaceId,
    pub workspace_name: String,
    pub demo: bool,
    /// Seconds that low and medium decisions are held, 0 to 100.
    pub hold_seconds: i64,
    pub preferences: Preferences,
    /// What the workspace offers to a person who rejects, in its order.
    pub preset_reasons: Vec<String>,
    pub workspaces: Vec<WorkspaceRef>,
}

impl Me {
    pub fn may(&self, permission: Permission) -> bool {
        self.role.grants(permission)
    }
}

wire_enum! {
    /// How close rows and controls stand.
    #[derive(Default)]
    pub enum Density {
        #[default]
        Comfortable = "comfortable",
        Compact = "compact",
    }
}

wire_enum! {
    /// The side that the pages begin at.
    #[derive(Default)]
    pub enum Direction {
        #[default]
        LeftToRight = "ltr",
        RightToLeft = "rtl",
    }
}

/// How a person wants the pages to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Whether single keys are shortcuts.
    pub shortcuts: bool,
    pub density: Density,
    pub direction: Direction,
    /// The name of a zone, such as `Europe/Vienna`; `null` is the browser's.
    pub time_zone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceRef {
    pub id: WorkspaceId,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    #[validate(custom(function = "text::email"))]
    pub email: String,
    #[validate(length(min = 1, max = 1000, message = "enter your password"))]
    pub password: String,
}

/// The first owner, by the set-up link.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetUp {
    pub token: String,
    #[validate(custom(function = "text::name"))]
    pub workspace: String,
    #[validate(custom(function = "text::name"))]
    pub name: String,
    #[validate(custom(function = "text::email"))]
    pub email: String,
    #[validate(custom(function = "text::password"))]
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMember {
    #[validate(custom(function = "text::email"))]
    pub email: String,
    #[validate(custom(function = "text::name"))]
    pub name: String,
    pub role: Role,
    /// Given to the member by the admin over another channel, and changed at will by the member.
    #[validate(custom(function = "text::password"))]
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePassword {
    pub current: String,
    #[validate(custom(function = "text::password"))]
    pub new: String,
}

/// A change of a member by an admin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchMember {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// `true` ends the member's sessions here and stops their tokens; `false` lets them in again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetHold {
    /// Seconds that this member's low and medium decisions are held and can be undone.
    #[validate(range(min = 0, max = 100, message = "must be between 0 and 100 seconds"))]
    pub hold_seconds: i64,
}

/// What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchPreferences {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortcuts: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<Density>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The name of a zone of the IANA database; `null`, or an empty text, is the browser's.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<Option<String>>,
}

/// A field that is there, be it `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwitchWorkspace {
    pub workspace_id: WorkspaceId,
}
