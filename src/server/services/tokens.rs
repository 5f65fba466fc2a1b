//! API tokens: made here, shown once.

use super::accounts::person;
use super::change::{entry, note};
use super::ctx::{Allowed, Credential, OwnAccount};
use super::secrets::Secret;
use crate::domain::agent::{Agent, AgentStatus};
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, TokenId};
use crate::domain::member::{Permission, Role};
use crate::domain::page::{Page, PageQuery};
use crate::domain::token::{CreatedToken, NewToken, Scope, Token};
use crate::domain::{AppError, AppResult};
use crate::server::storage::tokens::{TokenFor, TokenInsert};
use crate::server::storage::{AuditEntry, Conn, Db, Tx, cursor};
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use validator::Validate;

pub(super) const DEFAULT_DAYS: i64 = 365;

/// Newest first: the workspace's for an admin, else the person's own.
pub async fn token_list(allowed: &Allowed<OwnAccount>, db: &Db, query: &PageQuery) -> AppResult<Page<Token>> {
    let limit = cursor::limit(query.limit.as_deref())?;
    let before = cursor::before_id(query.cursor.as_deref())?;
    let only = if administers(allowed) { None } else { Some(person(allowed)?) };
    let rows = db.read().await?.token_list(allowed.workspace(), only, before, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.id)]))
}

/// A token of one of the workspace's agents, by an admin, or of the person who asks.
pub async fn token_create(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    input: NewToken,
) -> AppResult<CreatedToken> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let (holder, whose) = match input.agent_id {
        Some(agent) => {
            if !administers(allowed) {
                return Err(AppError::forbidden("Only an admin makes tokens for agents."));
            }
            for_agents(&input.scopes)?;
            let agent = find_agent(&mut tx, allowed, agent).await?;
            may_hold_token(&agent)?;
            (TokenFor::Agent(agent.id), format!("the agent {}", agent.name))
        }
        None => {
            let role = allowed.principal().role().ok_or(AppError::Unauthenticated)?;
            for_role(&input.scopes, role)?;
            within(&input.scopes, &allowed.principal().credential)?;
            (TokenFor::Person(person(allowed)?), "themselves".to_owned())
        }
    };
    let description = format!("Made the token {} for {whose} ({})", input.name, words(&input.scopes));
    let new = Issue {
        name: &input.name,
        holder,
        scopes: &input.scopes,
        days: input.expires_in_days.unwrap_or(DEFAULT_DAYS),
        entry: entry(allowed, "token.created", description),
    };
    let created = issue(&mut tx, new).await?;
    tx.commit().await?;
    Ok(created)
}

/// A token before it is made.
pub(super) struct Issue<'a> {
    pub name: &'a str,
    pub holder: TokenFor,
    pub scopes: &'a [Scope],
    pub days: i64,
    pub entry: AuditEntry,
}

/// Makes and keeps a token of the entry's workspace.
pub(super) async fn issue(tx: &mut Tx, new: Issue<'_>) -> AppResult<CreatedToken> {
    let secret = Secret::token()?;
    let mut scopes = new.scopes.to_vec();
    scopes.sort();
    scopes.dedup();
    let id = tx
        .token_insert(TokenInsert {
            workspace_id: new.entry.workspace_id,
            name: new.name,
            token_hash: &secret.hash,
            holder: new.holder,
            scopes: &scopes,
            expires_at: tx.now() + TimeDelta::days(new.days),
        })
        .await?;
    note_token(tx, new.holder, new.entry);
    Ok(CreatedToken { id, token: secret.text })
}

/// Ends a token: any of the workspace for an admin, else one's own. Twice is as good as once.
pub async fn token_revoke(allowed: &Allowed<OwnAccount>, db: &Db, token: TokenId) -> AppResult<()> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    let found = tx.token_get(workspace, token).await?;
    let found = found
        .filter(|found| administers(allowed) || found.user_id == allowed.principal().user_id())
        .ok_or_else(|| AppError::not_found("token"))?;
    let holder = match (found.agent_id, found.user_id) {
        (Some(agent), _) => TokenFor::Agent(agent),
        (None, Some(user)) => TokenFor::Person(user),
        (None, None) => return Err(AppError::not_found("token")),
    };
    if tx.token_revoke(workspace, token).await? {
        let description = format!("Revoked the token {} of {}", found.name, found.holder);
        note_token(&mut tx, holder, entry(allowed, "token.revoked", description));
    }
    tx.commit().await?;
    Ok(())
}

/// A token has no topic of its own: followers of its holder reload.
fn note_token(tx: &mut Tx, holder: TokenFor, mut entry: AuditEntry) {
    let (topic, subject): (Topic, Uuid) = match holder {
        TokenFor::Agent(agent) => {
            entry.agent_id = Some(agent);
            (Topic::Agent, agent.0)
        }
        TokenFor::Person(user) => (Topic::Member, user.0),
    };
    note(tx, topic, subject, entry);
}

fn administers(allowed: &Allowed<OwnAccount>) -> bool {
    allowed.principal().may(Permission::Administer)
}

pub(super) fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

/// Promise 6: an agent's token never carries what is for people only.
pub(super) fn for_agents(scopes: &[Scope]) -> AppResult<()> {
    match scopes.iter().find(|scope| !scope.is_for_agents()) {
        Some(scope) => Err(AppError::invalid("/scopes", format!("{scope} is for people only"))),
        None => Ok(()),
    }
}

/// Refuses a scope of which the role grants nothing, and one of which it grants no more than a narrower scope does.
/// The rest is bounded by the role at each use: `teams` of a reviewer reads teams.
pub(super) fn for_role(scopes: &[Scope], role: Role) -> AppResult<()> {
    match scopes.iter().find(|scope| is_beyond(**scope, role)) {
        Some(scope) => Err(AppError::invalid("/scopes", format!("{scope} is beyond the role {role}"))),
        None => Ok(()),
    }
}

fn is_beyond(scope: Scope, role: Role) -> bool {
    let of =
        |scope: Scope| Permission::ALL.iter().copied().filter(move |permission| scope.grants(*permission));
    if of(scope).all(|permission| role.grants(permission)) {
        return false;
    }
    let left: Vec<_> = of(scope).filter(|permission| role.grants(*permission)).collect();
    left.is_empty() || Scope::ALL.iter().any(|other| of(*other).eq(left.iter().copied()))
}

/// A token cannot make a token that may do more than itself.
fn within(scopes: &[Scope], credential: &Credential) -> AppResult<()> {
    let Credential::Token { scopes: own, .. } = credential else { return Ok(()) };
    match scopes.iter().find(|scope| !own.contains(scope)) {
        Some(scope) => Err(AppError::invalid("/scopes", format!("{scope} is beyond the token that asks"))),
        None => Ok(()),
    }
}

pub(super) fn may_hold_token(agent: &Agent) -> AppResult<()> {
    match agent.status {
        AgentStatus::Archived => Err(AppError::refused(format!("The agent {} is archived.", agent.name))),
        AgentStatus::Draft | AgentStatus::Active | AgentStatus::Paused => Ok(()),
    }
}

async fn find_agent(conn: &mut Conn, allowed: &Allowed<OwnAccount>, agent: AgentId) -> AppResult<Agent> {
    conn.agent_get(allowed.workspace(), agent).await?.ok_or_else(|| AppError::not_found("agent"))
}
