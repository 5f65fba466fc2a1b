//! The first owner, by a link that works once.

use super::accounts::{email_key, me_in, session_start};
use super::change::{entry_of, note};
use super::passwords;
use super::secrets::{self, Secret};
use crate::domain::approval::{ActorKind, ActorRef};
use crate::domain::event::Topic;
use crate::domain::member::{Me, Role, SetUp};
use crate::domain::{AppError, AppResult};
use crate::server::storage::Db;
use chrono::TimeDelta;
use validator::Validate;

pub const LINK_LASTS: TimeDelta = TimeDelta::minutes(15);

/// A new set-up link's token, while there is no user. Links that were made before and not used stop working.
pub async fn create_setup_link(db: &Db) -> AppResult<Option<String>> {
    let secret = Secret::link()?;
    let mut tx = db.begin().await?;
    tx.setup_lock().await?;
    if tx.users_exist().await? {
        return Ok(None);
    }
    let expires_at = tx.now() + LINK_LASTS;
    tx.setup_link_replace(&secret.hash, expires_at).await?;
    tx.commit().await?;
    Ok(Some(secret.text))
}

/// Does the link still work? For the page; [`setup`] asks again.
pub async fn check_setup_link(db: &Db, token: &str) -> AppResult<()> {
    let now = db.now().await?;
    match db.read().await?.setup_link_is_live(&secrets::hash(token), now).await? {
        true => Ok(()),
        false => Err(no_such_link()),
    }
}

/// Makes the workspace, its owner and a session, and uses the link up, all at once. Returns the session's token.
/// A link that is wrong, over or used is [`AppError::NotFound`].
pub async fn setup(db: &Db, input: SetUp) -> AppResult<(String, Me)> {
    check_setup_link(db, &input.token).await?;
    input.validate()?;
    let (turn, hash) = passwords::hash(passwords::turn().await?, input.password).await?;
    drop(turn);
    let mut tx = db.begin().await?;
    tx.setup_lock().await?;
    if !tx.setup_link_use(&secrets::hash(&input.token)).await? {
        return Err(no_such_link());
    }
    let workspace = tx.workspace_insert(&input.workspace, false).await?;
    let user = tx.user_insert(&email_key(&input.email), &input.name, &hash).await?;
    tx.member_insert(workspace, user, Role::Owner).await?;
    let actor = ActorRef { kind: ActorKind::User, id: user.0, name: input.name.clone() };
    let created = format!("{} set up the workspace {}", input.name, input.workspace);
    note(
        &mut tx,
        Topic::Workspace,
        workspace.0,
        entry_of(workspace, actor.clone(), "workspace.created", created),
    );
    let added = format!("{} is its first owner", input.name);
    note(&mut tx, Topic::Member, user.0, entry_of(workspace, actor, "member.added", added));
    let token = session_start(&mut tx, workspace, user, &input.name).await?;
    let me = me_in(&mut tx, user, workspace).await?;
    tx.commit().await?;
    Ok((token, me))
}

fn no_such_link() -> AppError {
    AppError::not_found("set-up link")
}
