//! What the person who runs the program does at its command line: `admin create`, `token create`.

use super::accounts::email_key;
use super::change::{entry_of, lost, note, taken};
use super::ctx::system_actor;
use super::members::is_active_owner;
use super::passwords;
use super::tokens::{DEFAULT_DAYS, Issue, for_agents, for_role, issue, may_hold_token, words};
use crate::domain::agent::{AgentKind, NewAgent};
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, UserId, WorkspaceId};
use crate::domain::member::{Member, Role};
use crate::domain::token::{CreatedToken, Scope};
use crate::domain::{AppError, AppResult, text};
use crate::server::storage::tokens::TokenFor;
use crate::server::storage::{Db, Tx};
use serde::Serialize;
use validator::Validate;

/// `admin create`.
#[derive(Clone, Debug, Validate)]
pub struct AdminCreate {
    #[validate(custom(function = "text::email"))]
    pub email: String,
    /// Of a new person; the part of the address before the `@` when absent.
    #[validate(custom(function = "text::name"))]
    pub name: Option<String>,
    #[validate(custom(function = "text::name"))]
    pub workspace: String,
    #[validate(custom(function = "text::password"))]
    pub password: String,
    pub role: Role,
}

/// What `admin create` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminCreated {
    pub user_id: UserId,
    pub workspace_id: WorkspaceId,
}

/// States what shall be: after it, this person signs in to this workspace with this password and this role. Makes
/// the workspace and the person where they are new; sets another password (which ends the person's sessions),
/// another role and lets a disabled member in again where they are not. The same command twice changes nothing, and
/// it is the way back in after a lost password.
pub async fn admin_create(db: &Db, input: AdminCreate) -> AppResult<AdminCreated> {
    input.validate()?;
    let email = email_key(&input.email);
    let known = db.read().await?.user_by_email(&email).await?;
    let turn = passwords::turn().await?;
    let stored = known.as_ref().map(|user| user.password_hash.clone());
    let (turn, same) = passwords::verify(turn, input.password.clone(), stored).await?;
    let (turn, hash) = passwords::hash(turn, input.password).await?;
    drop(turn);
    let mut tx = db.begin().await?;
    let workspace_id = ensure_workspace(&mut tx, &input.workspace).await?;
    tx.workspace_lock(workspace_id).await?;
    let user_id = match &known {
        None => {
            let name = input.name.as_deref().unwrap_or_else(|| email.split('@').next().unwrap_or(&email));
            tx.user_insert(&email, name, &hash)
                .await
                .map_err(taken("/email", "was taken at the same moment"))?
        }
        Some(user) => {
            if !same {
                if !tx.user_set_password(user.id, &user.password_hash, &hash).await? {
                    return Err(lost());
                }
                tx.sessions_end(user.id, None).await?;
                let set = entry_of(
                    workspace_id,
                    system_actor(),
                    "password.changed",
                    format!("A password for {email} was set at the command line"),
                );
                note(&mut tx, Topic::Member, user.id.0, set);
            }
            user.id
        }
    };
    ensure_member(&mut tx, workspace_id, user_id, &email, input.role).await?;
    tx.commit().await?;
    Ok(AdminCreated { user_id, workspace_id })
}

async fn ensure_workspace(tx: &mut Tx, name: &str) -> AppResult<WorkspaceId> {
    if let Some(id) = tx.workspace_by_name(name).await? {
        return Ok(id);
    }
    let id = tx.workspace_insert(name, false).await?;
    let description = format!("The workspace {name} was made at the command line");
    note(tx, Topic::Workspace, id.0, entry_of(id, system_actor(), "workspace.created", description));
    Ok(id)
}

async fn ensure_member(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    email: &str,
    role: Role,
) -> AppResult<()> {
    let (event, description) = match tx.member_get(workspace, user).await? {
        None => {
            tx.member_insert(workspace, user, role).await?;
            ("member.added", format!("{email} was added as {role} at the command line"))
        }
        Some(Member { role: held, disabled_at: None, .. }) if held == role => return Ok(()),
        Some(member) => {
            let last = is_active_owner(&member) && !tx.member_other_owner(workspace, user).await?;
            if last && role != Role::Owner {
                return Err(AppError::refused("A workspace needs an owner, and this is the last one."));
            }
            tx.member_update(workspace, user, member.role, role, None).await?;
            ("member.role_changed", format!("{email} was made {role} at the command line"))
        }
    };
    note(tx, Topic::Member, user.0, entry_of(workspace, system_actor(), event, description));
    Ok(())
}

/// Whose token `token create` makes.
#[derive(Clone, Debug)]
pub enum TokenHolder {
    /// An agent by its name; made (external and active) where it is new.
    Agent(String),
    /// A member by address.
    Person(String),
}

/// `token create`. `expires_in_days`: 1 to 3,650; 365 when absent.
pub async fn token_create(
    db: &Db,
    workspace: &str,
    holder: TokenHolder,
    scopes: &[Scope],
    expires_in_days: Option<i64>,
) -> AppResult<CreatedToken> {
    let days = expires_in_days.unwrap_or(DEFAULT_DAYS);
    if !(1..=3650).contains(&days) {
        return Err(AppError::invalid("/expiresInDays", "must be between 1 and 3650 days"));
    }
    if scopes.is_empty() {
        return Err(AppError::invalid("/scopes", "choose at least one scope"));
    }
    let mut tx = db.begin().await?;
    let id = tx.workspace_by_name(workspace).await?.ok_or_else(|| AppError::not_found("workspace"))?;
    let (token_for, name) = match holder {
        TokenHolder::Agent(name) => {
            for_agents(scopes)?;
            (TokenFor::Agent(ensure_agent(&mut tx, id, &name).await?), name)
        }
        TokenHolder::Person(email) => {
            let email = email_key(&email);
            let user = tx.user_by_email(&email).await?.ok_or_else(|| AppError::not_found("member"))?;
            let member = tx.member_get(id, user.id).await?.filter(|member| member.disabled_at.is_none());
            let member = member.ok_or_else(|| AppError::not_found("member"))?;
            for_role(scopes, member.role)?;
            (TokenFor::Person(user.id), email)
        }
    };
    let description = format!("A token for {name} was made at the command line ({})", words(scopes));
    let entry = entry_of(id, system_actor(), "token.created", description);
    let created =
        issue(&mut tx, Issue { name: "Command line", holder: token_for, scopes, days, entry }).await?;
    tx.commit().await?;
    Ok(created)
}

async fn ensure_agent(tx: &mut Tx, workspace: WorkspaceId, name: &str) -> AppResult<AgentId> {
    if let Some(agent) = tx.agent_by_name(workspace, name).await? {
        may_hold_token(&agent)?;
        return Ok(agent.id);
    }
    let new = NewAgent {
        name: name.to_owned(),
        description: String::new(),
        kind: AgentKind::External,
        owner_id: None,
    };
    new.validate()?;
    let id = tx.agent_insert(workspace, &new).await?;
    let mut entry = entry_of(
        workspace,
        system_actor(),
        "agent.created",
        format!("The agent {name} was made at the command line"),
    );
    entry.agent_id = Some(id);
    note(tx, Topic::Agent, id.0, entry);
    Ok(id)
}
