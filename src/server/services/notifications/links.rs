//! The links of e-mails: each is for one member, for two weeks, once. Opening one without being signed in does nothing,
//! so that programs that look into links use none up.

use crate::domain::ids::{UserId, WorkspaceId};
use crate::domain::notification::FollowedLink;
use crate::domain::{AppError, AppResult};
use crate::server::services::accounts::person;
use crate::server::services::ctx::{Allowed, OwnAccount};
use crate::server::services::secrets::{self, Secret};
use crate::server::storage::{Db, Tx};
use chrono::TimeDelta;

const LASTS: TimeDelta = TimeDelta::days(14);

/// A new link to `href`, a path of ours. Only its hash is kept.
pub(super) fn make(tx: &mut Tx, workspace: WorkspaceId, user: UserId, href: &str) -> AppResult<String> {
    let secret = Secret::link()?;
    tx.notification_link_insert(workspace, user, &secret.hash, href, LASTS);
    Ok(format!("/n/{}", secret.text))
}

/// Where a link leads, and that it is used up. Another member's link is not there.
pub async fn notification_link_follow(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    token: &str,
) -> AppResult<FollowedLink> {
    let (workspace, user) = (allowed.workspace(), person(allowed)?);
    let hash = secrets::hash(token);
    let mut tx = db.begin().await?;
    let link = tx.notification_link(user, &hash).await?.ok_or_else(|| AppError::not_found("link"))?;
    if link.workspace != workspace {
        return Err(AppError::refused(
            "This link is about another workspace of yours. Switch to it, then open the link again.",
        ));
    }
    if !tx.notification_link_use(workspace, user, &hash).await? {
        return Err(AppError::refused(match link.used_at {
            Some(_) => "This link was used already: each link of an e-mail works once.",
            None => "This link is too old: links of e-mails work for two weeks.",
        }));
    }
    tx.commit().await?;
    Ok(FollowedLink { href: link.href })
}
