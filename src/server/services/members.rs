//! The people of a workspace and their roles.

use super::accounts::email_key;
use super::change::{entry, note, taken, won};
use super::ctx::{Administer, Allowed, ReadSettings};
use super::passwords;
use crate::domain::event::Topic;
use crate::domain::ids::UserId;
use crate::domain::member::{Member, NewMember, PatchMember, Role};
use crate::domain::page::{Page, PageQuery};
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Conn, Db, cursor};
use serde_json::json;
use validator::Validate;

/// By address.
pub async fn member_list(
    allowed: &Allowed<ReadSettings>,
    db: &Db,
    query: &PageQuery,
) -> AppResult<Page<Member>> {
    let limit = cursor::limit(query.limit.as_deref())?;
    let after = cursor::after_text(query.cursor.as_deref())?;
    let rows = db.read().await?.member_list(allowed.workspace(), &after, limit + 1).await?;
    Ok(cursor::page(rows, limit, |last| vec![json!(last.email)]))
}

pub async fn member_get(allowed: &Allowed<ReadSettings>, db: &Db, user: UserId) -> AppResult<Member> {
    find(&mut db.read().await?, allowed, user).await
}

/// Adds somebody who has no account yet. Who has one is added by the person who runs the installation (`admin
/// create`), because an admin of one workspace must not reach into the accounts of another.
pub async fn member_create(allowed: &Allowed<Administer>, db: &Db, input: NewMember) -> AppResult<Member> {
    input.validate()?;
    may_assign(allowed, input.role)?;
    let (turn, hash) = passwords::hash(passwords::turn().await?, input.password).await?;
    drop(turn);
    let mut tx = db.begin().await?;
    let email = email_key(&input.email);
    let user = tx
        .user_insert(&email, &input.name, &hash)
        .await
        .map_err(taken("/email", "has an account already and cannot be added here"))?;
    tx.member_insert(allowed.workspace(), user, input.role).await?;
    let description = format!("Added {} ({email}) as {}", input.name, input.role);
    note(&mut tx, Topic::Member, user.0, entry(allowed, "member.added", description));
    let member = find(&mut tx, allowed, user).await?;
    tx.commit().await?;
    Ok(member)
}

/// Changes a role, or shuts a member out or lets them in again. Never one's own, and never the last owner's.
pub async fn member_patch(
    allowed: &Allowed<Administer>,
    db: &Db,
    user: UserId,
    input: PatchMember,
) -> AppResult<Member> {
    let workspace = allowed.workspace();
    let mut tx = db.begin().await?;
    // Two owners who demote each other must see each other's change.
    tx.workspace_lock(workspace).await?;
    let member = find(&mut tx, allowed, user).await?;
    if allowed.principal().user_id() == Some(user) {
        return Err(AppError::refused("You cannot change your own role or shut yourself out."));
    }
    let role = input.role.unwrap_or(member.role);
    may_assign(allowed, member.role)?;
    may_assign(allowed, role)?;
    let disabled = input.disabled.unwrap_or(member.disabled_at.is_some());
    let disabled_at = match (disabled, member.disabled_at) {
        (true, None) => Some(tx.now()),
        (true, since) => since,
        (false, _) => None,
    };
    if role == member.role && disabled_at == member.disabled_at {
        return Ok(member);
    }
    let stays_owner = role == Role::Owner && !disabled;
    if !stays_owner && is_active_owner(&member) && !tx.member_other_owner(workspace, user).await? {
        return Err(AppError::refused("A workspace needs an owner, and this is the last one."));
    }
    won(tx.member_update(workspace, user, member.role, role, disabled_at).await?)?;
    if disabled {
        tx.sessions_end_in(workspace, user).await?;
    }
    let (event, description) = match (member.disabled_at.is_some(), disabled) {
        (false, true) => ("member.disabled", format!("Shut {} out", member.name)),
        (true, false) => ("member.enabled", format!("Let {} in again as {role}", member.name)),
        _ => ("member.role_changed", format!("Made {} {role}, who was {}", member.name, member.role)),
    };
    note(&mut tx, Topic::Member, user.0, entry(allowed, event, description));
    let member = find(&mut tx, allowed, user).await?;
    tx.commit().await?;
    Ok(member)
}

pub(super) fn is_active_owner(member: &Member) -> bool {
    member.role == Role::Owner && member.disabled_at.is_none()
}

fn may_assign(allowed: &Allowed<Administer>, role: Role) -> AppResult<()> {
    match allowed.principal().role() {
        Some(own) if own.may_assign(role) => Ok(()),
        _ => Err(AppError::forbidden(format!(
            "Your role does not let you make or change a member who is {role}."
        ))),
    }
}

async fn find<P>(conn: &mut Conn, allowed: &Allowed<P>, user: UserId) -> AppResult<Member> {
    conn.member_get(allowed.workspace(), user).await?.ok_or_else(|| AppError::not_found("member"))
}
