//! Who asks, and what they may: [`Principal`], [`RequestCtx`], [`Allowed`], [`Approver`].

use crate::domain::agent::Agent;
use crate::domain::approval::{ActorKind, ActorRef};
use crate::domain::ids::{AgentId, SessionId, TokenId, UserId, WorkspaceId};
use crate::domain::member::{Permission, Role};
use crate::domain::token::Scope;
use crate::domain::{AppError, AppResult};
use std::marker::PhantomData;

/// Somebody or something whose credential was checked, in one workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub workspace_id: WorkspaceId,
    pub holder: Holder,
    pub credential: Credential,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Holder {
    Human {
        user_id: UserId,
        name: String,
        role: Role,
        /// Seconds that this member's low and medium decisions are held.
        hold_seconds: i64,
    },
    Agent {
        agent_id: AgentId,
        name: String,
        owner_id: Option<UserId>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Credential {
    Session(SessionId),
    Token {
        id: TokenId,
        scopes: Vec<Scope>,
    },
    /// The engine acts in an agent's name: it asks for actions and does nothing else.
    Engine,
}

impl Principal {
    /// A role bounds a person, scopes bound a token, and neither gives an agent what is for humans only.
    pub fn may(&self, permission: Permission) -> bool {
        let by_holder = match &self.holder {
            Holder::Human { role, .. } => role.grants(permission),
            Holder::Agent { .. } => !permission.is_human_only(),
        };
        let by_credential = match &self.credential {
            Credential::Session(_) => true,
            Credential::Token { scopes, .. } => scopes.iter().any(|scope| scope.grants(permission)),
            Credential::Engine => permission == Permission::SubmitActions,
        };
        by_holder && by_credential
    }

    pub fn actor(&self) -> ActorRef {
        match &self.holder {
            Holder::Human { user_id, name, .. } => {
                ActorRef { kind: ActorKind::User, id: user_id.0, name: name.clone() }
            }
            Holder::Agent { agent_id, name, .. } => {
                ActorRef { kind: ActorKind::Agent, id: agent_id.0, name: name.clone() }
            }
        }
    }

    pub fn agent_id(&self) -> Option<AgentId> {
        match &self.holder {
            Holder::Agent { agent_id, .. } => Some(*agent_id),
            Holder::Human { .. } => None,
        }
    }

    pub fn user_id(&self) -> Option<UserId> {
        match &self.holder {
            Holder::Human { user_id, .. } => Some(*user_id),
            Holder::Agent { .. } => None,
        }
    }

    pub fn role(&self) -> Option<Role> {
        match &self.holder {
            Holder::Human { role, .. } => Some(*role),
            Holder::Agent { .. } => None,
        }
    }
}

/// One request of one principal.
#[derive(Clone, Debug)]
pub struct RequestCtx {
    pub principal: Principal,
    pub request_id: String,
    /// The `Idempotency-Key` of the request, for services that can keep it with what they write.
    pub idempotency_key: Option<String>,
}

impl RequestCtx {
    /// Proof of a permission, or the refusal.
    pub fn allow<P: Permit>(self) -> AppResult<Allowed<P>> {
        if self.principal.may(P::PERMISSION) {
            return Ok(Allowed { ctx: self, permit: PhantomData });
        }
        match self.principal.holder {
            Holder::Agent { .. } if P::PERMISSION == Permission::DecideApprovals => {
                Err(AppError::AgentsNeverDecide)
            }
            Holder::Agent { .. } => Err(AppError::forbidden(format!(
                "This token cannot do that; it would need {}.",
                P::PERMISSION
            ))),
            Holder::Human { role, .. } => Err(AppError::forbidden(format!(
                "Your role ({role}) or this token cannot do that; it would need {}.",
                P::PERMISSION
            ))),
        }
    }
}

/// A type that stands for one permission.
pub trait Permit: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Permit for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

permits!(
    ReadApprovals,
    SubmitActions,
    DecideApprovals,
    CommentApprovals,
    ReportOutcomes,
    ReadAudit,
    ReadAgents,
    WriteAgents,
    ReadTeams,
    WriteTeams,
    ReadRecords,
    WriteRecords,
    ReadMessages,
    WriteMessages,
    ReadMemory,
    WriteMemory,
    ReadWorkflows,
    WriteWorkflows,
    RunWorkflows,
    RunTeams,
    ReadEvents,
    ReadSettings,
    Administer,
    OwnAccount,
);

/// Proof that this request's principal holds permission `P`. Only [`RequestCtx::allow`] makes one.
#[derive(Clone, Debug)]
pub struct Allowed<P> {
    ctx: RequestCtx,
    permit: PhantomData<P>,
}

impl<P> Allowed<P> {
    pub fn ctx(&self) -> &RequestCtx {
        &self.ctx
    }

    pub fn principal(&self) -> &Principal {
        &self.ctx.principal
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.ctx.principal.workspace_id
    }

    pub fn actor(&self) -> ActorRef {
        self.ctx.principal.actor()
    }
}

impl Allowed<SubmitActions> {
    /// The engine's right to ask for actions in an agent's name. The gate judges them as the agent's own.
    pub fn of_engine(workspace_id: WorkspaceId, agent: &Agent, request_id: String) -> AppResult<Self> {
        let holder = Holder::Agent { agent_id: agent.id, name: agent.name.clone(), owner_id: agent.owner_id };
        let principal = Principal { workspace_id, holder, credential: Credential::Engine };
        RequestCtx { principal, request_id, idempotency_key: None }.allow()
    }
}

/// A human who may decide in this workspace. Nothing else makes one, so nothing else decides (promise 6).
#[derive(Clone, Debug)]
pub struct Approver {
    user_id: UserId,
    name: String,
    workspace_id: WorkspaceId,
    hold_seconds: i64,
    key: Option<String>,
}

impl Approver {
    pub fn new(allowed: &Allowed<DecideApprovals>) -> AppResult<Self> {
        match &allowed.ctx.principal.holder {
            Holder::Human { user_id, name, hold_seconds, .. } => Ok(Self {
                user_id: *user_id,
                name: name.clone(),
                workspace_id: allowed.workspace(),
                hold_seconds: *hold_seconds,
                key: allowed.ctx.idempotency_key.clone(),
            }),
            Holder::Agent { .. } => Err(AppError::AgentsNeverDecide),
        }
    }

    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.workspace_id
    }

    pub fn hold_seconds(&self) -> i64 {
        self.hold_seconds
    }

    /// The idempotency key of the request that decides.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    pub fn actor(&self) -> ActorRef {
        ActorRef { kind: ActorKind::User, id: self.user_id.0, name: self.name.clone() }
    }
}

/// The actor of what the program does by itself: expiry, dispatch, cron.
pub fn system_actor() -> ActorRef {
    ActorRef { kind: ActorKind::System, id: uuid::Uuid::nil(), name: "Countersign".to_owned() }
}
