//! Signing in and out, and what people change about themselves.

use super::attempts::Subjects;
use super::change::{entry, entry_of, lost, note};
use super::ctx::{Allowed, Credential, OwnAccount};
use super::passwords;
use super::secrets::Secret;
use crate::domain::approval::{ActorKind, ActorRef};
use crate::domain::event::Topic;
use crate::domain::ids::{UserId, WorkspaceId};
use crate::domain::member::{ChangePassword, Me, PatchPreferences, SetHold, SignIn};
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Conn, Db, Tx};
use chrono::TimeDelta;
use chrono_tz::{TZ_VARIANTS, Tz};
use std::net::IpAddr;
use validator::Validate;

/// How long a session lasts from sign-in.
pub const SESSION_LASTS: TimeDelta = TimeDelta::days(14);

/// Addresses are compared and kept in lower case.
pub(super) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

/// Starts a session in the workspace that the person joined first. Returns the session's token, for the cookie.
/// [`AppError::BadCredentials`] says nothing about whether the address is known, nor does the time it takes.
pub async fn sign_in(db: &Db, input: SignIn, client_ip: IpAddr) -> AppResult<(String, Me)> {
    input.validate()?;
    let email = email_key(&input.email);
    let subjects = Subjects::of_sign_in(&email, client_ip);
    let turn = passwords::turn().await?;
    subjects.check(db).await?;
    let user = db.read().await?.user_by_email(&email).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let (turn, right) = passwords::verify(turn, input.password, hash).await?;
    let Some(user) = user.filter(|_| right) else {
        subjects.count(db).await?;
        tracing::warn!(ip = %client_ip, "a sign-in was refused");
        return Err(AppError::BadCredentials);
    };
    drop(turn);
    let mut tx = db.begin().await?;
    // A password that changes while this one is checked ends all sessions, and must end this one too.
    if !tx.user_hold(user.id, &user.password_hash).await? {
        return Err(AppError::BadCredentials);
    }
    let Some(workspace) = tx.user_home(user.id).await? else { return Err(AppError::BadCredentials) };
    let token = session_start(&mut tx, workspace, user.id, &user.name).await?;
    subjects.forgive(&mut tx).await?;
    let me = me_in(&mut tx, user.id, workspace).await?;
    tx.commit().await?;
    Ok((token, me))
}

/// Opens a session; returns its token.
pub(super) async fn session_start(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    name: &str,
) -> AppResult<String> {
    let secret = Secret::link()?;
    let expires_at = tx.now() + SESSION_LASTS;
    tx.session_insert(workspace, user, &secret.hash, expires_at).await?;
    let actor = ActorRef { kind: ActorKind::User, id: user.0, name: name.to_owned() };
    let description = format!("{name} signed in");
    note(tx, Topic::Member, user.0, entry_of(workspace, actor, "session.started", description));
    Ok(secret.text)
}

pub(super) async fn me_in(conn: &mut Conn, user: UserId, workspace: WorkspaceId) -> AppResult<Me> {
    conn.me_get(user, workspace).await?.ok_or(AppError::Unauthenticated)
}

/// Who is signed in.
pub async fn me(allowed: &Allowed<OwnAccount>, db: &Db) -> AppResult<Me> {
    let user = person(allowed)?;
    me_in(&mut db.read().await?, user, allowed.workspace()).await
}

/// Ends the session of this request. Twice is as good as once.
pub async fn sign_out(allowed: &Allowed<OwnAccount>, db: &Db) -> AppResult<()> {
    let user = person(allowed)?;
    let Credential::Session(session) = allowed.principal().credential else {
        return Err(AppError::refused("A token has no session to end. Revoke it instead."));
    };
    let mut tx = db.begin().await?;
    if tx.session_delete(user, session).await? {
        let description = format!("{} signed out", allowed.actor().name);
        note(&mut tx, Topic::Member, user.0, entry(allowed, "session.ended", description));
    }
    tx.commit().await?;
    Ok(())
}

/// Moves the session of this request to another workspace of the same person.
pub async fn switch_workspace(allowed: &Allowed<OwnAccount>, db: &Db, to: WorkspaceId) -> AppResult<Me> {
    let user = person(allowed)?;
    let Credential::Session(session) = allowed.principal().credential else {
        return Err(AppError::refused("A token belongs to one workspace."));
    };
    let mut tx = db.begin().await?;
    if !tx.session_move(session, user, to).await? {
        return Err(AppError::not_found("workspace"));
    }
    let description = format!("{} came in from another workspace", allowed.actor().name);
    note(&mut tx, Topic::Member, user.0, entry_of(to, allowed.actor(), "session.moved", description));
    let me = me_in(&mut tx, user, to).await?;
    tx.commit().await?;
    Ok(me)
}

/// Changes the password and ends all other sessions.
pub async fn change_password(allowed: &Allowed<OwnAccount>, db: &Db, input: ChangePassword) -> AppResult<()> {
    input.validate()?;
    let user = person(allowed)?;
    let subjects = Subjects::of_user(user);
    let turn = passwords::turn().await?;
    subjects.check(db).await?;
    let stored = db.read().await?.user_get(user).await?.ok_or(AppError::Unauthenticated)?;
    let (turn, right) = passwords::verify(turn, input.current, Some(stored.password_hash.clone())).await?;
    if !right {
        subjects.count(db).await?;
        return Err(AppError::invalid("/current", "is not your password"));
    }
    let (turn, hash) = passwords::hash(turn, input.new).await?;
    drop(turn);
    let current = match allowed.principal().credential {
        Credential::Session(session) => Some(session),
        Credential::Token { .. } | Credential::Engine => None,
    };
    let mut tx = db.begin().await?;
    if !tx.user_set_password(user, &stored.password_hash, &hash).await? {
        return Err(lost());
    }
    tx.sessions_end(user, current).await?;
    subjects.forgive(&mut tx).await?;
    let description = format!("{} changed their password; their other sessions ended", stored.name);
    note(&mut tx, Topic::Member, user.0, entry(allowed, "password.changed", description));
    tx.commit().await?;
    Ok(())
}

/// Sets for how long this person's low and medium decisions are held.
pub async fn set_hold_seconds(allowed: &Allowed<OwnAccount>, db: &Db, input: SetHold) -> AppResult<Me> {
    input.validate()?;
    let user = person(allowed)?;
    let mut tx = db.begin().await?;
    tx.user_set_hold(user, input.hold_seconds).await?;
    let description = format!("{} holds decisions for {} s", allowed.actor().name, input.hold_seconds);
    note(&mut tx, Topic::Member, user.0, entry(allowed, "member.hold_set", description));
    let me = me_in(&mut tx, user, allowed.workspace()).await?;
    tx.commit().await?;
    Ok(me)
}

/// Sets how this person wants the pages to be.
pub async fn set_preferences(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    mut input: PatchPreferences,
) -> AppResult<Me> {
    let user = person(allowed)?;
    if let Some(zone) = &mut input.time_zone {
        *zone = zone.take().filter(|name| !name.is_empty());
        if zone.as_ref().is_some_and(|name| name.parse::<Tz>().is_err()) {
            return Err(AppError::invalid("/timeZone", "must be a zone such as Europe/Vienna"));
        }
    }
    let mut tx = db.begin().await?;
    tx.user_set_preferences(user, &input).await?;
    let description = format!("{} set how the pages are", allowed.actor().name);
    note(&mut tx, Topic::Member, user.0, entry(allowed, "member.preferences_set", description));
    let me = me_in(&mut tx, user, allowed.workspace()).await?;
    tx.commit().await?;
    Ok(me)
}

/// The names of the zones that people choose from: those of places, and UTC. Other names of the IANA database are
/// taken too.
pub fn time_zones() -> Vec<&'static str> {
    const PLACES: [&str; 9] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let named = TZ_VARIANTS.iter().map(|zone| zone.name());
    named.filter(|name| *name == "UTC" || PLACES.iter().any(|place| name.starts_with(place))).collect()
}

pub(super) fn person<P>(allowed: &Allowed<P>) -> AppResult<UserId> {
    allowed.principal().user_id().ok_or_else(|| AppError::forbidden("Only people have an account."))
}
